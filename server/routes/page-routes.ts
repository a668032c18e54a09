import { createHash } from 'node:crypto'
import '@fastify/cookie'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { LANGUAGES } from '../../core/shared/text.ts'
import { ASSETS } from '../pages/assets.ts'
import { CHARTS, drawChart, SIZES, THEMES, type ChartKind } from '../pages/charts.ts'
import { depositPage } from '../pages/deposit-page.ts'
import { leaderboardPage } from '../pages/leaderboard-page.ts'
import { periodPage } from '../pages/period-page.ts'
import { periodsPage } from '../pages/periods-page.ts'
import { problemsPage } from '../pages/problem-page.ts'
import { sayPlain } from '../pages/reader.ts'
import { readerOf, sendPage } from '../pages/send-page.ts'
import { supplyPage } from '../pages/supply-page.ts'
import { ProblemError, problems } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import { PeriodParams } from './schemas.ts'

const A_YEAR_S = 31_536_000
const LEADERBOARD_ROWS = 50
const CHART_PATH = new RegExp(`^(${CHARTS.join('|')})-(${LANGUAGES.join('|')})-(${THEMES.join('|')})-(${SIZES.join('|')})$`)

/** The public pages and what they load. */
export function pageRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    const hide = { schema: { hide: true } }

    server.get('/', hide, async (request, reply) => {
      const now = app.now()
      const [supply, periods] = await Promise.all([app.reads.supply(now), app.reads.periods(now)])
      return sendPage(reply, supplyPage(readerOf(app, request), { supply, periods, deployment: app.deployment }))
    })

    server.get('/periods', hide, async (request, reply) =>
      sendPage(reply, periodsPage(readerOf(app, request), await app.reads.periods(app.now()))),
    )

    server.get('/periods/:number', { schema: { hide: true, params: z.object({ number: z.string() }) } }, async (request, reply) => {
      // To somebody who looks at pages a wrong number is a page that is not there, not a request out of form.
      const params = PeriodParams.safeParse(request.params)
      const periods = params.success ? await app.reads.periods(app.now()) : []
      const period = periods.find(({ number }) => number === params.data?.number)
      if (period === undefined) throw new ProblemError(problems.periodUnknown())
      return sendPage(reply, periodPage(readerOf(app, request), period))
    })

    server.get('/leaderboard', hide, async (request, reply) =>
      sendPage(reply, leaderboardPage(readerOf(app, request), await app.reads.leaderboard(LEADERBOARD_ROWS))),
    )

    server.get('/deposit', hide, async (request, reply) => {
      const { deployment, deposits } = app
      return sendPage(reply, depositPage(readerOf(app, request), { deployment, isRelaying: deposits?.isRelaying === true }))
    })

    server.get('/problems', hide, async (request, reply) => sendPage(reply, problemsPage(readerOf(app, request))))

    const drawings = new Drawings(app)
    server.get('/charts/:file', { schema: { hide: true, params: z.object({ file: z.string() }) } }, async (request, reply) => {
      const kind = chartKind(request.params.file)
      if (kind === undefined) throw new ProblemError(problems.notFound())
      const { svg, etag } = await drawings.get(kind)
      // A picture: it may style itself, and do nothing else.
      reply.header('content-security-policy', "default-src 'none'; style-src 'unsafe-inline'; sandbox").header('etag', etag)
      reply.header('cache-control', 'no-cache')
      if (request.headers['if-none-match'] === etag) return reply.code(304).send()
      return reply.type('image/svg+xml; charset=utf-8').send(svg)
    })

    for (const { path, mediaType, content } of Object.values(ASSETS)) {
      server.get(path, { ...hide, config: { rateLimit: false } }, async (_request, reply) =>
        reply.type(mediaType).header('cache-control', `public, max-age=${A_YEAR_S}, immutable`).send(content),
      )
    }
    server.get('/robots.txt', { ...hide, config: { rateLimit: false } }, async (_request, reply) =>
      reply.type('text/plain; charset=utf-8').send('User-agent: *\nDisallow: /sandbox\nDisallow: /api/\n'),
    )
    ready()
  }
}

function chartKind(file: string): ChartKind | undefined {
  const [, name, language, theme, size] = CHART_PATH.exec(file.replace(/\.svg$/, '')) ?? []
  const kind = { name: one(CHARTS, name), language: one(LANGUAGES, language), theme: one(THEMES, theme), size: one(SIZES, size) }
  if (!file.endsWith('.svg') || kind.name === undefined || kind.language === undefined) return undefined
  if (kind.theme === undefined || kind.size === undefined) return undefined
  return { name: kind.name, language: kind.language, theme: kind.theme, size: kind.size }
}

function one<Value extends string>(values: readonly Value[], wanted: string | undefined): Value | undefined {
  return values.find((value) => value === wanted)
}

/** Keeps the newest drawing of each kind (16 of them) for as long as its figures stay the same. */
class Drawings {
  readonly #app: ServerApp
  readonly #kept = new Map<string, { figures: string; svg: string; etag: string }>()

  constructor(app: ServerApp) {
    this.#app = app
  }

  async get(kind: ChartKind): Promise<{ svg: string; etag: string }> {
    const now = this.#app.now()
    const [supply, periods] = await Promise.all([this.#app.reads.supply(now), this.#app.reads.periods(now)])
    const drawn = [periods.map(({ state, release, granted, burned }) => [state, release, granted, burned]), supply.circulating, supply.pool]
    const figures = JSON.stringify(drawn, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))
    const name = Object.values(kind).join('-')
    const kept = this.#kept.get(name)
    if (kept?.figures === figures) return kept
    const svg = await drawChart(kind, { supply, periods }, (text) => sayPlain(this.#app.speak, text, kind.language))
    const etag = `"${createHash('sha256').update(svg).digest('base64url').slice(0, 22)}"`
    this.#kept.set(name, { figures, svg, etag })
    return { svg, etag }
  }
}
