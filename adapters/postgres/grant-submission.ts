import { periodAt } from '../../core/economy/release-schedule.ts'
import { fundingPeriod } from '../../core/economy/reward.rules.ts'
import { memberAccount, periodAccount } from '../../core/ledger/ledger.types.ts'
import type { Amount } from '../../core/shared/amount.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { submissionCode } from '../../core/forms/form-definition.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { openMissing } from './settlement-periods.ts'

/** An approved submission's reward: what it was worth at the moment of contribution, multiplier included, in nano. */
export interface SubmissionGrant {
  readonly submission: number
  readonly amount: Amount
  /** Of the reward table, or `campaign`. */
  readonly kind: string
}

/** `unfunded`: nothing is left of the period's release. `campaign-spent`: it does not fit the campaign's budget. `nothing`: worth nothing, or granted before. */
export type SubmissionGranted = 'granted' | 'unfunded' | 'campaign-spent' | 'nothing'

interface Row {
  readonly opened: boolean
  readonly found: boolean
  readonly fits: boolean
  readonly funded: boolean
}

/**
 * Pays an approved submission from the period of the grant and from its campaign's budget, as far as both still have it (spec 01, "Rewards"). One statement:
 * the limits are looked at with their rows locked, so nothing is over budget; the reward's id is that of the submission, so nothing is granted twice.
 * The submission must be `approved` already. Call it late in a transaction: everybody who grants waits for the period's row.
 */
export async function grantSubmission(tx: Tx, genesis: Instant, grant: SubmissionGrant, now: Instant): Promise<SubmissionGranted> {
  if (grant.amount === 0n) return 'nothing'
  const funding = fundingPeriod(genesis, now)
  let row = await grantFrom(tx, funding, periodAt(genesis, now), grant, now)
  if (!row.opened && funding !== undefined) {
    // The first grant of a month may come before the job that opens it.
    await openMissing(tx, funding, now)
    row = await grantFrom(tx, funding, funding, grant, now)
  }
  if (!row.found) return 'nothing'
  if (!row.fits) return 'campaign-spent'
  return row.funded ? 'granted' : 'unfunded'
}

/** @param funding the period that pays; none before the first and after the last @param period in which it is recorded */
async function grantFrom(tx: Tx, funding: number | undefined, period: number, grant: SubmissionGrant, now: Instant): Promise<Row> {
  const { submission, amount, kind } = grant
  const [reference, reward] = [submissionCode(submission), `sub:${submission}`]
  const [row] = await tx.$queryRaw<Row[]>(Prisma.sql`
    WITH asked AS MATERIALIZED (
      SELECT s.number, s.member_id, ${memberAccount('')} || s.member_id AS account, f.campaign FROM submission s JOIN form f ON f.number = s.form
      WHERE s.number = ${submission} AND s.status = 'approved' AND s.reward_id IS NULL FOR UPDATE OF s
    ), opened AS MATERIALIZED (
      SELECT 1 WHERE ${funding === undefined} OR EXISTS (SELECT 1 FROM account WHERE name = ${periodAccount(period)})
    ), room AS MATERIALIZED (
      SELECT c.number FROM campaign c JOIN asked a ON c.number = a.campaign
      WHERE c.status IN ('approved', 'ended') AND c.granted + ${amount} <= c.budget FOR UPDATE OF c
    ), fitting AS MATERIALIZED (
      SELECT a.* FROM asked a, opened WHERE a.campaign IS NULL OR EXISTS (SELECT 1 FROM room)
    ), taken AS (
      UPDATE account SET balance = balance - ${amount}
      WHERE name = ${funding === undefined ? '' : periodAccount(funding)} AND balance >= ${amount} AND EXISTS (SELECT 1 FROM fitting) RETURNING 1
    ), given AS (
      INSERT INTO account AS a (name, balance, earned) SELECT f.account, ${amount}::bigint, ${amount}::bigint FROM fitting f, taken
      ON CONFLICT (name) DO UPDATE SET balance = a.balance + EXCLUDED.balance, earned = a.earned + EXCLUDED.earned
    ), spent AS (
      UPDATE campaign c SET granted = c.granted + ${amount} FROM room r, taken WHERE c.number = r.number
    ), moved AS (
      INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at)
      SELECT ${`grant:${reward}`}, ${periodAccount(period)}, f.account, ${amount}, 'grant', ${reference}, ${period}, ${new Date(now)} FROM fitting f, taken
    ), rewarded AS (
      INSERT INTO reward (id, member_id, kind, reference, amount, period, status, at)
      SELECT ${reward}, f.member_id, ${kind}, ${reference}, ${amount}, ${period},
             CASE WHEN EXISTS (SELECT 1 FROM taken) THEN 'granted' ELSE 'unfunded' END, ${new Date(now)}
      FROM fitting f
    ), noted AS (
      UPDATE submission s SET reward_id = ${reward} FROM fitting f WHERE s.number = f.number
    )
    SELECT EXISTS (SELECT 1 FROM opened) AS opened, EXISTS (SELECT 1 FROM asked) AS found, EXISTS (SELECT 1 FROM fitting) AS fits,
           EXISTS (SELECT 1 FROM taken) AS funded`)
  return row!
}
