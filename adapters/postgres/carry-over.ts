import { carriedGrant, carriedTotals, fundCarried, type UnfundedReward } from '../../core/economy/carry-over.rules.ts'
import { economyTexts } from '../../core/economy/economy.texts.ts'
import { releaseOf } from '../../core/economy/release-schedule.ts'
import type { Amount } from '../../core/shared/amount.ts'
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
  const own = await holdMembers(tx, period)
  let left = releaseOf(period)
  const paid: UnfundedReward[] = []
  for (let after = 0n; ;) {
    // What is larger than the rest can not be paid any more: when nothing fits, the search is over however long the queue is.
    const rows = await tx.$queryRaw<UnfundedReward[]>(Prisma.sql`
      SELECT seq, id, member_root(member_id) AS "memberId", amount, reference, period,
             (SELECT f.campaign FROM submission s JOIN form f ON f.number = s.form WHERE s.reward_id = reward.id) AS campaign FROM reward
      WHERE status = 'unfunded' AND period < ${period} AND seq > ${after} AND amount <= ${left} AND member_id = ANY (${own}::text[]) ORDER BY seq LIMIT ${AT_ONCE} FOR UPDATE`)
    const last = rows.at(-1)
    if (last === undefined) break
    after = last.seq
    const funded = fundCarried(left, rows, await lockRooms(tx, rows))
    for (const { amount } of funded) left -= amount
    await postAll(
      tx,
      funded.map((reward) => carriedGrant(reward, period, now)),
    )
    await tx.$executeRaw(Prisma.sql`
      UPDATE reward SET status = 'granted', carried_from = period, period = ${period}, at = ${new Date(now)}
      WHERE seq = ANY (${funded.map(({ seq }) => seq)}::bigint[])`)
    await spendBudgets(tx, funded)
    paid.push(...funded)
  }
  const texts = [...carriedTotals(paid)].map(
    ([memberId, amount]) => [memberId, economyTexts.say('carriedOver', { amount, period })] as const,
  )
  await notifyMembers(tx, new Map(texts), now)
}

/**
 * Whoever may be paid is nobody else until this transaction ends. They are held before anything else is, as everybody does who keeps merges out: a merge
 * holds its two before it waits. Gives under which ids their rewards stand.
 */
async function holdMembers(tx: Tx, period: number): Promise<readonly string[]> {
  const [queue] = await tx.$queryRaw<{ merges: bigint; own: string[]; roots: string[] }[]>(Prisma.sql`
    SELECT merges_so_far() AS merges, coalesce(array_agg(member_id), '{}') AS own, coalesce(array_agg(member_root(member_id)), '{}') AS roots
    FROM (SELECT DISTINCT member_id FROM reward WHERE status = 'unfunded' AND period < ${period} AND amount <= ${releaseOf(period)}) AS waiting`)
  const { merges, own, roots } = queue!
  await tx.$executeRaw(Prisma.sql`SELECT apart_from_merges_since(${merges}, ${roots}::text[])`)
  return own
}

/** What is left of the budgets of the campaigns among them, which nobody else spends until this transaction ends. */
async function lockRooms(tx: Tx, rewards: readonly UnfundedReward[]): Promise<ReadonlyMap<number, Amount>> {
  const campaigns = [...new Set(rewards.flatMap(({ campaign }) => campaign ?? []))]
  const rows = await tx.$queryRaw<{ number: number; room: Amount }[]>(Prisma.sql`
    SELECT number, budget - granted AS room FROM campaign
    WHERE number = ANY (${campaigns}::int[]) AND status IN ('approved', 'ended') ORDER BY number FOR UPDATE`)
  return new Map(rows.map(({ number, room }) => [number, room]))
}

async function spendBudgets(tx: Tx, funded: readonly UnfundedReward[]): Promise<void> {
  const own = funded.filter(({ campaign }) => campaign !== null)
  await tx.$executeRaw(Prisma.sql`
    UPDATE campaign c SET granted = c.granted + s.total
    FROM (SELECT number, sum(amount)::bigint AS total
          FROM unnest(${own.map(({ campaign }) => campaign)}::int[], ${own.map(({ amount }) => amount)}::bigint[]) AS f (number, amount) GROUP BY number) s
    WHERE c.number = s.number`)
}
