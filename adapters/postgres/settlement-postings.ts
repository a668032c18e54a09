import assert from 'node:assert'
import { assertTransfer, earnedEffect } from '../../core/ledger/ledger.rules.ts'
import type { Transfer } from '../../core/ledger/ledger.types.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/**
 * `LedgerPort.post` for many transfers in one statement: all of them or none. Those posted earlier with the same fields are left out. What can not be
 * (an id with other fields, an account below zero) fails the statement as a lost race, and the transaction is run again on fresh facts.
 * For kinds that take nothing back from `earned`, and for transfers of which none credits what another debits.
 */
export async function postAll(tx: Tx, transfers: readonly Transfer[]): Promise<void> {
  if (transfers.length === 0) return
  for (const transfer of transfers) {
    assertTransfer(transfer)
    assert(earnedEffect(transfer) !== 'takes-back', `transfer ${transfer.id} is of a kind that is posted alone`)
  }
  await tx.$queryRaw(Prisma.sql`
    WITH asked AS (
      SELECT * FROM unnest(
        ${transfers.map(({ id }) => id)}::text[], ${transfers.map(({ debit }) => debit)}::text[], ${transfers.map(({ credit }) => credit)}::text[],
        ${transfers.map(({ amount }) => amount.toString())}::bigint[], ${transfers.map(({ kind }) => kind)}::text[],
        ${transfers.map(({ reference }) => reference)}::text[], ${transfers.map(({ period }) => period)}::int[],
        ${transfers.map(({ at }) => new Date(at))}::timestamptz[],
        ${transfers.map((transfer) => (earnedEffect(transfer) === 'adds' ? transfer.amount : 0n).toString())}::bigint[]
      ) AS a (id, debit, credit, amount, kind, reference, period, at, earned)
    ), earlier AS (
      SELECT t.id, (t.debit_account, t.credit_account, t.amount, t.kind, t.reference, t.period)
                 = (a.debit, a.credit, a.amount, a.kind, a.reference, a.period) AS same
      FROM asked a JOIN transfer t ON t.id = a.id
    ), fresh AS (
      SELECT a.* FROM asked a WHERE NOT EXISTS (SELECT 1 FROM earlier e WHERE e.id = a.id)
    ), posted AS (
      INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at)
      SELECT id, debit, credit, amount, kind, reference, period, at FROM fresh
    ), taken AS (
      SELECT debit AS name, sum(amount)::bigint AS total FROM fresh GROUP BY debit
    ), locked AS (
      -- In one order, so that two such statements can not wait for each other.
      SELECT name FROM account WHERE name IN (SELECT debit FROM fresh) ORDER BY name FOR UPDATE
    ), debited AS (
      UPDATE account a SET balance = a.balance - t.total FROM taken t JOIN locked l ON l.name = t.name
      WHERE a.name = t.name AND a.balance >= t.total
      RETURNING 1
    ), credited AS (
      INSERT INTO account AS a (name, balance, earned)
      SELECT credit, sum(amount)::bigint, sum(earned)::bigint FROM fresh GROUP BY credit ORDER BY credit
      ON CONFLICT (name) DO UPDATE SET balance = a.balance + EXCLUDED.balance, earned = a.earned + EXCLUDED.earned
    )
    SELECT must_hold((SELECT coalesce(bool_and(same), true) FROM earlier), 'transfer id with other fields')
       AND must_hold((SELECT count(*) FROM debited) = (SELECT count(*) FROM taken), 'balance of a debited account') AS kept`)
}
