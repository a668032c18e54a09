import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, expect, test } from 'vitest'
import { disputeTimes } from '../../core/disputes/dispute.rules.ts'
import type { DisputeDecision, DisputeSettled } from '../../core/disputes/dispute.types.ts'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { verifyStatement } from '../../core/economy/statement-verify.ts'
import { BURN_ADDRESS } from '../../core/settlement/settlement.rules.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY, HOUR, MINUTE } from '../../core/shared/instant.ts'
import { runVerify } from '../../scripts/verify.ts'
import { ledgerFaults, rankFaults } from '../../test/support/rows.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld, type TestMember } from '../../test/support/settlement-world.ts'
import { loadKeccak256 } from '../hashing/keccak256.ts'
import { settleDispute } from './dispute-settle.ts'
import { disputeStore } from './dispute-store.ts'

let world: SettlementWorld
const folder = mkdtempSync(join(tmpdir(), 'wepos-disputes-'))
afterEach(() => world.stop())
afterAll(() => rmSync(folder, { recursive: true }))

const end = periodEnd(GENESIS, 1)
const { until, decidedBy } = disputeTimes(GENESIS, 1)

/** Ann and Ben with 30 PoS each in period 1, which has ended and is drafted. */
async function drafted(): Promise<readonly [ann: TestMember, ben: TestMember]> {
  world = await startSettlementWorld()
  await world.at(GENESIS)
  await world.settlement.openPeriods(GENESIS)
  const members = [await world.member(), await world.member()] as const
  for (const member of members) await world.grant(member, pos(30), GENESIS)
  await world.settlement.closePeriods(await world.at(end))
  return members
}

/** Opens a dispute about the member's only line, as the command does. */
function dispute(member: TestMember, now = end + HOUR): Promise<number | undefined> {
  return world.database.transaction(async (tx) => {
    const store = disputeStore(tx, GENESIS)
    const [line] = await store.lines(member.id, 1, undefined, 1)
    const value = await store.open(line!, 'It was two events.', now)
    return { keep: value !== undefined, value }
  })
}

function settle(number: number, decision: Partial<DisputeDecision>, now = end + DAY): Promise<DisputeSettled> {
  return world.database.transaction(async (tx) => {
    const value = await settleDispute(tx, number, { outcome: 'approved', amount: pos(40), reason: 'Both were held.', ...decision }, now)
    return { keep: true, value }
  })
}

const row = (number: number) => world.database.prisma.dispute.findUniqueOrThrow({ where: { number } })
const messagesOf = async (member: TestMember) =>
  (await world.database.prisma.inboxMessage.findMany({ where: { memberId: member.id }, orderBy: { id: 'asc' } })).map(
    ({ reply }) => /"key":"(dispute\.\w+)"/.exec(reply)?.[1],
  )

/** The final statement of period 1, verified with its chain as anybody can. */
async function verifiedTotals(now: number) {
  const opened = await world.statements.open(1, now)
  expect(opened!.isFinal).toBe(true)
  const chunks: Uint8Array[] = []
  for await (const chunk of opened!.chunks) chunks.push(chunk)
  const file = join(folder, 'statement.json')
  writeFileSync(file, Buffer.concat(chunks))
  const said: string[] = []
  expect(await runVerify([file, '--rpc', world.node.url], (line) => said.push(line)), said.join('\n')).toBe(0)
  return { text: Buffer.concat(chunks).toString(), ...(await verifyStatement([Buffer.concat(chunks)], await loadKeccak256())).totals }
}

test('corrected upward: a further reward of the same period, in its statement, funded at once, and the period closes', async () => {
  const [ann] = await drafted()
  const number = (await dispute(ann))!
  const item = await world.database.prisma.reviewItem.findFirstOrThrow({ where: { subject: `DSP-${number}` } })
  expect(item).toMatchObject({ kind: 'dispute', contributor: ann.id, blind: true, lowest: 0n, highest: pos(500), state: 'open' })
  expect(await settle(number, {})).toBe('corrected')
  expect(await settle(number, { amount: pos(50) })).toBe('over')
  expect(await row(number)).toMatchObject({ state: 'corrected', newAmount: pos(40), grantedId: `dispute:${number}`, correctionId: null })
  expect(await world.balance(`member:${ann.id}`)).toBe(pos(40))
  expect(await messagesOf(ann)).toEqual(['dispute.received', 'dispute.corrected'])

  // Not 48 hours old: its period waits for it, so it does not.
  expect(await world.settlement.isDue('fund', end + DAY)).toBe(true)
  await world.settlement.fund(await world.at(end + DAY))
  expect(await world.onChain(world.deployment.vault)).toBe(pos(70))
  await world.at(until)
  expect(await world.settlement.closePeriods(until)).toMatchObject({ closed: 1, signer: { state: 'idle' } })
  const totals = await verifiedTotals(until)
  expect(totals).toMatchObject({ lines: 3n, granted: pos(70), corrected: 0n, burned: pos(1_000_000 - 70) })
  expect(totals.text).toMatch(/"kind":"correction","amount":"10","reference":"DSP-1","serial":3/)
  expect(await world.disagreements()).toEqual([])
  expect(await ledgerFaults(world.database.pool)).toEqual([])
  expect(await rankFaults(world.database.pool)).toEqual([])
})

test('corrected downward: a line that takes back, burned in the vault after the close', async () => {
  const [ann] = await drafted()
  const number = (await dispute(ann))!
  expect(await settle(number, { amount: pos(18) })).toBe('corrected')
  expect(await row(number)).toMatchObject({ state: 'corrected', correctionId: `dispute:${number}`, grantedId: null })
  await world.at(until)
  expect(await world.settlement.closePeriods(until)).toMatchObject({ closed: 1 })
  expect(await world.settlement.payout(until)).toMatchObject({ signer: { state: 'idle', settled: 1 } })
  const totals = await verifiedTotals(until)
  expect(totals).toMatchObject({ granted: pos(60), corrected: pos(12), burned: pos(1_000_000 - 60) })
  expect(totals.text).toMatch(/"kind":"correction","amount":"-12","reference":"DSP-1","serial":0/)
  expect(await world.onChain(BURN_ADDRESS)).toBe(pos(1_000_000 - 60 + 12))
  expect(await world.disagreements()).toEqual([])
})

test('an open dispute holds the close up; decided on the sixth day, the period closes then with its new line funded', async () => {
  const [ann] = await drafted()
  const number = (await dispute(ann, until - MINUTE))!
  expect(await world.settlement.isDue('close', until + HOUR)).toBe(false)
  await world.at(until + HOUR)
  expect(await world.settlement.closePeriods(until + HOUR)).toMatchObject({ closed: 0 })
  expect(await settle(number, { amount: pos(31) }, end + 6 * DAY)).toBe('corrected')
  expect(await world.settlement.isDue('close', end + 6 * DAY)).toBe(true)
  await world.at(end + 6 * DAY)
  expect(await world.settlement.closePeriods(end + 6 * DAY)).toMatchObject({ closed: 1 })
  expect(await verifiedTotals(end + 6 * DAY)).toMatchObject({ granted: pos(61) })
})

test('nobody decides in seven days: it lapses, the line stays, the member is told, the period closes', async () => {
  const [ann] = await drafted()
  const number = (await dispute(ann))!
  await world.at(decidedBy - MINUTE)
  expect(await world.settlement.closePeriods(decidedBy - MINUTE)).toMatchObject({ closed: 0 })
  expect(await world.settlement.isDue('close', decidedBy)).toBe(true)
  await world.at(decidedBy)
  expect(await world.settlement.closePeriods(decidedBy)).toMatchObject({ closed: 1 })
  expect(await row(number)).toMatchObject({ state: 'lapsed', newAmount: null })
  expect(await messagesOf(ann)).toEqual(['dispute.received', 'dispute.lapsed'])
  expect(await world.database.prisma.reviewItem.findFirstOrThrow({ where: { subject: `DSP-${number}` } })).toMatchObject({
    state: 'withdrawn',
  })
  // A panel that comes too late changes nothing.
  expect(await settle(number, {}, decidedBy)).toBe('over')
  expect(await verifiedTotals(decidedBy)).toMatchObject({ granted: pos(60) })
})

test('what can not be carried out leaves the line, with words', async () => {
  const [ann, ben] = await drafted()
  const [first, second] = [(await dispute(ann))!, (await dispute(ben))!]
  // All but 5 PoS of the release went elsewhere.
  const rest = await world.balance('period:1')
  await world.database.pool.query(
    `WITH taken AS (UPDATE account SET balance = balance - $1 WHERE name = 'period:1'), given AS (UPDATE account SET balance = balance + $1 WHERE name = 'pool')
     INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at) VALUES ('elsewhere', 'period:1', 'pool', $1, 'withdrawal', '', 1, now())`,
    [rest - pos(5)],
  )
  expect(await settle(first, { amount: pos(40) })).toBe('unfunded')
  await world.withdraw(ben, pos(25), end)
  expect(await settle(second, { amount: pos(20) })).toBe('spent')
  expect(await row(first)).toMatchObject({ state: 'kept', newAmount: pos(40), grantedId: null })
  expect(await row(second)).toMatchObject({ state: 'kept', newAmount: pos(20), correctionId: null })
  expect([await messagesOf(ann), await messagesOf(ben)].map((keys) => keys.at(-1))).toEqual(['dispute.unfunded', 'dispute.spent'])
  expect(await ledgerFaults(world.database.pool)).toEqual([])
})

test('a decision that keeps the line, and a line that was taken back meanwhile', async () => {
  const [ann, ben] = await drafted()
  const [first, second] = [(await dispute(ann))!, (await dispute(ben))!]
  expect(await settle(first, { outcome: 'rejected', amount: 0n })).toBe('kept')
  expect(await row(first)).toMatchObject({ state: 'kept', newAmount: pos(30) })
  await world.database.pool.query(`UPDATE reward SET serial = NULL, status = 'reversed', reversed_at = now() WHERE member_id = $1`, [
    ben.id,
  ])
  expect(await settle(second, {})).toBe('gone')
  expect(await row(second)).toMatchObject({ state: 'lapsed', grantedId: null })
  expect([await messagesOf(ann), await messagesOf(ben)].map((keys) => keys.at(-1))).toEqual(['dispute.kept', 'dispute.gone'])
})

test('ten at once about one line open one dispute; ten decisions at once have one effect', async () => {
  const [ann] = await drafted()
  const opened = await Promise.all(Array.from({ length: 10 }, () => dispute(ann)))
  const [number, ...others] = opened.filter((each) => each !== undefined)
  expect(others).toEqual([])
  const settled = await Promise.all(Array.from({ length: 10 }, () => settle(number!, {})))
  expect(settled.toSorted()).toEqual(['corrected', ...Array.from({ length: 9 }, () => 'over')])
  expect(await world.balance(`member:${ann.id}`)).toBe(pos(40))
})

test('disputes and closes at the same moment: a period never closes over an open dispute, and takes none afterwards', async () => {
  const [ann, ben] = await drafted()
  await world.at(until)
  const [, first, , second] = await Promise.all([
    world.settlement.closePeriods(until),
    dispute(ann, until - 1),
    (await world.another()).closePeriods(until),
    dispute(ben, until - 1),
  ])
  const open = [first, second].filter((each) => each !== undefined)
  const period = await world.database.prisma.period.findUniqueOrThrow({ where: { number: 1 } })
  expect(period.closedAt === null || open.length === 0).toBe(true)
  for (const number of open) await settle(number, { outcome: 'rejected' })
  await world.settlement.closePeriods(until)
  expect(await dispute(ann, until - 1)).toBeUndefined()
  expect(await verifiedTotals(until)).toMatchObject({ granted: pos(60) })
})
