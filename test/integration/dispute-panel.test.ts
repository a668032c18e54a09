import { afterEach, beforeEach, expect, test } from 'vitest'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { TOTAL_SUPPLY } from '../../core/shared/amount.ts'
import { HOUR } from '../../core/shared/instant.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { chatter, linkAccounts } from '../support/two-chats.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const REVIEWERS = ['rea', 'ron', 'rui']

let community: Community
/** Code of Ann's only line. */
let line: string
beforeEach(async () => {
  community = await startCommunity(GENESIS)
  await community.say('op', 'role grant @op host')
  for (const who of REVIEWERS) {
    await community.say(who, 'start')
    await community.say('op', `role grant @${who} reviewer`)
  }
  await community.say('op', 'event create Meeting start:now')
  const code = (await community.say('op', 'event codes EVT-1')).reply.verbatim ?? ''
  await community.say('ann', `checkin ${code}`)
  community.clock.now = periodEnd(GENESIS, 1) + HOUR
  line = (await community.say('ann', 'dispute')).text.match(/LINE-\d+/)![0]
  await community.say('ann', `dispute ${line} The meeting had two parts, says Ann.`)
})
afterEach(() => community.close())

const balance = async (who: string) => /Balance: (.*)/.exec((await community.say(who, 'balance')).text)?.[1]

test('a panel without a part in it reads the line and why it is wrong, without the name, and decides what it should be', async () => {
  const read = await community.say('rea', 'review show DSP-1')
  expect(read.text).toContain('It says: 10 PoS')
  expect(read.text).toContain('For: EVT-1 Meeting, by a code that changes every 30 seconds')
  expect(read.text).toContain('Why it is wrong: The meeting had two parts')
  expect(read.text.toLowerCase()).not.toContain('says ann')
  expect((await community.say('rea', 'review approve DSP-1 18')).reply.tone).toBe('done')
  expect(await balance('ann')).toBe('10 PoS')
  expect((await community.say('ron', 'review approve DSP-1 20')).reply.tone).toBe('done')
  expect(await balance('ann')).toBe('19 PoS')
  expect((await community.say('ann', 'inbox')).text).toContain(
    `Your dispute DSP-1 is decided: ${line} of 10 PoS should be 19 PoS. 9 PoS were added`,
  )
  expect((await community.say('ann', 'statement 1')).text).toContain('Your part: 19 PoS in 2 rewards')
})

test('a panel that rejects keeps the line, and tells why', async () => {
  for (const who of ['rea', 'ron']) await community.say(who, 'review reject DSP-1 It had one part only.')
  expect(await balance('ann')).toBe('10 PoS')
  const told = (await community.say('ann', 'inbox')).text
  expect(told).toContain(`Your dispute DSP-1 is decided: ${line} of 10 PoS stays as it is. Reason: It had one part only.`)
})

test('who disputes decides nothing, reviewer or not', async () => {
  await community.say('op', 'role grant @ann reviewer')
  expect((await community.say('ann', 'review approve DSP-1 500')).reply.tone).toBe('refused')
  expect(await balance('ann')).toBe('10 PoS')
})

test('after a link the one who goes on sees and disputes the lines of both, and what is corrected is theirs', async () => {
  const { prisma } = community.database
  const [old, young] = [chatter(community, 'discord', 'olga'), chatter(community, 'telegram', 'olya')]
  for (const who of [old, young]) await who.say('start')
  const merged = await young.memberId()
  community.clock.now = periodEnd(GENESIS, 1) - HOUR
  await community.say('op', 'event create Evening start:now')
  await young.say(`checkin ${(await community.say('op', 'event codes EVT-2')).reply.verbatim ?? ''}`)
  await linkAccounts(young, old)
  const survivor = await old.memberId()
  expect(survivor).not.toBe(merged)
  const balanceOf = async (id: string) => (await prisma.account.findUnique({ where: { name: `member:${id}` } }))?.balance ?? 0n
  community.clock.now = periodEnd(GENESIS, 1) + HOUR
  const own = /LINE-\d+/.exec((await old.say('dispute')).text)![0]
  expect((await old.say(`dispute ${own} I left early.`)).reply.tone).toBe('done')
  expect((await old.say('dispute')).text).toContain('DSP-2')
  for (const who of ['rea', 'ron']) expect((await community.say(who, 'review approve DSP-2 4')).reply.tone).toBe('done')
  expect(await balanceOf(survivor)).toBe(4_000_000_000n)
  expect(await balanceOf(merged)).toBe(0n)
  // The statement's line names who had it.
  expect(await prisma.correction.findFirst()).toMatchObject({ memberId: merged, amount: 6_000_000_000n })
  expect((await old.say('inbox')).text).toContain('DSP-2')
  expect((await old.press(await old.say('unlink'))).reply.tone).toBe('done')
  expect([await balanceOf(survivor), await balanceOf(merged)]).toEqual([0n, 4_000_000_000n])
  expect((await young.say('dispute')).text).toContain('DSP-2')
  const accounts = await prisma.account.findMany({ where: { name: { in: [survivor, merged].map((id) => `member:${id}`) } } })
  expect(accounts.map(({ earned, balance }) => earned - balance)).toEqual([0n, 0n])
  expect((await prisma.account.aggregate({ _sum: { balance: true } }))._sum.balance).toBe(TOTAL_SUPPLY)
})
