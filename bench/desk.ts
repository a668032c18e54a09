import assert from 'node:assert'
import { economyReads } from '../adapters/postgres/economy-reads.ts'
import { createPool } from '../adapters/postgres/pool.ts'
import { createServer } from '../server/app.ts'
import { signedInAs } from '../test/support/signed-in.ts'
import { startWebWorld, WEB_GENESIS } from '../test/support/web-world.ts'
import { startBenchDatabase } from './bench-database.ts'
import { DECIDED_ITEMS, DESK_PEOPLE, fillDesk, OPEN_ITEMS, OWN_SEATS } from './desk-scene.ts'
import { below, loadNow, median, percentile, whole, type Figure } from './measure.ts'

const WARM_UP = 20
const CALLS = 200
/** The promise: first paint of the desk, on the server's side. */
const BOUND_MS = 300

/** How long the server takes for pages of the review desk, from the request to the last byte over loopback, beside a page that reads thirteen lines. */
export async function measureDesk(): Promise<readonly Figure[]> {
  const database = await startBenchDatabase()
  const pool = createPool(database.url, 2)
  const world = await startWebWorld({ databaseUrl: database.url })
  const server = await createServer({ ...world.app, reads: economyReads(world.community.database.prisma, WEB_GENESIS) })
  try {
    await fillDesk(pool, WEB_GENESIS, world.clock.now)
    const base = await server.listen({ port: 0, host: '127.0.0.1' })
    const [reviewer, chair] = await Promise.all(
      [DESK_PEOPLE.reviewer, DESK_PEOPLE.chair].map((userId) => signedInAs(world.app, { platform: 'console', userId, name: userId })),
    )
    let requests = 0
    async function get(path: string, cookie: string): Promise<string> {
      requests += 1
      // Each from another address: limits count addresses.
      const from = `10.${(requests >> 16) & 255}.${(requests >> 8) & 255}.${requests & 255}`
      const response = await fetch(base + path, { headers: { cookie, accept: 'text/html', 'x-forwarded-for': from } })
      const text = await response.text()
      assert.equal(response.status, 200, `${path}: ${text.slice(0, 200)}`)
      return text
    }
    async function time(path: string, cookie: string, holds: string): Promise<number[]> {
      assert.ok((await get(path, cookie)).includes(holds), `${path} does not show ${holds}`)
      const times: number[] = []
      for (let call = 0; call < WARM_UP + CALLS; call += 1) {
        const since = performance.now()
        await get(path, cookie)
        if (call >= WARM_UP) times.push(performance.now() - since)
      }
      return times.toSorted((a, b) => a - b)
    }
    const periods = await time('/periods', '', 'Period 13')
    const [mine, all] = [reviewer!.cookie, chair!.cookie]
    const firstSeat = /href="\/desk\/(SUB-\d+)" data-item/.exec(await get('/desk', mine))![1]!
    const deep = await walk(all, 100, get)
    const pages: readonly [string, string, string, string][] = [
      [`reviewer with ${OWN_SEATS} seats`, '/desk', mine, `Waiting for me (${OWN_SEATS})`],
      ['chair, all open', '/desk?show=open', all, `All open (${whole(OPEN_ITEMS)})`],
      ['chair, page 101', deep, all, 'data-item'],
      ['chair, a search that finds nothing', '/desk?show=open&q=xyzzy', all, 'Nothing fits'],
      [`chair, ${whole(DECIDED_ITEMS)} decided`, '/desk?show=decided', all, 'data-item'],
      [`chair, history of ${whole(3 * DECIDED_ITEMS)} verdicts`, '/desk/history', all, 'data-item'],
      ['an item, as reviewer', `/desk/${firstSeat}`, mine, 'What was sent in'],
    ]
    const figures: Figure[] = []
    for (const [name, path, cookie, holds] of pages) {
      const times = await time(path, cookie, holds)
      const ratio = (median(times) / median(periods)).toFixed(1)
      const detail = `median ${median(times).toFixed(1)}, ${ratio}x of /periods at ${median(periods).toFixed(1)} (p99 ${percentile(periods, 0.99).toFixed(1)}); load ${loadNow()}`
      figures.push(below(`desk: p99 of a page, ${name}`, 'ms', BOUND_MS, percentile(times, 0.99), detail))
    }
    return figures
  } finally {
    await server.close()
    await world.stop()
    await pool.end()
    await database.stop()
  }
}

/** The address of a page so many pages in, by its own links. */
async function walk(cookie: string, pages: number, get: (path: string, cookie: string) => Promise<string>): Promise<string> {
  let path = '/desk?show=open'
  for (let page = 0; page < pages; page += 1) {
    const next = /<a href="([^"]+)" rel="next">/.exec(await get(path, cookie))?.[1]
    assert.ok(next !== undefined, `there is no page after ${path}`)
    path = next.replaceAll('&amp;', '&')
  }
  return path
}
