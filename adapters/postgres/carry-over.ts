import { carriedGrant, carriedTotals, type UnfundedReward } from '../../core/economy/carry-over.rules.ts'
import { fundInOrder } from '../../core/economy/reward.rules.ts'
import { economyTexts } from '../../core/economy/economy.texts.ts'
import { releaseOf } from '../../core/economy/release-schedule.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { notifyMembers } from './notify-member.ts'
import { postAll } from './settlement-postings.ts'

/** Key of the setting that switches the policy; `on` is on, everything else is off, as the white paper has it ("mined out ends"). */
export const CARRY_OVER_POLICY = 'policy:carry-over'
const AT_ONCE = 10_000

/**
 * Policy `carryOver` (spec 01, "Rewards"): pays what found nothing left in earlier periods from the release of a period that opens, oldest first, before anybody else can
 * have of it: call it in the transaction that opens the period. Does nothing while the policy is off.
 */
export async function carryOver(tx: Tx, period: number, now: Instant): Promise<void> {
  const policy = await tx.setting.findUnique({ where: { key: CARRY_OVER_POLICY } })
  if (policy?.value !== 'on') return
  // What is credited below is credited to whoever the member is now.
  await tx.$executeRaw(Prisma.sql`SELECT apart_from_merges()`)
  let left = releaseOf(period)
  const paid: UnfundedReward[] = []
  for (let after = 0n; ;) {
    // What is larger than the rest can not be paid any more: when nothing fits, the search is over however long the queue is.
    const rows = await tx.$queryRaw<UnfundedReward[]>(Prisma.sql`
      SELECT seq, id, member_root(member_id) AS "memberId", amount, reference, period FROM reward
      WHERE status = 'unfunded' AND period < ${period} AND seq > ${after} AND amount <= ${left} ORDER BY seq LIMIT ${AT_ONCE} FOR UPDATE`)
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.seq
    const isFunded = fundInOrder(
      left,
      rows.map(({ amount }) => amount),
    )
    const funded = rows.filter((_, index) => isFunded[index])
    for (const { amount } of funded) left -= amount
    await postAll(
      tx,
      funded.map((reward) => carriedGrant(reward, period, now)),
    )
    await tx.$executeRaw(Prisma.sql`
      UPDATE reward SET status = 'granted', carried_from = period, period = ${period}, at = ${new Date(now)}
      WHERE seq = ANY (${funded.map(({ seq }) => seq)}::bigint[])`)
    paid.push(...funded)
  }
  const texts = [...carriedTotals(paid)].map(
    ([memberId, amount]) => [memberId, economyTexts.say('carriedOver', { amount, period })] as const,
  )
  await notifyMembers(tx, new Map(texts), now)
}
