import assert from 'node:assert/strict'
import { fromHex, toHex, type Hex } from '../../core/economy/merkle-hex.ts'
import { periodAt } from '../../core/economy/release-schedule.ts'
import { callFromJson, callToJson } from '../../core/settlement/chain-call.ts'
import type { IntentStore } from '../../core/settlement/settlement.port.ts'
import { isAccepted, lastLine, subjectOf } from '../../core/settlement/settlement.rules.ts'
import type { CallKind, ChainCall, Intent, Position, Signer } from '../../core/settlement/settlement.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { asFault, type Database, type Tx } from './database.ts'
import { correctedIn } from './correction-store.ts'
import { withSessionLock } from './session-lock.ts'
import { alertOperators, lowerFlag, raiseFlag, readFlag } from './settlement-alerts.ts'
import { postAll } from './settlement-postings.ts'

export const KINDS: Readonly<Record<Signer, readonly CallKind[]>> = { distributor: ['open', 'fund', 'close'], payer: ['pay', 'expire'] }
/** What one look at the settled intents goes back, newest first. */
const LOST_AT_ONCE = 500

/** The intents of the two signers in PostgreSQL. */
export function intentStore(database: Database, genesis: Instant): IntentStore {
  const { prisma } = database
  return {
    async unsettled(signer, limit) {
      const rows = await reading(() =>
        prisma.chainIntent.findMany({
          where: { kind: { in: [...KINDS[signer]] }, state: { not: 'settled' } },
          // Payouts before what is only to be burned: an amount that the vault does not let go yet must not hold them up.
          orderBy: signer === 'payer' ? [{ kind: 'desc' }, { id: 'asc' }] : { id: 'asc' },
          take: limit,
          include: { attempts: { orderBy: { seq: 'asc' } } },
        }),
      )
      return rows.map(toIntent)
    },
    addAttempt: (intent, attempt, now) =>
      database.transaction(async (tx) => {
        await tx.$executeRaw(Prisma.sql`
          INSERT INTO chain_attempt (intent_id, tx_hash, nonce, max_fee, max_tip, raw, sent_block, sent_at)
          VALUES (${intent.id}, ${attempt.hash}, ${attempt.nonce}, ${attempt.fees.maxFee}, ${attempt.fees.maxTip}, ${attempt.raw}, ${attempt.sentBlock}, ${new Date(now)})
          ON CONFLICT (tx_hash) DO NOTHING`)
        await tx.chainIntent.updateMany({ where: { id: intent.id, state: 'ready' }, data: { state: 'sent' } })
        return { keep: true, value: undefined }
      }),
    settle: (intent, receipt, now) =>
      database.transaction(async (tx) => {
        const { count } = await tx.chainIntent.updateMany({
          where: { id: intent.id, state: { not: 'settled' } },
          data: {
            state: 'settled',
            settledAt: new Date(now),
            txHash: receipt.txHash,
            block: BigInt(receipt.block.number),
            gasUsed: receipt.gasUsed,
          },
        })
        if (count === 1 && intent.call.kind === 'pay') await settlePayout(tx, intent.id, intent.call, genesis, now)
        if (count === 1 && intent.call.kind === 'close') await burnCorrected(tx, intent.call, now)
        return { keep: true, value: undefined }
      }),
    async reopenLost(signer, position, now) {
      let lost = 0
      for (const kind of KINDS[signer]) lost += await reopenKind(database, kind, position, now)
      return lost
    },
    async expiryRoots(signer) {
      if (signer !== 'payer') return []
      const rows = await reading(() => prisma.chainIntent.findMany({ where: { kind: 'expire' }, orderBy: { id: 'asc' } }))
      return rows.map(({ call }) => rootOf(callFromJson(call)))
    },
    async nextSerial(signer) {
      return (await lastNumbered(prisma, signer === 'payer' ? 'pay' : 'fund')).next
    },
    haltReason: (signer) => reading(() => readFlag(prisma, haltFlag(signer))),
    halt: (signer, reason, now) =>
      database.transaction(async (tx) => {
        if (await raiseFlag(tx, haltFlag(signer), reason)) await alertOperators(tx, 'signer-halted', { signer, reason }, now)
        return { keep: true, value: undefined }
      }),
    resume: (signer) =>
      database.transaction(async (tx) => {
        await lowerFlag(tx, haltFlag(signer))
        return { keep: true, value: undefined }
      }),
    withSigner: (signer, work) => withSessionLock(database.pool, `signer:${signer}`, work),
  }
}

/** Key of the flag that stops a signer; its value is the reason. */
export function haltFlag(signer: Signer): string {
  return `halted:${signer}`
}

async function reading<Result>(read: () => Promise<Result>): Promise<Result> {
  try {
    return await read()
  } catch (error) {
    throw asFault(error)
  }
}

/** Asks for a call. Inside the transaction that makes it due; the same subject can not be asked for twice. */
export async function addIntent(tx: Tx, call: ChainCall, headAfter: Hex | undefined, now: Instant): Promise<bigint> {
  const period = call.kind === 'pay' ? null : call.period
  const head = headAfter === undefined ? null : Buffer.from(fromHex(headAfter))
  // As JSON text, because the client's own JSON has no place for exact whole numbers.
  const rows = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`
    INSERT INTO chain_intent (kind, subject, period, call, head_after, created_at)
    VALUES (${call.kind}, ${subjectOf(call)}, ${period}::int, ${callToJson(call)}::jsonb, ${head}::bytea, ${new Date(now)}) RETURNING id`)
  return rows[0]!.id
}

/**
 * Asks for the burning of what the statement of a closed period has corrected. Only now: every grant of the period lies in the vault. A close that was lost in
 * a reorganisation and settled again asks for nothing more.
 */
async function burnCorrected(tx: Tx, close: ChainCall & { kind: 'close' }, now: Instant): Promise<void> {
  const { period, statementRoot } = close
  const amount = await correctedIn(tx, period)
  const call = { kind: 'expire', period, amount, statementRoot } as const
  const asked = await tx.chainIntent.count({ where: { kind: call.kind, subject: subjectOf(call) } })
  if (amount > 0n && asked === 0) await addIntent(tx, call, undefined, now)
}

function rootOf(call: ChainCall): Hex {
  assert(call.kind === 'expire')
  return call.statementRoot
}

/** Where the next numbers of a kind begin and which running hash they build on; undefined when there is none yet. */
export async function lastNumbered(tx: Tx, kind: 'fund' | 'pay'): Promise<{ next: bigint; head: Hex | undefined }> {
  const last = await tx.chainIntent.findFirst({ where: { kind }, orderBy: { id: 'desc' } })
  if (last === null) return { next: 1n, head: undefined }
  const call = callFromJson(last.call)
  assert(last.headAfter !== null && (call.kind === 'fund' || call.kind === 'pay'))
  return { next: (call.kind === 'fund' ? call.lastSerial : lastLine(call)) + 1n, head: toHex(last.headAfter) }
}

async function settlePayout(tx: Tx, intentId: bigint, call: ChainCall & { kind: 'pay' }, genesis: Instant, now: Instant): Promise<void> {
  const lines = await tx.withdrawal.findMany({ where: { intentId }, orderBy: { serial: 'asc' } })
  assert.equal(lines.length, call.lines.length, `payout ${subjectOf(call)} has other lines than its withdrawals`)
  await postAll(
    tx,
    lines.map(({ id, amount, requestedAt }) => ({
      id: `payout:${id}`,
      debit: 'leaving',
      credit: 'chain',
      amount,
      kind: 'payout',
      reference: id,
      period: periodAt(genesis, requestedAt.getTime()),
      at: now,
    })),
  )
  await tx.withdrawal.updateMany({ where: { intentId, paidAt: null }, data: { paidAt: new Date(now) } })
}

async function reopenKind(database: Database, kind: CallKind, position: Position, now: Instant): Promise<number> {
  const settled = { kind, state: 'settled' }
  const newest = await database.prisma.chainIntent.findFirst({ where: settled, orderBy: { id: 'desc' } })
  if (newest === null || isAccepted(callFromJson(newest.call), position)) return 0
  return database.transaction(async (tx) => {
    const rows = await tx.chainIntent.findMany({ where: settled, orderBy: { id: 'desc' }, take: LOST_AT_ONCE })
    const lost = rows.filter(({ call }) => !isAccepted(callFromJson(call), position)).map(({ id }) => id)
    await tx.chainIntent.updateMany({
      where: { id: { in: lost } },
      data: { state: 'sent', settledAt: null, txHash: null, block: null, gasUsed: null },
    })
    await alertOperators(tx, 'chain-went-back', { kind, intents: String(lost.length), block: String(position.block.number) }, now)
    return { keep: true, value: lost.length }
  })
}

type IntentRow = Prisma.ChainIntentGetPayload<{ include: { attempts: true } }>

function toIntent(row: IntentRow): Intent {
  return {
    id: row.id,
    call: callFromJson(row.call),
    headAfter: row.headAfter === null ? undefined : toHex(row.headAfter),
    attempts: row.attempts.map((attempt) => ({
      hash: hex(attempt.txHash),
      raw: hex(attempt.raw),
      nonce: Number(attempt.nonce),
      fees: { maxFee: attempt.maxFee, maxTip: attempt.maxTip },
      sentBlock: Number(attempt.sentBlock),
    })),
  }
}

function hex(text: string): Hex {
  assert(text.startsWith('0x'))
  return `0x${text.slice(2)}`
}
