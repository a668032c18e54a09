import { expect, it } from 'vitest'
import { measurePayoutGas, PAYOUT_GAS_TARGETS } from './payout-gas.ts'

// Gas is counted, not timed: the same on every machine.
it('a payout keeps the gas goals, and costs less than a plain distributor loop', { timeout: 60_000 }, async () => {
  const gas = await measurePayoutGas()
  expect(gas.vault.fresh).toBeLessThanOrEqual(PAYOUT_GAS_TARGETS.fresh)
  expect(gas.vault.repeat).toBeLessThanOrEqual(PAYOUT_GAS_TARGETS.repeat)
  expect(gas.fullBatch).toBeLessThan(PAYOUT_GAS_TARGETS.fullBatch)
  expect(gas.vault.fresh).toBeLessThan(gas.distributorLoop.fresh)
  expect(gas.vault.repeat).toBeLessThan(gas.distributorLoop.repeat)
})
