import type { AccountName } from '../../core/ledger/ledger.types.ts'
import type { Amount } from '../../core/shared/amount.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { ledgerStore } from './ledger-store.ts'

/** A line of a statement that takes back what was granted: whole, and never edited (spec 01, "Period close"). */
export interface NewCorrection {
  readonly id: string
  /** Where the value is now: a member's account or an escrow. */
  readonly account: AccountName
  /** Whose line it is in the statement. */
  readonly memberId: string
  /** Nano, above 0. */
  readonly amount: Amount
  /** At most 31 printable ASCII characters without `"` and `\`. */
  readonly reference: string
  readonly kind: 'correction' | 'reversal'
  /** The period whose statement shows it: opened and not sealed for its close. */
  readonly period: number
  readonly at: Instant
}

/** `insufficient`: the account has less. `closed`: the statement of the period takes no more lines, or there is no such period yet. `other-fields`: the id is taken. */
export type CorrectionResult = 'posted' | 'already-posted' | 'insufficient' | 'closed' | 'other-fields'

/**
 * Burns value in the ledger and adds the line that says so, in the caller's transaction; the same id again changes nothing. A result other than the first two
 * has written nothing. On chain the tokens are burned after the close of the period (`settlement-intents.ts`).
 */
export async function postCorrection(tx: Tx, correction: NewCorrection): Promise<CorrectionResult> {
  const { id, account, memberId, amount, reference, kind, period, at } = correction
  const earlier = await tx.correction.findUnique({ where: { id } })
  if (earlier === null && !(await holdOpen(tx, period))) return 'closed'
  if (earlier !== null && (earlier.memberId !== memberId || earlier.kind !== kind)) return 'other-fields'
  const posted = await ledgerStore(tx).post({
    id: `correction:${id}`,
    debit: account,
    credit: 'burned',
    amount,
    kind: 'correction',
    reference,
    period,
    at,
  })
  if (posted === 'posted') await tx.correction.create({ data: { id, memberId, amount, reference, kind, period, at: new Date(at) } })
  return posted
}

/** Keeps a period from being sealed until the transaction ends; false when it is sealed or not opened. */
async function holdOpen(tx: Tx, period: number): Promise<boolean> {
  const rows = await tx.$queryRaw<{ sealed_at: Date | null }[]>(Prisma.sql`SELECT sealed_at FROM period WHERE number = ${period} FOR SHARE`)
  return rows[0] !== undefined && rows[0].sealed_at === null
}

/** Sum of the corrections in a period's statement. */
export async function correctedIn(tx: Tx, period: number): Promise<Amount> {
  const { _sum } = await tx.correction.aggregate({ where: { period }, _sum: { amount: true } })
  return _sum.amount ?? 0n
}
