import { afterEach, expect, test } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import type { CheckpointName } from '../../core/settlement/settlement.port.ts'
import type { Settlement } from '../../core/settlement/settlement.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld } from '../../test/support/settlement-world.ts'

let world: SettlementWorld
afterEach(() => world.stop())

class Killed extends Error {}

/** Runs a step to its end although it is killed once at every checkpoint that it passes, each time by a program that knows nothing of the one before. */
async function throughKills(step: (settlement: Settlement) => Promise<unknown>): Promise<CheckpointName[]> {
  const passed: CheckpointName[] = []
  for (let runs = 0; runs < 40; runs += 1) {
    const checkpoint = (name: CheckpointName): void => {
      if (passed.includes(name)) return
      passed.push(name)
      throw new Killed(name)
    }
    try {
      await step(await world.another({ checkpoint }))
      return passed
    } catch (error) {
      if (!(error instanceof Killed)) throw error
    }
  }
  throw new Error('not through after 40 runs')
}

test('a program killed at every step of every kind of work still does each of them exactly once', async () => {
  world = await startSettlementWorld()
  const start = await world.at(GENESIS)
  expect(await throughKills((settlement) => settlement.openPeriods(start))).toEqual(['opened', 'signed', 'sent', 'mined', 'settled'])

  const members = [await world.member(), await world.member({ autoPayout: true }), await world.member()]
  for (const member of members) await world.grant(member, pos(50), start)
  const later = await world.at(GENESIS + 3 * DAY)
  expect(await throughKills((settlement) => settlement.fund(later))).toEqual(['numbered', 'signed', 'sent', 'mined', 'settled'])

  for (const member of members.filter((_each, index) => index !== 1)) await world.withdraw(member, pos(20), later)
  expect(await throughKills((settlement) => settlement.payout(later))).toEqual([
    'auto-payouts',
    'batched',
    'signed',
    'sent',
    'mined',
    'settled',
  ])
  expect(await Promise.all(members.map(({ wallet }) => world.onChain(wallet.address)))).toEqual([pos(20), pos(50), pos(20)])

  const closable = await world.at(periodEnd(GENESIS, 1) + 72 * HOUR)
  expect(await throughKills((settlement) => settlement.closePeriods(closable))).toEqual(
    expect.arrayContaining(['drafted', 'burned', 'closed', 'signed', 'sent', 'mined', 'settled']),
  )
  expect(await world.balance('burned')).toBe(pos(1_000_000 - 150))

  await world.deposit(members[0]!, pos(5))
  await world.mine(1)
  expect(await throughKills((settlement) => settlement.watchChain(closable))).toEqual(['deposits-recorded', 'deposits-credited'])
  expect(await world.balance(`member:${members[0]!.id}`)).toBe(pos(35))
  expect(await world.disagreements()).toEqual([])
})

test('four programs at once do no more than one', async () => {
  world = await startSettlementWorld()
  const start = await world.at(GENESIS)
  const members = await Promise.all(Array.from({ length: 5 }, () => world.member({ autoPayout: true })))
  const programs = await Promise.all(Array.from({ length: 4 }, () => world.another()))
  const together = (step: (settlement: Settlement) => Promise<unknown>): Promise<unknown> => Promise.all(programs.map(step))
  await together((settlement) => settlement.openPeriods(start))
  for (const member of members) await world.grant(member, pos(30), start)
  const later = await world.at(GENESIS + 3 * DAY)
  await together((settlement) => settlement.fund(later))
  await together((settlement) => settlement.payout(later))
  await world.settlement.payout(later)
  const closable = await world.at(periodEnd(GENESIS, 1) + 72 * HOUR)
  await together((settlement) => settlement.closePeriods(closable))
  await together((settlement) => settlement.closePeriods(closable))
  expect(await world.balance('chain')).toBe(pos(150))
  expect(await world.balance('burned')).toBe(pos(1_000_000 - 150))
  expect(await world.disagreements()).toEqual([])
})
