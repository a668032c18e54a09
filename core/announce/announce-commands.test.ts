import { describe, expect, it } from 'vitest'
import type { Actor, Platform } from '../shared/actor.ts'
import type { Outcome } from '../shared/refusal.ts'
import { announceRouteCommand } from './announce-route.ts'
import { announceUnrouteCommand } from './announce-unroute.ts'
import type { NewRoute, RoutePort } from './announce.port.ts'
import type { Route } from './announce.types.ts'
import { gather } from './gather.ts'
import { announceTexts } from './announce.texts.ts'

const NOW = Date.UTC(2027, 1, 3)
const actorOn = (platform: Platform): Actor => ({
  memberId: 'm',
  name: 'Olga',
  roles: new Set(['operator']),
  language: 'en',
  timeZone: 'UTC',
  blocked: false,
  account: { platform, userId: '1', name: 'Olga' },
  place: { kind: 'group', chatId: '10', threadId: '7', communityId: '2' },
})

function world(platform: Platform = 'telegram') {
  const routes: Route[] = []
  const port: RoutePort = {
    publicLanguage: 'zh',
    routes: () => Promise.resolve(routes),
    findRoute: (topic) => Promise.resolve(routes.find((route) => route.topic === topic)),
    setRoute({ setBy: _by, setAt: _at, ...route }: NewRoute) {
      const known = routes.findIndex(({ topic }) => topic === route.topic)
      const set = { ...route, number: known < 0 ? routes.length + 1 : routes[known]!.number }
      routes[known < 0 ? routes.length : known] = set
      return Promise.resolve(set)
    },
    removeRoutes: () => Promise.resolve(routes.splice(0)),
  }
  const run = { actor: actorOn(platform), now: NOW, key: 'k', newId: () => 'id', port }
  const route = (input: Parameters<typeof announceRouteCommand.run>[1]): Promise<Outcome<Route>> => announceRouteCommand.run(run, input)
  return { routes, run, route }
}

const codeOf = (outcome: Outcome<unknown>): string => (outcome.ok ? 'done' : outcome.refusal.code)

describe('announce route', () => {
  it('begins with the language of the community, at once, in UTC; and keeps what a change leaves out', async () => {
    const { route, routes } = world()
    await route({ topic: 'events' })
    expect(routes).toMatchObject([
      { language: 'zh', timeZone: 'UTC', rollUp: false, target: { platform: 'telegram', chatId: '10', threadId: '7' } },
    ])
    await route({ topic: 'events', quiet: '22-8', digest: '18', zone: 'asia/shanghai' })
    await route({ topic: 'events', language: 'en' })
    expect(routes).toMatchObject([
      { number: 1, language: 'en', timeZone: 'Asia/Shanghai', quiet: { from: 1_320, until: 480 }, digestHour: 18 },
    ])
    await route({ topic: 'events', quiet: 'off', digest: 'off', rollup: true })
    expect(routes[0]).toMatchObject({ quiet: undefined, digestHour: undefined, rollUp: true })
  })

  it.each([
    [{ topic: 'news', quiet: '8-8' }, 'announce.quiet'],
    [{ topic: 'news', digest: 'noon' }, 'announce.digest'],
    [{ topic: 'news', zone: 'Mars/Olympus' }, 'announce.time_zone'],
    [{ topic: 'news', rollup: true, digest: '9' }, 'announce.both'],
  ] as const)('refuses %o', async (input, code) => {
    const { route, routes } = world()
    expect(codeOf(await route(input))).toBe(code)
    expect(routes).toEqual([])
  })

  it('refuses a chat that nothing can be posted to', async () => {
    expect(codeOf(await world('console').route({ topic: 'news' }))).toBe('announce.no_chat')
    expect(codeOf(await announceUnrouteCommand.run(world('console').run, {}))).toBe('announce.no_chat')
    expect(codeOf(await announceUnrouteCommand.run(world().run, {}))).toBe('announce.no_route')
  })
})

it('lists several announcements in one message, a few lines of each', () => {
  const line = (body: string) => announceTexts.say('body', { body })
  const long = { audience: 'public', tone: 'fault', lines: ['a', 'b', 'c', 'd'].map(line) } as const
  const gathered = gather([{ audience: 'public', tone: 'info', lines: [line('one')] }, long])
  expect(gathered).toMatchObject({ audience: 'public', title: { values: { count: 2 } } })
  expect(gathered.lines.map(({ values }) => values['body'])).toEqual(['one', 'a', 'b', 'c'])
  expect(gather([long])).toBe(long)
})
