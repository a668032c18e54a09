import assert from 'node:assert/strict'
import { decidedNotice, lapsedNotice, type DisputedLine } from '../../core/disputes/dispute-notices.ts'
import { disputeEffect } from '../../core/disputes/dispute.rules.ts'
import { disputeCode, type DisputeDecision, type DisputeSettled } from '../../core/disputes/dispute.types.ts'
import { memberAccount, periodAccount } from '../../core/ledger/ledger.types.ts'
import type { Amount } from '../../core/shared/amount.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { postCorrection } from './correction-store.ts'
import type { Tx } from './database.ts'
import { rootOf } from './identity-store.ts'
import { ledgerStore } from './ledger-store.ts'
import { notifyMember } from './notify-member.ts'
import { withdrawItems } from './review-withdraw.ts'

interface OpenDispute extends Pick<DisputedLine, 'number' | 'period' | 'amount'> {
  readonly reward_id: string
  readonly member_id: string
  readonly seq: bigint
  readonly status: string
  /** Set while a link of chat accounts holds the line back, which therefore counts for nothing. */
  readonly doubled_in: string | null
}

/**
 * Does what a panel has decided, in the transaction that records the decision, and tells the member. Nothing is edited: a higher amount is a further
 * reward from the rest of the same period, a lower one a correction. A dispute that is not open any more (`over`) changes nothing.
 */
export async function settleDispute(tx: Tx, number: number, decision: DisputeDecision, now: Instant): Promise<DisputeSettled> {
  await tx.$executeRaw(Prisma.sql`SELECT apart_from_merges()`)
  // The reward stays locked: while this is decided nothing else takes it back.
  const [dispute] = await tx.$queryRaw<OpenDispute[]>(Prisma.sql`
    SELECT d.number, d.period, d.member_id, d.reward_id, r.seq, r.amount, r.status, r.doubled_in
    FROM dispute d JOIN reward r ON r.id = d.reward_id WHERE d.number = ${number} AND d.state = 'open' FOR UPDATE OF d, r`)
  if (dispute === undefined) return 'over'
  const { settled, change } =
    dispute.status === 'granted' && dispute.doubled_in === null ? await carryOut(tx, dispute, decision, now) : GONE
  const state = settled === 'corrected' ? 'corrected' : settled === 'gone' ? 'lapsed' : 'kept'
  await tx.dispute.update({
    where: { number },
    data: {
      state,
      decidedAt: new Date(now),
      newAmount: decision.outcome === 'approved' ? decision.amount : dispute.amount,
      decidedReason: decision.reason,
      ...change,
    },
  })
  await notifyMember(tx, dispute.member_id, decidedNotice({ ...dispute, line: Number(dispute.seq) }, decision, settled), now)
  return settled
}

interface Carried {
  readonly settled: Exclude<DisputeSettled, 'over'>
  readonly change: { readonly grantedId?: string; readonly correctionId?: string }
}

const GONE: Carried = { settled: 'gone', change: {} }

async function carryOut(tx: Tx, dispute: OpenDispute, decision: DisputeDecision, now: Instant): Promise<Carried> {
  const effect = disputeEffect(dispute.amount, decision)
  if (effect.kind === 'keep') return { settled: 'kept', change: {} }
  return effect.kind === 'grant' ? grant(tx, dispute, effect.amount, now) : takeBack(tx, dispute, effect.amount, now)
}

/** A further reward of the same period, as long as its release, and the budget of the line's campaign, have so much left. It is funded before the close. */
async function grant(tx: Tx, { number, period, member_id, reward_id }: OpenDispute, amount: Amount, now: Instant): Promise<Carried> {
  const [campaign] = await tx.$queryRaw<{ number: number; fits: boolean }[]>(Prisma.sql`
    SELECT c.number, c.granted + ${amount} <= c.budget AS fits FROM submission s JOIN form f ON f.number = s.form JOIN campaign c ON c.number = f.campaign
    WHERE s.reward_id = ${reward_id} FOR UPDATE OF c`)
  if (campaign?.fits === false) return { settled: 'over-budget', change: {} }
  const id = `dispute:${number}`
  const reference = disputeCode(number)
  const posted = await ledgerStore(tx).post({
    id: `grant:${id}`,
    debit: periodAccount(period),
    credit: memberAccount(await rootOf(tx, member_id)),
    amount,
    kind: 'grant',
    reference,
    period,
    at: now,
  })
  if (posted === 'insufficient') return { settled: 'unfunded', change: {} }
  assert.equal(posted, 'posted', `grant of ${reference}`)
  if (campaign !== undefined) await tx.campaign.update({ where: { number: campaign.number }, data: { granted: { increment: amount } } })
  await tx.reward.create({
    data: { id, memberId: member_id, kind: 'correction', reference, amount, period, status: 'granted', at: new Date(now) },
  })
  return { settled: 'corrected', change: { grantedId: id } }
}

async function takeBack(tx: Tx, { number, period, member_id }: OpenDispute, amount: Amount, now: Instant): Promise<Carried> {
  const id = `dispute:${number}`
  const posted = await postCorrection(tx, {
    id,
    account: memberAccount(await rootOf(tx, member_id)),
    memberId: member_id,
    amount,
    reference: disputeCode(number),
    kind: 'correction',
    period,
    at: now,
  })
  if (posted === 'insufficient') return { settled: 'spent', change: {} }
  // An open dispute keeps the period from being sealed.
  assert.equal(posted, 'posted', `correction of ${disputeCode(number)}`)
  return { settled: 'corrected', change: { correctionId: id } }
}

/** Ends the disputes of a period that nobody has decided, because it has to close now: the lines stay, the members are told, the panels need not go on. */
export async function lapseDisputes(tx: Tx, period: number, now: Instant): Promise<number> {
  // The question first, then the dispute: a panel that decides at this moment takes them in the same order.
  const open = await tx.dispute.findMany({ where: { period, state: 'open' }, select: { number: true }, orderBy: { number: 'asc' } })
  await withdrawItems(
    tx,
    open.map(({ number }) => disputeCode(number)),
    now,
  )
  const lapsed = await tx.$queryRaw<{ number: number; member_id: string; seq: bigint; amount: Amount }[]>(Prisma.sql`
    UPDATE dispute d SET state = 'lapsed', decided_at = ${new Date(now)} FROM reward r
    WHERE d.period = ${period} AND d.state = 'open' AND r.id = d.reward_id RETURNING d.number, d.member_id, r.seq, r.amount`)
  for (const { number, member_id, seq, amount } of lapsed)
    await notifyMember(tx, member_id, lapsedNotice({ number, line: Number(seq), amount }), now)
  return lapsed.length
}
