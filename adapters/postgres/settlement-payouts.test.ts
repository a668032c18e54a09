import { afterAll, beforeAll, expect, test } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld } from '../../test/support/settlement-world.ts'
import { giveToVault, setPayoutLimit, takeFromVault } from '../../test/support/vault-admin.ts'

let world: SettlementWorld
beforeAll(async () => {
  world = await startSettlementWorld()
  await world.at(GENESIS)
  await world.settlement.openPeriods(GENESIS)
})
afterAll(() => world.stop())

test('automatic payouts come once a day, above the minimum, to wallets that may be paid, and leave young grants alone', async () => {
  const rich = await world.member({ autoPayout: true })
  const poor = await world.member({ autoPayout: true })
  const manual = await world.member()
  const walletless = await world.member({ autoPayout: true, wallet: false })
  const blocked = await world.member({ autoPayout: true })
  const hasty = await world.member({ autoPayout: true })
  await world.database.prisma.member.update({ where: { id: blocked.id }, data: { blocked: true } })
  await world.database.prisma.wallet.updateMany({ where: { memberId: hasty.id }, data: { payoutFrom: new Date(GENESIS + 30 * DAY) } })
  for (const member of [rich, manual, walletless, blocked, hasty]) await world.grant(member, pos(40), GENESIS)
  await world.grant(poor, pos(10) - 1n, GENESIS)
  const day3 = await world.at(GENESIS + 3 * DAY)
  await world.settlement.fund(day3)
  await world.grant(rich, pos(7), day3 - HOUR)

  expect(await world.settlement.payout(day3)).toMatchObject({ automatic: 1, lines: 1, signer: { settled: 1 } })
  expect(await world.onChain(rich.wallet.address)).toBe(pos(40))
  expect(await world.balance(`member:${rich.id}`)).toBe(pos(7))
  const withdrawal = await world.database.prisma.withdrawal.findFirstOrThrow({ where: { memberId: rich.id } })
  expect(withdrawal.id).toBe(`auto:${rich.id}:${day3}`)

  await world.grant(poor, pos(1), GENESIS)
  await world.settlement.fund(day3)
  expect(await world.settlement.isDue('payout', day3 + HOUR)).toBe(false)
  expect(await world.settlement.payout(day3 + HOUR)).toMatchObject({ automatic: 0 })
  const day4 = await world.at(GENESIS + 4 * DAY)
  expect(await world.settlement.isDue('payout', day4)).toBe(true)
  expect(await world.settlement.payout(day4)).toMatchObject({ automatic: 1 })
  expect(await world.onChain(poor.wallet.address)).toBe(pos(11) - 1n)
  expect(await world.disagreements()).toEqual([])
})

test('an address that the token refuses stands aside with an alert and holds nobody up', async () => {
  const now = await world.at(GENESIS + 5 * DAY)
  const [wrong, right] = [await world.member(), await world.member()]
  for (const member of [wrong, right]) await world.grant(member, pos(5), GENESIS)
  await world.settlement.fund(now)
  const toVault = await world.withdraw(wrong, pos(1), now, world.deployment.vault)
  const toNobody = await world.withdraw(wrong, pos(1), now, '0x000000000000000000000000000000000000dEaD')
  await world.withdraw(right, pos(5), now)
  expect(await world.settlement.payout(now)).toMatchObject({ lines: 1, signer: { settled: 1 } })
  expect(await world.onChain(right.wallet.address)).toBe(pos(5))
  await world.settlement.payout(now)
  const alerts = await world.database.prisma.outboxRow.findMany({ where: { subject: 'withdrawal-unpayable' }, orderBy: { id: 'asc' } })
  expect(alerts.map(({ payload }) => payload)).toEqual([
    { code: 'withdrawal-unpayable', withdrawal: toVault, reason: 'address' },
    { code: 'withdrawal-unpayable', withdrawal: toNobody, reason: 'address' },
  ])
  expect(await world.settlement.isDue('payout', now)).toBe(false)
})

test('more lines than one payout holds go out in several, in the order asked for', async () => {
  const now = await world.at(GENESIS + 6 * DAY)
  const member = await world.member()
  await world.grant(member, pos(1_000), GENESIS)
  await world.settlement.fund(now)
  await world.settlement.payout(now)
  const before = await world.onChain(member.wallet.address)
  for (let index = 0; index < 401; index += 1) await world.withdraw(member, pos(1), now + index)
  expect(await world.settlement.payout(now)).toMatchObject({ lines: 401, signer: { state: 'idle', settled: 3 } })
  expect(await world.onChain(member.wallet.address)).toBe(before + pos(401))
  const rows = await world.database.prisma.withdrawal.findMany({ where: { memberId: member.id }, orderBy: { requestedAt: 'asc' } })
  const serials = rows.map(({ serial }) => serial!)
  expect(serials).toEqual([...serials].sort((left, right) => Number(left - right)))
  expect(await world.disagreements()).toEqual([])
})

test('the payout limit of the vault is never run into: what does not fit waits, and goes when the bucket has filled', async () => {
  const now = await world.at(GENESIS + 7 * DAY)
  const members = [await world.member(), await world.member()]
  for (const member of members) await world.grant(member, pos(400_000), now - 3 * DAY)
  await world.settlement.fund(now)
  // A bucket of 500,000 PoS, set as the timelock would.
  await setPayoutLimit(world, pos(500_000))
  for (const member of members) await world.withdraw(member, pos(400_000), now)
  expect(await world.settlement.payout(now)).toMatchObject({ lines: 1, signer: { state: 'idle', settled: 1 } })
  expect(await world.settlement.payout(now)).toMatchObject({ lines: 0 })
  expect(await world.onChain(members[1]!.wallet.address)).toBe(0n)
  const full = await world.at(now + 12 * HOUR)
  expect(await world.settlement.payout(full)).toMatchObject({ lines: 1, signer: { settled: 1 } })
  expect(await world.disagreements()).toEqual([])
})

test('reserves that fall short halt payouts at the next check and let them go on when they are whole again', async () => {
  const now = await world.at(GENESIS + 9 * DAY)
  const member = await world.member()
  await world.grant(member, pos(50), GENESIS)
  await world.settlement.fund(now)
  expect(await world.settlement.reserves(now)).toMatchObject({ ok: true })
  await takeFromVault(world, pos(30))
  expect(await world.settlement.reserves(now + HOUR)).toMatchObject({ ok: false })
  await world.withdraw(member, pos(10), now)
  expect(await world.settlement.payout(now)).toMatchObject({ lines: 0, halted: pos(30).toString() })
  await giveToVault(world, pos(30))
  expect(await world.settlement.reserves(now + 2 * HOUR)).toMatchObject({ ok: true })
  expect(await world.settlement.payout(now)).toMatchObject({ lines: 1, halted: undefined, signer: { settled: 1 } })
  expect(await world.database.prisma.reserveCheck.count()).toBe(3)
  const told = await world.database.prisma.outboxRow.findMany({ where: { subject: { startsWith: 'payouts-' } }, orderBy: { id: 'asc' } })
  expect(told.map(({ subject }) => subject)).toEqual(['payouts-halted', 'payouts-resumed'])
})
