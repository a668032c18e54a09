import { moveChainTime } from '../../adapters/chain/chain-clock.ts'
import type { Messenger } from '../../core/shared/chat-app.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { deliverOutbox } from '../../jobs/deliver-outbox.ts'
import type { World } from './open-world.ts'

const MOST_OUTBOX_ROUNDS = 1_000

/** What the schedule (jobs/schedule.ts) would run by `now`, in its order: what is due is done, however late it is. */
export async function runJobs(world: World, now: Instant): Promise<void> {
  const { settlement } = world
  await moveChainTime(world.nodeUrl, now)
  if (await settlement.isDue('open', now)) await settlement.openPeriods(now)
  if (await settlement.isDue('fund', now)) await settlement.fund(now)
  if (await settlement.isDue('close', now)) await settlement.closePeriods(now)
  if (await settlement.isDue('payout', now)) await settlement.payout(now)
  await deliverMessages(world, now)
}

/** Credits deposits and proves the reserves. A shortfall ends the demo: here nobody can have taken anything. */
export async function watchChain({ settlement }: World, now: Instant): Promise<void> {
  await settlement.watchChain(now)
  const { ok, block, vaultBalance, liabilities } = await settlement.reserves(now)
  if (!ok) throw new Error(`the vault holds ${vaultBalance} nano at block ${block}, members are owed ${liabilities}`)
}

/** Members of the demo have no app that could show a message: it is taken from the outbox and counts as read. */
const READER: Messenger = {
  remembersNonceMs: 0,
  sendPrivate: () => Promise.resolve('sent'),
  post: ({ platform, chatId }) => Promise.resolve({ platform, chatId, messageId: '0' }),
  edit: () => Promise.resolve('gone'),
}

async function deliverMessages({ outbox }: World, now: Instant): Promise<void> {
  const options = { outbox, messengers: new Map([['console', READER] as const]), publicLanguage: 'en' } as const
  for (let round = 0; round < MOST_OUTBOX_ROUNDS; round += 1) if ((await deliverOutbox(options, now)) === 0) return
}
