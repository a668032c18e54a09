import assert from 'node:assert/strict'
import { isHex, type Hex } from '../../core/economy/merkle-hex.ts'
import type { RelayStore } from '../../core/settlement/permit-deposit.port.ts'
import { dayOf, RELAYED_A_DAY } from '../../core/settlement/permit-deposit.rules.ts'
import type { RelayedDeposit } from '../../core/settlement/permit-deposit.types.ts'
import type { Attempt } from '../../core/settlement/settlement.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { rootOf } from './identity-store.ts'
import { withSessionLock } from './session-lock.ts'

/** How long a deposit waits for the one before it to be sent. */
const TURN_MS = 10_000
const WITH_ATTEMPTS = { attempts: { orderBy: { seq: 'asc' } } } as const

/** Deposits by permit in PostgreSQL. */
export function permitDepositStore(database: Database): RelayStore {
  const { prisma } = database
  return {
    async memberOf(owner) {
      const [row] = await prisma.$queryRaw<{ id: string; blocked: boolean }[]>(Prisma.sql`
        SELECT m.id, m.blocked FROM wallet w JOIN member m ON m.id = w.member_id
        WHERE lower(w.address) = ${owner} AND w.unlinked_at IS NULL`)
      return row && { id: row.id, isBlocked: row.blocked }
    },
    async find(owner, nonce) {
      const row = await prisma.relayedDeposit.findFirst({ where: { owner, permitNonce: nonce, failedAt: null }, include: WITH_ATTEMPTS })
      return row === null ? undefined : toDeposit(row)
    },
    async findByHash(txHash) {
      const found = await prisma.relayAttempt.findUnique({ where: { txHash }, include: { deposit: { include: WITH_ATTEMPTS } } })
      if (found === null) return undefined
      const deposit = toDeposit(found.deposit)
      const credited = await prisma.deposit.findFirst({
        where: { txHash: { in: deposit.attempts.map(({ hash }) => hash) }, creditedAt: { not: null } },
        select: { txHash: true },
      })
      return { deposit, creditedBy: credited === null ? undefined : hex(credited.txHash, 32) }
    },
    async unmined(relayer, fromNonce, limit) {
      const rows = await prisma.relayedDeposit.findMany({
        where: { relayer, relayerNonce: { gte: BigInt(fromNonce) } },
        orderBy: { relayerNonce: 'asc' },
        take: limit,
        include: WITH_ATTEMPTS,
      })
      return rows.map(toDeposit)
    },
    add: ({ permit, memberId, relayer, attempt }, now) =>
      database.transaction(async (tx) => {
        const day = dayOf(now)
        const own = await rootOf(tx, memberId)
        // The smallest free place of the day. Whatever another process took in this moment makes it no row, and never a second one.
        const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
          INSERT INTO relayed_deposit (owner, permit_nonce, member_id, amount, deadline, day, slot, relayer, relayer_nonce, at)
          SELECT ${permit.owner}, ${permit.nonce}::bigint, ${own}, ${permit.amount}::bigint, ${new Date(permit.deadline)}, ${day}::date, place,
                 ${relayer}, ${attempt.nonce}::bigint, ${new Date(now)}
          FROM generate_series(1, ${RELAYED_A_DAY}::int) AS place
          WHERE NOT EXISTS (SELECT 1 FROM relayed_deposit d WHERE d.member_id = ${own} AND d.day = ${day}::date AND d.slot = place)
          ORDER BY place LIMIT 1
          ON CONFLICT DO NOTHING RETURNING id`)
        const [row] = rows
        if (row === undefined) {
          const used = await tx.relayedDeposit.count({ where: { memberId: own, day: new Date(day) } })
          return { keep: false, value: used >= RELAYED_A_DAY ? 'limit' : 'taken' }
        }
        await insertAttempt(tx, row.id, attempt, now)
        return { keep: true, value: 'added' }
      }),
    addAttempt: (id, attempt, now) =>
      database.transaction(async (tx) => {
        await insertAttempt(tx, id, attempt, now)
        return { keep: true, value: undefined }
      }),
    renumber: (deposit, attempt, now) =>
      database.transaction(async (tx) => {
        const changed = await tx.$executeRaw(Prisma.sql`
          UPDATE relayed_deposit d SET relayer_nonce = ${attempt.nonce}::bigint
          WHERE d.id = ${deposit.id} AND d.relayer_nonce = ${deposit.relayerNonce}::bigint AND d.failed_at IS NULL
            AND NOT EXISTS (SELECT 1 FROM relayed_deposit o WHERE o.relayer = d.relayer AND o.relayer_nonce = ${attempt.nonce}::bigint)`)
        if (changed === 1) await insertAttempt(tx, deposit.id, attempt, now)
        return { keep: changed === 1, value: changed === 1 }
      }),
    async fail(id, now) {
      await prisma.relayedDeposit.updateMany({ where: { id, failedAt: null }, data: { failedAt: new Date(now) } })
    },
    withRelayer: (relayer, work) => withSessionLock(database.pool, `relayer:${relayer}`, work, TURN_MS),
  }
}

async function insertAttempt(tx: Tx, depositId: bigint, attempt: Attempt, now: Instant): Promise<void> {
  const { hash, raw, nonce, fees, sentBlock } = attempt
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO relay_attempt (deposit_id, tx_hash, nonce, max_fee, max_tip, raw, sent_block, sent_at)
    VALUES (${depositId}, ${hash}, ${nonce}, ${fees.maxFee}, ${fees.maxTip}, ${raw}, ${sentBlock}, ${new Date(now)})
    ON CONFLICT (tx_hash) DO NOTHING`)
}

type Row = Prisma.RelayedDepositGetPayload<{ include: { attempts: true } }>

function toDeposit(row: Row): RelayedDeposit {
  return {
    id: row.id,
    permit: { owner: hex(row.owner, 20), amount: row.amount, nonce: row.permitNonce, deadline: row.deadline.getTime() },
    relayer: hex(row.relayer, 20),
    relayerNonce: Number(row.relayerNonce),
    hasFailed: row.failedAt !== null,
    attempts: row.attempts.map((attempt) => ({
      hash: hex(attempt.txHash, 32),
      raw: hex(attempt.raw),
      nonce: Number(attempt.nonce),
      fees: { maxFee: attempt.maxFee, maxTip: attempt.maxTip },
      sentBlock: Number(attempt.sentBlock),
    })),
  }
}

function hex(text: string, length = (text.length - 2) / 2): Hex {
  assert(isHex(text, length), 'the table holds hexadecimal text in lower case')
  return text
}
