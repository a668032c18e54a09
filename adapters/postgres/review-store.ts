import { fundingPeriod, rewardAmount } from '../../core/economy/reward.rules.ts'
import { memberAccount, periodAccount } from '../../core/ledger/ledger.types.ts'
import type { VerdictPort } from '../../core/review/review.port.ts'
import type { Decision, ReviewItem, ReviewKind } from '../../core/review/review.types.ts'
import type { Panel, PanelChange } from '../../core/review/verdict.rules.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { ledgerStore } from './ledger-store.ts'
import { askReviewers } from './review-open.ts'
import { lockOpenItem, Outcomes, readPanel, savePanel } from './review-panel.ts'

/** Carries out what a panel has decided, in the transaction of the verdict. */
export type SettleReview = (tx: Tx, item: ReviewItem, decision: Decision, now: Instant) => Promise<void>
/** What a decision does, by what was decided about. */
export type ReviewEffects = Readonly<Partial<Record<ReviewKind, SettleReview>>>

export interface ReviewStoreOptions {
  readonly genesis: Instant
  readonly effects: ReviewEffects
}

/** Panels and verdicts in PostgreSQL. */
export function reviewStore(tx: Tx, options: ReviewStoreOptions): VerdictPort {
  return {
    async lock(subject) {
      const id = await lockOpenItem(tx, subject)
      return id === undefined ? undefined : readPanel(tx, id)
    },
    async lastDecided(subject) {
      const last = await tx.reviewItem.findFirst({
        where: { subject, NOT: { state: 'open' } },
        orderBy: { id: 'desc' },
        select: { outcome: true },
      })
      return last === null ? undefined : { outcome: last.outcome === null ? undefined : Outcomes.parse(last.outcome) }
    },
    async save(panel, change, now) {
      await saveChange(tx, options, panel, change, now)
    },
    async submissionExists(number) {
      return (await tx.submission.count({ where: { number } })) > 0
    },
  }
}

/** Saves what an act changed, asks whom it takes, and carries out what was decided. Gives how many were asked. */
export async function saveChange(
  tx: Tx,
  { genesis, effects }: ReviewStoreOptions,
  panel: Panel,
  change: PanelChange,
  now: Instant,
): Promise<number> {
  const { item } = panel
  await savePanel(tx, item, change, now)
  const asked = await askReviewers(tx, item, change.ask, now)
  if (change.decision === undefined || item.isKnown) return asked
  const settle = effects[item.kind]
  if (settle === undefined) throw new Error(`nothing is known to follow from a decided ${item.kind}`)
  await settle(tx, item, change.decision, now)
  if (panel.reviewReward > 0n) await payReviewers(tx, genesis, panel, change.deciders, now)
  return asked
}

/** One reward for each whose verdict counted, worth what it was when they gave it; recorded without payment when nothing is left of the release. */
async function payReviewers(
  tx: Tx,
  genesis: Instant,
  { item, seats, reviewReward }: Panel,
  deciders: readonly string[],
  now: Instant,
): Promise<void> {
  const period = fundingPeriod(genesis, now)
  if (period === undefined) return
  // The period first, as everybody who grants does: two in another order would wait for each other.
  await tx.$executeRaw(Prisma.sql`SELECT 1 FROM account WHERE name = ${periodAccount(period)} FOR UPDATE`)
  for (const reviewer of deciders.toSorted()) {
    const amount = rewardAmount(reviewReward, genesis, seats.find((seat) => seat.reviewer === reviewer)?.decidedAt ?? now)
    const id = `rev:${item.id}:${reviewer}`
    const [debit, credit] = [periodAccount(period), memberAccount(reviewer)]
    const posted = await ledgerStore(tx).post({
      id: `grant:${id}`,
      debit,
      credit,
      amount,
      kind: 'grant',
      reference: item.subject,
      period,
      at: now,
    })
    const status = posted === 'posted' ? 'granted' : 'unfunded'
    await tx.reward.create({
      data: { id, memberId: reviewer, kind: 'review', reference: item.subject, amount, period, status, at: new Date(now) },
    })
  }
}
