import type pg from 'pg'
import { eventCode, type Event, type Evidence } from '../../core/attendance/attendance.types.ts'
import type { CheckInItem, CheckInResult } from '../../core/attendance/check-in.port.ts'
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
import { keyReused, refusalReply, type AuditLine } from '../../core/shared/dispatch.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { replyFromJson, replyToJson } from '../../core/shared/reply.ts'
import { classifyPostgresError, createGroupCommit } from './group-commit.ts'
import { SAVE_CHECK_INS, LOAD_CHECK_INS, LOAD_EVENTS } from './check-in.sql.ts'

export interface CheckInStoreOptions {
  readonly pool: pg.Pool
  readonly hmac: Hmac
  readonly genesis: Instant
  /** Makes sure that the ledger has the release of a period; harmless when it has. */
  openInLedger(period: number, now: Instant): Promise<void>
}

interface FactRow {
  blocked: boolean | null
  /** Set for a member who became part of another since they were found. */
  goes_on_as: string | null
  attended: boolean
  undone: boolean
  wrong_codes: number
  code_known: boolean
  code_used: boolean
  earlier_reply: string | null
  earlier_member: string | null
}

interface Decided {
  readonly item: CheckInItem
  readonly decision: CheckInDecision
  /** Only of what was accepted. */
  readonly line?: AuditLine
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
 * `CheckInPort.submit` over PostgreSQL. Stores check-ins by group commit: those that arrive while a write is in flight go together in the next one. Each batch is two round trips,
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

/** What would be decided about a check-in that came just now, by the same facts and rules; nothing is written. */
export function createCheckInLook({ pool, hmac, genesis }: Pick<CheckInStoreOptions, 'pool' | 'hmac' | 'genesis'>) {
  return async (checkIn: CheckIn): Promise<CheckInDecision> => {
    const [[fact], events] = await Promise.all([loadFacts(pool, [{ checkIn, key: '' }], checkIn.at), loadEvents(pool, [checkIn])])
    const rules: BatchRules = {
      hmac,
      rewardOf: (base, at) => rewardAmount(base, genesis, at),
      fund: (amounts) => amounts.map(() => true),
    }
    return decideCheckIns([checkIn], [toFacts(fact!, events.get(checkIn.event))], rules)[0]!
  }
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
  if (facts.some(({ goes_on_as: root }) => root !== null))
    return writeBatch(
      options,
      items.map((item, index) => asRoot(item, facts[index]!)),
    )

  // A key that comes twice in one batch is decided once; the second one gets the first one's answer.
  const first = new Map<string, number>()
  items.forEach(({ key }, index) => {
    if (facts[index]!.earlier_reply === null && !first.has(key)) first.set(key, index)
  })
  const chosen = [...first.values()].map((index) => ({
    item: items[index]!,
    fact: toFacts(facts[index]!, events.get(checkIns[index]!.event)),
  }))
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
  const decided = chosen.map(({ item }, index): Decided => {
    const decision = decisions[index]!
    return decision.ok ? { item, decision, line: item.auditLine(decision) } : { item, decision }
  })
  await save(options.pool, decided, period ?? 0)
  const byKey = new Map(decided.map((one) => [one.item.key, one]))
  return items.map((item, index) => {
    const { earlier_reply: reply, earlier_member: owner } = facts[index]!
    if (reply !== null) return { replayed: isOwn(item, owner) ? replyFromJson(reply) : refusalReply(keyReused()) }
    const one = byKey.get(item.key)!
    if (one.item === item) return { decision: one.decision }
    if (one.item.checkIn.memberId !== item.checkIn.memberId) return { replayed: refusalReply(keyReused()) }
    return one.line === undefined ? { decision: one.decision } : { replayed: one.line.reply }
  })
}

function asRoot(item: CheckInItem, { goes_on_as: memberId }: FactRow): CheckInItem {
  return memberId === null ? item : { ...item, checkIn: { ...item.checkIn, memberId } }
}

/** A member who sends another's key must not read the other's answer. A roster's lines belong to the host, who made their keys. */
function isOwn({ checkIn }: CheckInItem, owner: string | null): boolean {
  return checkIn.evidence === 'roster' || checkIn.memberId === owner
}

async function loadFacts(pool: pg.Pool, items: readonly Pick<CheckInItem, 'checkIn' | 'key'>[], now: Instant): Promise<readonly FactRow[]> {
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

async function save(pool: pg.Pool, decided: readonly Decided[], period: number): Promise<void> {
  const accepted = decided.flatMap(({ item, decision, line }) =>
    line === undefined || !decision.ok ? [] : [{ ...item.checkIn, decision, line }],
  )
  const wrong = decided.flatMap(({ item, decision }) => (!decision.ok && decision.countsAsWrong ? [item.checkIn] : []))
  if (accepted.length === 0 && wrong.length === 0) return
  const perEvent = new Map<number, number>()
  for (const { event } of accepted) perEvent.set(event, (perEvent.get(event) ?? 0) + 1)
  const usedCodes = accepted.flatMap(({ decision, codeHash, event, memberId }) =>
    decision.evidence === 'codes' && codeHash !== undefined ? [{ event, memberId, codeHash }] : [],
  )
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
      accepted.map(({ line }) => line.memberId),
      accepted.map(({ line }) => line.command),
      accepted.map(({ line }) => line.input),
      accepted.map(({ line }) => replyToJson(line.reply)),
      period,
      [...perEvent.keys()],
      [...perEvent.values()],
      [...perEvent.keys()].map(eventCode),
      usedCodes.map(({ event }) => event),
      usedCodes.map(({ codeHash }) => Buffer.from(codeHash)),
      usedCodes.map(({ memberId }) => memberId),
      wrong.map(({ memberId }) => memberId),
      wrong.map(({ event }) => event),
      wrong.map(({ at }) => new Date(at)),
    ],
  })
}
