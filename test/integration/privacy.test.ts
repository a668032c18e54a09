import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadKeccak256 } from '../../adapters/hashing/keccak256.ts'
import { economyReads } from '../../adapters/postgres/economy-reads.ts'
import { statementStore } from '../../adapters/postgres/statement-store.ts'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { createServer } from '../../server/app.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { createSampleServer } from '../support/sample-server.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community
let server: Awaited<ReturnType<typeof createServer>>
beforeAll(async () => {
  community = await startCommunity(GENESIS)
  server = await createServer(createSampleServer({ reads: economyReads(community.database.prisma, GENESIS) }).app)
  await community.say('op', 'event create Call start:now')
  const code = (await community.say('op', 'event codes 1')).reply.verbatim ?? ''
  for (const who of ['ann', 'bob', 'cyd']) await community.say(who, `checkin ${code}`)
})
afterAll(async () => {
  await server.close()
  await community.close()
})

/** Everything that everybody can read, by where it is. */
async function inPublic(): Promise<Record<string, string>> {
  const chart = await community.say('cyd', 'chart leaderboard')
  return {
    leaderboard: (await community.say('cyd', 'leaderboard')).text,
    chart: `${chart.text}${JSON.stringify(chart.reply.chart, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`,
    card: (await community.say('cyd', 'event show 1')).text,
    page: (await server.inject('/leaderboard')).body,
    api: (await server.inject('/api/v1/leaderboard')).body,
  }
}
const namesIn = async (name: string) =>
  Object.entries(await inPublic()).flatMap(([place, text]) => (new RegExp(`\\b${name}\\b`).test(text) ? [place] : []))

async function statement(): Promise<string> {
  const { database } = community
  const emission = '0x1000000000000000000000000000000000000002'
  const store = statementStore({ database, keccak: await loadKeccak256(), genesis: GENESIS, chainId: 31_337, emission })
  const opened = await store.open(1, periodEnd(GENESIS, 1))
  const chunks: Uint8Array[] = []
  for await (const chunk of opened!.chunks) chunks.push(chunk)
  return Buffer.concat(chunks).toString()
}

test('whoever hides is named in no public list, and everybody else still is', async () => {
  expect(await namesIn('ann')).toEqual(['leaderboard', 'chart', 'card', 'page', 'api'])
  expect((await community.say('ann', 'privacy hide')).text).toContain('no longer name you')
  expect(await namesIn('ann')).toEqual([])
  expect(await namesIn('bob')).toEqual(['leaderboard', 'chart', 'card', 'page', 'api'])
  // Who came is counted all the same.
  expect((await community.say('cyd', 'event show 1')).text).toContain('Checked in: 3')
})

test('what is one’s own stays: balance and rank, history, and the statement to the byte', async () => {
  const hidden = await statement()
  expect((await community.say('ann', 'balance')).text).toMatch(/10 PoS[^]*1/)
  const own = await economyReads(community.database.prisma, GENESIS).balance(await memberOf('ann'), community.clock.now)
  expect(own.rank).toBe(1)
  expect((await community.say('ann', 'history')).text).toContain('EVT-1')
  expect((await community.say('ann', 'privacy hide')).reply.tone).toBe('done')
  expect((await community.say('ann', 'privacy show')).text).toContain('You are named in leaderboards and lists again.')
  expect(await namesIn('ann')).toEqual(['leaderboard', 'chart', 'card', 'page', 'api'])
  expect(await statement()).toBe(hidden)
  expect(hidden).not.toMatch(/\bann\b/)
})

async function memberOf(who: string): Promise<string> {
  return (await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: who } })).memberId
}
