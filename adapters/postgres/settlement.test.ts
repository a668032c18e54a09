import { afterAll, beforeAll, expect, test } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld } from '../../test/support/settlement-world.ts'

let world: SettlementWorld
beforeAll(async () => {
  world = await startSettlementWorld()
})
afterAll(() => world.stop())

test('a grant reaches its member’s wallet: opened, funded after 48 hours, withdrawn, paid, settled', async () => {
  const { settlement } = world
  const start = await world.at(GENESIS)
  expect(await settlement.openPeriods(start)).toMatchObject({ opened: 1, signer: { state: 'idle', settled: 1 } })
  const ann = await world.member()
  await world.grant(ann, pos(10), start)

  expect(await settlement.fund(start + 48 * HOUR - 1)).toMatchObject({ numbered: 0 })
  const later = await world.at(GENESIS + 2 * DAY)
  expect(await settlement.fund(later)).toMatchObject({ numbered: 1, signer: { state: 'idle', settled: 1 } })
  expect(await world.onChain(world.deployment.vault)).toBe(pos(10))

  await world.withdraw(ann, pos(4), later)
  expect(await settlement.payout(later)).toMatchObject({ lines: 1, halted: undefined, signer: { state: 'idle', settled: 1 } })
  expect(await world.onChain(ann.wallet.address)).toBe(pos(4))
  expect(await world.balance('leaving')).toBe(0n)
  expect(await world.balance('chain')).toBe(pos(4))
  expect(await settlement.payout(later)).toMatchObject({ lines: 0, signer: { state: 'idle', settled: 0 } })
  expect(await settlement.reserves(later)).toMatchObject({ ok: true, vaultBalance: pos(6), liabilities: pos(6), fundingDue: 0n })
})
