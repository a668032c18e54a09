import assert from 'node:assert'
import { Prisma } from '../../prisma/generated/client.ts'
import type { LedgerPort, PostResult } from '../../core/ledger/ledger.port.ts'
import { assertTransfer, earnedEffect, isSameTransfer } from '../../core/ledger/ledger.rules.ts'
import { isAccountName, isTransferKind, type Transfer } from '../../core/ledger/ledger.types.ts'
import type { Tx } from './database.ts'

/** The ledger in PostgreSQL: append-only transfers, balances kept in the same transaction, no account ever below zero (CHECK and conditional update). */
export function ledgerStore(tx: Tx): LedgerPort {
  return {
    async post(transfer): Promise<PostResult> {
      assertTransfer(transfer)
      const posted = await tx.transfer.findUnique({ where: { id: transfer.id } })
      if (posted !== null) return isSameTransfer(toTransfer(posted), transfer) ? 'already-posted' : 'other-fields'
      const { debit, credit, amount } = transfer
      // Always in the order of their names: two transfers in opposite directions would else wait for each other.
      await tx.$executeRaw(Prisma.sql`SELECT 1 FROM account WHERE name IN (${debit}, ${credit}) ORDER BY name FOR UPDATE`)
      const effect = earnedEffect(transfer)
      const [added, takenBack] = [effect === 'adds' ? amount : 0n, effect === 'takes-back' ? amount : 0n]
      const posting = await tx.$executeRaw(Prisma.sql`
        WITH taken AS (
          UPDATE account SET balance = balance - ${amount}, earned = earned - ${takenBack} WHERE name = ${debit} AND balance >= ${amount} RETURNING 1
        ), given AS (
          INSERT INTO account AS a (name, balance, earned) SELECT ${credit}, ${amount}::bigint, ${added}::bigint FROM taken
          ON CONFLICT (name) DO UPDATE SET balance = a.balance + EXCLUDED.balance, earned = a.earned + EXCLUDED.earned
        )
        INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at)
        SELECT ${transfer.id}, ${debit}, ${credit}, ${amount}, ${transfer.kind}, ${transfer.reference}, ${transfer.period}, ${new Date(transfer.at)} FROM taken`)
      if (posting !== 1) return 'insufficient'
      return 'posted'
    },
    async balance(account) {
      return (await tx.account.findUnique({ where: { name: account }, select: { balance: true } }))?.balance ?? 0n
    },
  }
}

interface TransferRow {
  id: string
  debitAccount: string
  creditAccount: string
  amount: bigint
  kind: string
  reference: string
  period: number
  at: Date
}

function toTransfer(row: TransferRow): Transfer {
  const { debitAccount: debit, creditAccount: credit, kind } = row
  assert(isAccountName(debit) && isAccountName(credit) && isTransferKind(kind), `transfer ${row.id} was not written by this ledger`)
  return {
    id: row.id,
    debit,
    credit,
    amount: row.amount,
    kind,
    reference: row.reference,
    period: row.period,
    at: row.at.getTime(),
  }
}
