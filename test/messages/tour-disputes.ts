import { settleDispute } from '../../adapters/postgres/dispute-settle.ts'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { pos } from '../../core/shared/amount.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { DAY, HOUR, type Instant } from '../../core/shared/instant.ts'
import type { ChoiceOption } from '../../core/shared/reply.ts'
import type { Community } from '../support/community.ts'

/** A member disputes two lines of the first statement: one is corrected upward, one downward. */
export async function disputing(
  community: Community,
  genesis: Instant,
  say: (who: string, typed: string) => Promise<Answer>,
): Promise<void> {
  const { database, clock } = community
  await say('ann', 'dispute')
  clock.now = periodEnd(genesis, 1) + HOUR
  await say('ann', 'period 1')
  await say('ann', 'statement 1')
  const [first, second] = (await say('ann', 'dispute')).reply.choices![0]!.options as readonly ChoiceOption[]
  for (const typed of [
    first!.value,
    `${first!.value} I was there for both halves`,
    first!.value,
    `${second!.value} twice`,
    'LINE-999',
    'the second',
  ])
    await say('ann', `dispute ${typed}`)
  await say('ann', 'dispute')
  await say('fay', 'dispute')
  await say('bob', `dispute ${first!.value} mine`)
  const decision = { outcome: 'approved', amount: pos(12), reason: 'The second half counts too.' } as const
  for (const [number, amount] of [
    [1, pos(12)],
    [2, pos(7)],
  ] as const)
    await database.transaction(async (tx) => ({
      keep: true,
      value: await settleDispute(tx, number, { ...decision, amount }, clock.now),
    }))
  for (const line of ['inbox', 'dispute', 'statement 1', 'history', `dispute ${first!.value} again`]) await say('ann', line)
  clock.now += 3 * DAY
  for (const line of ['statement 1', 'dispute', `dispute before:${first!.value}`]) await say('ann', line)
  await say('bob', 'dispute LINE-1')
}
