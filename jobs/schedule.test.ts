import { afterEach, expect, test } from 'vitest'
import { createJobDesk } from '../adapters/postgres/job-desk.ts'
import { periodEnd } from '../core/economy/release-schedule.ts'
import { pos } from '../core/shared/amount.ts'
import { DAY, HOUR } from '../core/shared/instant.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld } from '../test/support/settlement-world.ts'
import { runJobByHand } from './run-job.ts'
import { settlementJobs } from './schedule.ts'
import { startJobs } from './start-jobs.ts'

let world: SettlementWorld
const running: { stop(): Promise<void> }[] = []
afterEach(async () => {
  await Promise.all(running.splice(0).map((each) => each.stop()))
  await world.stop()
})

test('with the jobs running, a withdrawal is in the member’s wallet without anybody’s doing, and a deposit comes back', async () => {
  world = await startSettlementWorld()
  await world.at(GENESIS)
  const member = await world.member()
  await world.grant(member, pos(10), GENESIS)
  const later = await world.at(GENESIS + 3 * DAY)
  const started = performance.now()
  const clock = (): number => later + Math.floor(performance.now() - started)
  const desk = createJobDesk({ database: world.database, url: world.databaseUrl, onError: (error) => console.error(error) })
  running.push(
    await startJobs({
      jobs: settlementJobs({ settlement: world.settlement, desk, forgetChats: () => Promise.resolve({}) }),
      desk,
      clock,
      onEvent: (event) => (event.kind === 'failed' ? console.error(event) : undefined),
    }),
  )
  // What was due before the start is made up for: opening and funding.
  await expect.poll(() => world.onChain(world.deployment.vault), { timeout: 60_000 }).toBe(pos(10))
  await world.withdraw(member, pos(4), later)
  await expect.poll(() => world.onChain(member.wallet.address), { timeout: 60_000 }).toBe(pos(4))
  await world.deposit(member, pos(1))
  await world.mine(2)
  await expect.poll(() => world.balance(`member:${member.id}`), { timeout: 60_000 }).toBe(pos(7))
}, 200_000)

test('every job can be run by hand, in any order', async () => {
  world = await startSettlementWorld()
  const now = await world.at(periodEnd(GENESIS, 1) + 80 * HOUR)
  const desk = createJobDesk({ database: world.database, url: world.databaseUrl, onError: (error) => console.error(error) })
  const ports = {
    jobs: settlementJobs({ settlement: world.settlement, desk, forgetChats: () => Promise.resolve({}) }),
    desk,
    clock: () => now,
  }
  for (const { name } of [...ports.jobs].reverse()) expect(JSON.parse(await runJobByHand(ports, name, now))).not.toBeNull()
  expect(await world.balance('burned')).toBe(pos(1_000_000))
  expect(await world.disagreements()).toEqual([])
})
