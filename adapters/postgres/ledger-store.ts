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
      const effect = earnedEffect(transfer.kind)
      const taken = await tx.account.updateMany({
        where: { name: transfer.debit, balance: { gte: transfer.amount } },
        data: { balance: { decrement: transfer.amount }, ...(effect === 'takes-back' ? { earned: { decrement: transfer.amount } } : {}) },
      })
      if (taken.count !== 1) return 'insufficient'
      const earned = effect === 'adds' ? transfer.amount : 0n
      await tx.$executeRaw(Prisma.sql`
        INSERT INTO account AS a (name, balance, earned) VALUES (${transfer.credit}, ${transfer.amount}, ${earned})
        ON CONFLICT (name) DO UPDATE SET balance = a.balance + EXCLUDED.balance, earned = a.earned + EXCLUDED.earned`)
      await tx.transfer.create({
        data: {
          id: transfer.id,
          debitAccount: transfer.debit,
          creditAccount: transfer.credit,
          amount: transfer.amount,
          kind: transfer.kind,
          reference: transfer.reference,
          period: transfer.period,
          at: new Date(transfer.at),
        },
      })
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
