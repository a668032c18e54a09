import type pg from 'pg'
import { eventCode, type Event, type Evidence } from '../../core/attendance/attendance.types.ts'
import {
  decideCheckIns,
  WRONG_CODE_WINDOW_MS,
  type BatchRules,
  type CheckIn,
  type CheckInDecision,
  type CheckInFacts,
} from '../../core/attendance/check-in.rules.ts'
import type { Hmac } from '../../core/attendance/check-in-code.ts'
import { fundingPeriod, fundInOrder, rewardAmount } from '../../core/economy/reward.rules.ts'
import type { AuditLine } from '../../core/shared/dispatch.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { replyFromJson, replyToJson, type Reply } from '../../core/shared/reply.ts'
import { classifyPostgresError, createGroupCommit } from './group-commit.ts'
import { SAVE_CHECK_INS, LOAD_CHECK_INS, LOAD_EVENTS } from './check-in.sql.ts'

/** One check-in to store: what was asked, and how its audit line will read once it is decided. */
export interface CheckInItem {
  readonly checkIn: CheckIn
  readonly key: string
  auditLine(decision: CheckInDecision & { ok: true }): AuditLine
}

export type CheckInResult = { readonly replayed: Reply } | { readonly decision: CheckInDecision }

export interface CheckInStoreOptions {
  readonly pool: pg.Pool
  readonly hmac: Hmac
  readonly genesis: Instant
  /** Makes sure that the ledger has the release of a period; harmless when it has. */
  openInLedger(period: number, now: Instant): Promise<void>
}

interface FactRow {
  blocked: boolean | null
  attended: boolean
  undone: boolean
  wrong_codes: number
  code_known: boolean
  code_used: boolean
  earlier_reply: string | null
}

interface EventRow {
  number: number
  title: string
  place: string
  starts_at: number
  ends_at: number
  opens_at: number
  closes_at: number
  capacity: number | null
  base_reward: bigint
  evidence: Evidence
  code_secret: Buffer
  attendees: number
  created_by: string
  closed_at: number | null
}

/**
 * Stores check-ins by group commit: those that arrive while a write is in flight go together in the next one. Each batch is two round trips,
 * read the facts, decide in core, write everything in one statement whose constraints refuse what another process decided meanwhile.
 */
export function createCheckInStore(options: CheckInStoreOptions): (item: CheckInItem) => Promise<CheckInResult> {
  return createGroupCommit<CheckInItem, CheckInResult>({
    write: (items) => writeBatch(options, items),
    classify: classifyPostgresError,
    maxBatch: 1_000,
    maxWaiting: 100_000,
    maxAttempts: 5,
  })
}

async function writeBatch(options: CheckInStoreOptions, items: readonly CheckInItem[]): Promise<readonly CheckInResult[]> {
  const checkIns = items.map(({ checkIn }) => checkIn)
  const now = Math.max(...checkIns.map(({ at }) => at))
  const period = fundingPeriod(options.genesis, now)
  const [facts, events, funds] = await Promise.all([
    loadFacts(options.pool, items, now),
    loadEvents(options.pool, checkIns),
    loadFunds(options, period, now),
  ])

  const replayed = facts.map(({ earlier_reply }) => earlier_reply)
  // Redelivered within one batch: the second one waits for the next batch's facts, where the first one's line is found.
  const seen = new Set<string>()
  const fresh = items.map(({ key }, index) => {
    if (replayed[index] !== null || seen.has(key)) return false
    seen.add(key)
    return true
  })
  const chosen = items.flatMap((item, index) =>
    fresh[index]! ? [{ item, fact: toFacts(facts[index]!, events.get(item.checkIn.event)) }] : [],
  )
  const rules: BatchRules = {
    hmac: options.hmac,
    rewardOf: (base, at) => rewardAmount(base, options.genesis, at),
    fund: (amounts) => fundInOrder(funds, amounts),
  }
  const decisions = decideCheckIns(
    chosen.map(({ item }) => item.checkIn),
    chosen.map(({ fact }) => fact),
    rules,
  )
  await save(
    options.pool,
    chosen.map(({ item }) => item),
    decisions,
    period ?? 0,
  )
  const byKey = new Map(chosen.map(({ item }, index) => [item.key, decisions[index]!]))
  return items.map((item, index) => {
    const earlier = replayed[index]
    if (typeof earlier === 'string') return { replayed: replyFromJson(earlier) }
    const decision = byKey.get(item.key)!
    if (fresh[index]! || !decision.ok) return { decision }
    return { replayed: item.auditLine(decision).reply }
  })
}

async function loadFacts(pool: pg.Pool, items: readonly CheckInItem[], now: Instant): Promise<readonly FactRow[]> {
  const { rows } = await pool.query<FactRow>({
    name: 'load-check-ins',
    text: LOAD_CHECK_INS,
    values: [
      items.map(({ checkIn }) => checkIn.memberId),
      items.map(({ checkIn }) => checkIn.event),
      items.map(({ checkIn }) => (checkIn.codeHash === undefined ? null : Buffer.from(checkIn.codeHash))),
      items.map(({ key }) => key),
      new Date(now - WRONG_CODE_WINDOW_MS),
    ],
  })
  return rows
}

async function loadEvents(pool: pg.Pool, checkIns: readonly CheckIn[]): Promise<ReadonlyMap<number, Event>> {
  const { rows } = await pool.query<EventRow>({
    name: 'load-events',
    text: LOAD_EVENTS,
    values: [[...new Set(checkIns.map(({ event }) => event))]],
  })
  return new Map(rows.map((row) => [row.number, toEvent(row)]))
}

async function loadFunds(options: CheckInStoreOptions, period: number | undefined, now: Instant): Promise<bigint> {
  if (period === undefined) return 0n
  const query = { name: 'load-period', text: 'SELECT balance FROM account WHERE name = $1', values: [`period:${period}`] }
  const first = await options.pool.query<{ balance: bigint }>(query)
  if (first.rows[0] !== undefined) return first.rows[0].balance
  await options.openInLedger(period, now)
  return (await options.pool.query<{ balance: bigint }>(query)).rows[0]?.balance ?? 0n
}

function toFacts(row: FactRow, event: Event | undefined): CheckInFacts {
  return {
    event,
    isBlocked: row.blocked ?? true,
    attended: row.undone ? 'undone' : row.attended ? 'yes' : 'no',
    wrongCodes: row.wrong_codes,
    singleUse: row.code_used ? 'used' : row.code_known ? 'fresh' : 'unknown',
  }
}

function toEvent(row: EventRow): Event {
  return {
    number: row.number,
    title: row.title,
    place: row.place,
    startsAt: row.starts_at,
    endsAt: row.ends_at,
    opensAt: row.opens_at,
    closesAt: row.closes_at,
    capacity: row.capacity,
    baseReward: row.base_reward,
    evidence: row.evidence,
    codeSecret: row.code_secret,
    attendees: row.attendees,
    createdBy: row.created_by,
    closedAt: row.closed_at,
  }
}

async function save(pool: pg.Pool, items: readonly CheckInItem[], decisions: readonly CheckInDecision[], period: number): Promise<void> {
  const accepted = items.flatMap((item, index) => {
    const decision = decisions[index]!
    return decision.ok ? [{ ...item.checkIn, decision, line: item.auditLine(decision) }] : []
  })
  const wrong = items.flatMap(({ checkIn }, index) => {
    const decision = decisions[index]!
    return !decision.ok && decision.countsAsWrong ? [checkIn] : []
  })
  if (accepted.length === 0 && wrong.length === 0) return
  const perEvent = new Map<number, number>()
  for (const { event } of accepted) perEvent.set(event, (perEvent.get(event) ?? 0) + 1)
  const usedCodes = accepted.filter(({ decision, codeHash }) => decision.evidence === 'codes' && codeHash !== undefined)
  await pool.query({
    name: 'save-check-ins',
    text: SAVE_CHECK_INS,
    values: [
      accepted.map(({ event }) => event),
      accepted.map(({ memberId }) => memberId),
      accepted.map(({ decision }) => decision.evidence),
      accepted.map(({ at }) => new Date(at)),
      accepted.map(({ decision }) => decision.amount.toString()),
      accepted.map(({ decision }) => decision.reward),
      accepted.map(({ line }) => line.key),
      accepted.map(({ line }) => line.command),
      accepted.map(({ line }) => line.input),
      accepted.map(({ line }) => replyToJson(line.reply)),
      period,
      [...perEvent.keys()],
      [...perEvent.values()],
      usedCodes.map(({ event }) => event),
      usedCodes.map(({ codeHash }) => Buffer.from(codeHash!)),
      usedCodes.map(({ memberId }) => memberId),
      wrong.map(({ memberId }) => memberId),
      wrong.map(({ event }) => event),
      wrong.map(({ at }) => new Date(at)),
      [...perEvent.keys()].map(eventCode),
    ],
  })
}
