import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** What operators are told by an outbox row of topic `operator-alert`; its `subject` is the code, its payload the code and the details as text. */
export type AlertCode =
  | 'signer-halted'
  | 'payouts-halted'
  | 'payouts-resumed'
  | 'withdrawal-unpayable'
  | 'deposit-unknown'
  | 'deposit-unbacked'
  | 'chain-went-back'
  | 'telegram-webhook-changed'
  | 'deliveries-failed'
  | 'bot-put-out'
  | 'reviews-wait'

export async function alertOperators(tx: Tx, code: AlertCode, details: Readonly<Record<string, string>>, now: Instant): Promise<void> {
  await tx.outboxRow.create({ data: { topic: 'operator-alert', subject: code, payload: { code, ...details }, createdAt: new Date(now) } })
}

/** Raises a flag; true when it was not up before. A flag is a row of `setting`: an operator can see it and take it down. */
export async function raiseFlag(tx: Tx, key: string, value: string): Promise<boolean> {
  const raised = await tx.$executeRaw(Prisma.sql`INSERT INTO setting (key, value) VALUES (${key}, ${value}) ON CONFLICT (key) DO NOTHING`)
  return raised === 1
}

/** Takes a flag down; true when it was up. */
export async function lowerFlag(tx: Tx, key: string): Promise<boolean> {
  return (await tx.setting.deleteMany({ where: { key } })).count === 1
}

export async function readFlag(tx: Tx, key: string): Promise<string | undefined> {
  return (await tx.setting.findUnique({ where: { key } }))?.value
}

/** Ends with the transaction; others that ask for the same name wait until then. */
export async function lockUntilCommit(tx: Tx, name: string): Promise<void> {
  await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`settlement:${name}`}, 0))`)
}
