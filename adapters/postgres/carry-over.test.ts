import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { memberAccount, periodAccount } from '../../core/ledger/ledger.types.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { hmacSha256 } from '../hashing/hmac-sha256.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld, type TestMember } from '../../test/support/settlement-world.ts'
import { CARRY_OVER_POLICY } from './carry-over.ts'
import { eventStore } from './event-store.ts'

let world: SettlementWorld
beforeAll(async () => {
  world = await startSettlementWorld()
})
afterAll(() => world.stop())

const endOf = (period: number): Instant => periodEnd(GENESIS, period)

async function refuse(member: TestMember, id: string, amount: bigint): Promise<void> {
  await world.database.prisma.reward.create({
    data: {
      id,
      memberId: member.id,
      kind: 'attendance',
      reference: id,
      amount,
      period: 1,
      status: 'unfunded',
      at: new Date(GENESIS + DAY),
    },
  })
}

async function rewards() {
  const rows = await world.database.prisma.reward.findMany({ where: { carriedFrom: { not: null } }, orderBy: { seq: 'asc' } })
  return rows.map(({ id, status, period, carriedFrom }) => ({ id, status, period, carriedFrom }))
}

async function openAndClose(period: number): Promise<void> {
  const closing = await world.at(endOf(period) + 4 * DAY)
  await world.settlement.openPeriods(closing)
  expect(await world.settlement.closePeriods(closing)).toMatchObject({ closed: 1 })
}

test('mined out ends; while the policy is on, what was refused is paid first, oldest first, from the period that opens', async () => {
  const { database, settlement } = world
  const [ann, ben, chen] = [await world.member(), await world.member(), await world.member()]
  await database.prisma.chatAccount.create({
    data: { platform: 'console', userId: 'ben', memberId: ben.id, name: 'Ben', linkedAt: new Date(GENESIS) },
  })
  await settlement.openPeriods(await world.at(GENESIS))
  await world.grant(ann, pos(999_995), GENESIS)
  await refuse(ben, 'EVT-1', pos(10))
  await refuse(chen, 'EVT-2', pos(1_999_995))
  await refuse(ben, 'EVT-3', pos(20))
  await refuse(ann, 'EVT-4', pos(7))
  const events = { hmac: hmacSha256, genesis: GENESIS, randomBytes, hashCode: () => randomBytes(32) }
  const undone = await database.transaction(async (tx) => ({
    keep: true,
    value: await eventStore(tx, events).undo.reverse('EVT-4', GENESIS),
  }))
  expect(undone).toEqual({ state: 'none' })

  await settlement.fund(await world.at(GENESIS + 3 * DAY))
  await openAndClose(1)
  expect([await rewards(), await world.balance(periodAccount(2))]).toEqual([[], pos(2_000_000)])

  await database.prisma.setting.create({ data: { key: CARRY_OVER_POLICY, value: 'on' } })
  await openAndClose(2)
  expect(await rewards()).toEqual([
    { id: 'EVT-1', status: 'granted', period: 3, carriedFrom: 1 },
    { id: 'EVT-3', status: 'granted', period: 3, carriedFrom: 1 },
  ])
  expect(await world.balance(periodAccount(3))).toBe(pos(2_000_000 - 30))
  expect(await database.prisma.account.findUnique({ where: { name: memberAccount(ben.id) } })).toMatchObject({
    balance: pos(30),
    earned: pos(30),
  })
  const notes = await database.prisma.inboxMessage.findMany()
  expect(notes.map(({ memberId, reply }) => [memberId, reply.includes('carriedOver')])).toEqual([[ben.id, true]])
  expect(await database.prisma.outboxRow.count({ where: { topic: 'private' } })).toBe(0)

  await settlement.fund(await world.at(endOf(3) - DAY))
  await openAndClose(3)
  expect((await rewards()).at(1)).toEqual({ id: 'EVT-2', status: 'granted', period: 4, carriedFrom: 1 })
  const [first, , third] = (await database.prisma.period.findMany({ orderBy: { number: 'asc' } })).map(({ unfunded, burned }) => ({
    unfunded,
    burned,
  }))
  expect([first, third]).toEqual([
    { unfunded: 3, burned: pos(5) },
    { unfunded: 0, burned: pos(1_999_970) },
  ])
  await settlement.fund(await world.at(endOf(4) - DAY))
  expect(await world.disagreements()).toEqual([])
})
