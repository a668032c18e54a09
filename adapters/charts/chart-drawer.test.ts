import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { attendanceChart, leaderboardChart, supplyChart } from '../../core/charts/chart.rules.ts'
import type { PeriodView } from '../../core/economy/economy.types.ts'
import { multiplierOf, releaseOf } from '../../core/economy/release-schedule.ts'
import type { Chart } from '../../core/shared/chart.ts'
import { LANGUAGES, type Language } from '../../core/shared/text.ts'
import { CATALOGUES } from '../../main/catalogues.ts'
import { createSpeak } from '../speak.ts'
import { createChartDrawer } from './chart-drawer.ts'

/** For people to look at; git-ignored. */
const FOLDER = join(import.meta.dirname, '..', '..', 'data', 'messages', 'charts')
const drawer = createChartDrawer(createSpeak(CATALOGUES))
afterAll(() => drawer.stop())

const POS = 1_000_000_000n
const periods = Array.from({ length: 13 }, (_, index): PeriodView => {
  const number = index + 1
  const release = releaseOf(number)
  const state = number < 5 ? 'closed' : number === 5 ? 'open' : 'future'
  const granted = state === 'future' ? 0n : (release * BigInt(40 + number * 7)) / 100n
  return {
    number,
    state,
    startsAt: 0,
    endsAt: 0,
    closesAt: 0,
    multiplier: Number(multiplierOf(number)),
    release,
    granted,
    grants: 0,
    unfunded: 0,
    burned: state === 'closed' ? release - granted : null,
    corrected: 0n,
    statementRoot: null,
    transactions: [],
  }
})
const names = ['Ann', '陈晨', 'Zoë 🌻', 'Дмитрий', '<b>@everyone</b>', 'a name that is much longer than a bar', '李', 'Bob']
const members = names.map((name, index) => ({ rank: index + 1, memberId: `m${index}`, name, earned: (9_000n * POS) / BigInt(index + 1) }))
const charts: Readonly<Record<string, Chart>> = {
  supply: supplyChart(periods),
  leaderboard: leaderboardChart(members)!,
  attendance: attendanceChart(Array.from({ length: 12 }, (_, index) => ({ number: index + 1, attendees: (index * 37) % 211 })))!,
}

const widthOf = (png: Uint8Array) => new DataView(png.buffer, png.byteOffset).getUint32(16)

test.each(LANGUAGES.flatMap((language) => Object.entries(charts).map(([name, chart]) => ({ name, chart, language }))))(
  '$name is drawn in $language, with its words beside it',
  async ({ name, chart, language }) => {
    const { data, alt } = await drawer.draw(chart, language)
    expect(Buffer.from(data.subarray(1, 4)).toString()).toBe('PNG')
    expect(widthOf(data)).toBe(1_200)
    expect(alt.length).toBeGreaterThan(40)
    expect(alt.length).toBeLessThanOrEqual(1_000)
    expect(alt).not.toMatch(/\{\{|undefined/)
    mkdirSync(FOLDER, { recursive: true })
    writeFileSync(join(FOLDER, `${name}-${language}.png`), data)
  },
)

test('a name in another script is really there: without its letters the picture is another one', async () => {
  const withName = (name: string) => leaderboardChart([{ rank: 1, memberId: 'm', name, earned: POS }])!
  const ink = async (name: string, language: Language = 'en') => darkPixels((await drawer.draw(withName(name), language)).data)
  const empty = await ink('')
  for (const name of ['陈晨', 'Дмитрий', 'Ελένη', '🌻', 'かな']) expect(await ink(name), name).toBeGreaterThan(empty)
})

test('the same numbers are drawn once, and too many at once are refused, not kept waiting', async () => {
  const one = leaderboardChart([{ rank: 1, memberId: 'm', name: 'once', earned: POS }])!
  const [first, second] = await Promise.all([drawer.draw(one, 'en'), drawer.draw(one, 'en')])
  expect(second.data).toBe(first.data)
  const many = Array.from({ length: 30 }, (_, index) =>
    leaderboardChart([{ rank: 1, memberId: 'm', name: `crowd ${index}`, earned: POS }])!,
  )
  const outcomes = await Promise.allSettled(many.map((chart) => drawer.draw(chart, 'en')))
  const refused = outcomes.filter(({ status }) => status === 'rejected')
  expect(refused).toHaveLength(10)
  for (const { reason } of refused as PromiseRejectedResult[]) expect(reason).toMatchObject({ source: 'charts', retryable: true })
  // What was refused is not remembered as a failure.
  expect((await drawer.draw(many[29]!, 'en')).data.length).toBeGreaterThan(1_000)
})

/** Pixels of a picture in the colour of its letters, which no bar has; 8-bit RGBA without interlacing, as the renderer writes it. */
function darkPixels(png: Uint8Array): number {
  const view = Buffer.from(png)
  const chunks: Buffer[] = []
  for (let at = 8; at < view.length;) {
    const length = view.readUInt32BE(at)
    if (view.toString('latin1', at + 4, at + 8) === 'IDAT') chunks.push(view.subarray(at + 8, at + 8 + length))
    at += length + 12
  }
  const raw = inflateSync(Buffer.concat(chunks))
  const [width, height] = [view.readUInt32BE(16), view.readUInt32BE(20)]
  const stride = width * 4
  let before: Buffer = Buffer.alloc(stride)
  let dark = 0
  for (let y = 0; y < height; y += 1) {
    const filter = raw[y * (stride + 1)]!
    const line = Buffer.from(raw.subarray(y * (stride + 1) + 1, (y + 1) * (stride + 1)))
    for (let x = 0; x < stride; x += 1) {
      const [left, up, corner] = [x < 4 ? 0 : line[x - 4]!, before[x]!, x < 4 ? 0 : before[x - 4]!]
      const guess = [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter] ?? 0
      line[x] = (line[x]! + guess) & 255
    }
    for (let x = 0; x < stride; x += 4) if (Math.max(line[x]!, line[x + 1]!, line[x + 2]!) < 80) dark += 1
    before = line
  }
  return dark
}

/** PNG specification, "Filter type 4: Paeth". */
function paeth(left: number, up: number, corner: number): number {
  const [a, b, c] = [Math.abs(up - corner), Math.abs(left - corner), Math.abs(left + up - 2 * corner)]
  return a <= b && a <= c ? left : b <= c ? up : corner
}
