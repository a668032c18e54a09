import { attendanceChart, MOST_EVENTS } from '../../core/charts/chart.rules.ts'
import { eventClosed, eventCreated } from '../../core/announce/announcements.ts'
import type { CodePort, EventPort, NewEvent, UndoPort } from '../../core/attendance/attendance.port.ts'
import { eventCode, EVIDENCE, type Event, type EventPresence } from '../../core/attendance/attendance.types.ts'
import { codeText, rotatingCode, type Hmac } from '../../core/attendance/check-in-code.ts'
import type { EventShowPort } from '../../core/attendance/event-show.ts'
import { rewardAmount } from '../../core/economy/reward.rules.ts'
import { rateAt } from '../../core/economy/reward-table.rules.ts'
import { memberAccount, periodAccount } from '../../core/ledger/ledger.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { announce } from './announce-intent.ts'
import { attendanceUntil } from './attendance-reads.ts'
import type { Tx } from './database.ts'
import { findMember, rootOf } from './identity-store.ts'
import { ledgerStore } from './ledger-store.ts'
import { notifyMember } from './notify-member.ts'
import { ratesUntil } from './reward-table-store.ts'

export interface EventStoreOptions {
  readonly hmac: Hmac
  readonly genesis: Instant
  /** Random bytes. */
  readonly randomBytes: (length: number) => Uint8Array
  /** The keyed hash under which a single-use code is stored. */
  readonly hashCode: (event: number, code: string) => Uint8Array
}

/** Events, their hosts, codes and the undoing of check-ins. */
export function eventStore(tx: Tx, options: EventStoreOptions): EventPort & EventShowPort {
  return {
    async create({ codeSecret, presence, quiz, ...event }: NewEvent) {
      const created = await tx.event.create({
        data: {
          ...event,
          codeSecret: Uint8Array.from(codeSecret),
          startsAt: new Date(event.startsAt),
          endsAt: new Date(event.endsAt),
          opensAt: new Date(event.opensAt),
          closesAt: new Date(event.closesAt),
          createdAt: new Date(event.createdAt),
          hosts: { create: [{ memberId: event.createdBy }] },
          ...(presence === undefined ? {} : { presence: { create: presenceRow(presence) } }),
          ...(quiz === undefined ? {} : { quiz: { create: { form: quiz } } }),
        },
        select: { number: true },
      })
      await announce(tx, eventCreated(eventCode(created.number), event.title, event.startsAt), event.createdAt)
      return created.number
    },
    async attendanceReward(at) {
      return rateAt('attendance', at, await ratesUntil(tx, at, ['attendance'])).lowest
    },
    async find(number) {
      const row = await tx.event.findUnique({ where: { number }, include: { presence: true, quiz: { select: { form: true } } } })
      return row === null ? undefined : toEvent(row)
    },
    async isHost(event, memberId) {
      return (await tx.eventHost.count({ where: { event, memberId } })) > 0
    },
    async hosts(event) {
      const rows = await tx.eventHost.findMany({ where: { event }, select: { member: { select: { id: true, name: true } } }, take: 10 })
      return rows.map(({ member }) => ({ memberId: member.id, name: member.name }))
    },
    async upcoming(now, limit) {
      const rows = await tx.event.findMany({
        where: { closesAt: { gt: new Date(now) }, closedAt: null },
        orderBy: [{ startsAt: 'asc' }, { number: 'asc' }],
        take: limit,
      })
      return rows.map(toEvent)
    },
    async latestAttendees(event, limit) {
      const rows = await tx.$queryRaw<{ name: string }[]>(Prisma.sql`
        SELECT m.name FROM attendance a JOIN member m ON m.id = a.member_id
        WHERE a.event = ${event} AND a.undone_at IS NULL AND NOT m.hidden ORDER BY a.at DESC, m.id LIMIT ${limit}`)
      return rows.map(({ name }) => name)
    },
    async presenceOf(event, memberId) {
      const rows = await tx.$queryRaw<{ from: Date; to: Date }[]>(Prisma.sql`
        SELECT i.joined_at AS from, coalesce(i.left_at, w.seen_until) AS to
        FROM presence_interval i
        JOIN presence_watch w ON w.id = i.watch
        JOIN chat_account a ON a.platform = i.platform AND a.user_id = i.user_id
        WHERE i.event = ${event} AND a.member_id = ${memberId}`)
      return rows.map(({ from, to }) => ({ from: from.getTime(), to: to.getTime() }))
    },
    async quizCounts(event) {
      const [row] = await tx.$queryRaw<{ tried: number; passed: number }[]>(Prisma.sql`
        SELECT count(DISTINCT member_id)::int AS tried, count(DISTINCT member_id) FILTER (WHERE status = 'approved')::int AS passed
        FROM submission WHERE event = ${event}`)
      return row!
    },
    async close(number, now) {
      const [closed] = await tx.event.updateManyAndReturn({
        where: { number, closedAt: null },
        data: { closedAt: new Date(now) },
        select: { title: true, attendees: true, startsAt: true },
      })
      if (closed === undefined) return false
      await announceCard(tx, number, now)
      const chart = attendanceChart(await attendanceUntil(tx, { number, startsAt: closed.startsAt }, MOST_EVENTS))
      await announce(tx, eventClosed(eventCode(number), closed.title, closed.attendees, chart), now)
      return true
    },
    rewardOf: (base, at) => rewardAmount(base, options.genesis, at),
    codes: codeStore(tx, options),
    undo: undoStore(tx),
    findMember: (platform, reference) => findMember(tx, platform, reference),
  }
}

function codeStore(tx: Tx, { hmac, randomBytes, hashCode }: EventStoreOptions): CodePort {
  return {
    newSecret: () => randomBytes(32),
    rotating: (event, at) => rotatingCode(hmac, event.codeSecret, at),
    async issue(event, count, limit) {
      // The event's row is the lock under which the bound holds.
      await tx.$executeRaw(Prisma.sql`SELECT 1 FROM event WHERE number = ${event} FOR UPDATE`)
      const issued = await tx.eventCode.count({ where: { event } })
      if (issued + count > limit) return { ok: false, issued }
      const codes = Array.from({ length: count }, () => codeText(randomBytes(5)))
      await tx.eventCode.createMany({ data: codes.map((code) => ({ event, codeHash: Uint8Array.from(hashCode(event, code)) })) })
      return { ok: true, codes }
    },
  }
}

function undoStore(tx: Tx): UndoPort {
  return {
    async mark(event, memberId, by, reason, now) {
      // Before any row: the reward is taken from whoever its member is now.
      await tx.$executeRaw(Prisma.sql`SELECT apart_from_merges_since(merges_so_far(), ARRAY[member_root(${memberId})])`)
      const marked = await tx.attendance.updateManyAndReturn({
        where: { event, memberId: await rootOf(tx, memberId), undoneAt: null },
        data: { undoneAt: new Date(now), undoneBy: by, undoneReason: reason },
        select: { grantId: true },
      })
      if (marked[0] === undefined) return undefined
      await tx.event.update({ where: { number: event }, data: { attendees: { decrement: 1 } } })
      await announceCard(tx, event, now)
      return marked[0]
    },
    async reverse(grantId, now) {
      // Locked: funding numbers a reward, and carry-over grants one, by the same row; one of them comes first.
      await tx.$executeRaw(Prisma.sql`SELECT 1 FROM reward WHERE id = ${grantId} FOR UPDATE`)
      const reward = await tx.reward.findUnique({ where: { id: grantId } })
      if (reward === null || reward.status === 'reversed') return { state: 'none' }
      if (reward.serial !== null) return { state: 'funded' }
      await tx.reward.update({ where: { id: grantId }, data: { status: 'reversed', reversedAt: new Date(now) } })
      if (reward.status === 'unfunded') return { state: 'none' }
      const posted = await ledgerStore(tx).post({
        id: `reversal:${grantId}`,
        debit: memberAccount(await rootOf(tx, reward.memberId)),
        credit: periodAccount(reward.period),
        amount: reward.amount,
        kind: 'reversal',
        reference: reward.reference,
        period: reward.period,
        at: now,
      })
      return posted === 'posted' ? { state: 'reversed', amount: reward.amount } : { state: 'spent' }
    },
    notify: (memberId, text, now) => notifyMember(tx, memberId, text, now),
  }
}

export async function announceCard(tx: Tx, event: number, now: Instant): Promise<void> {
  await tx.outboxRow.create({ data: { topic: 'event-card', subject: `EVT-${event}`, payload: {}, createdAt: new Date(now) } })
}

type PresenceRow = NonNullable<Awaited<ReturnType<Tx['eventPresence']['findUnique']>>>

function toPresence({ channelId, thresholdMs, isNamed, present, reached }: PresenceRow): EventPresence {
  return { channelId, threshold: thresholdMs, isNamed, present, reached }
}

type EventRow = NonNullable<Awaited<ReturnType<Tx['event']['findUnique']>>>

function presenceRow({ channelId, threshold, isNamed }: NonNullable<NewEvent['presence']>) {
  return { platform: 'discord', channelId, thresholdMs: threshold, isNamed }
}

export function toEvent(
  row: EventRow & { readonly presence?: PresenceRow | null; readonly quiz?: { readonly form: number } | null },
): Event {
  const evidence = EVIDENCE.find((known) => known === row.evidence)
  if (evidence === undefined) throw new Error(`event ${row.number} has the unknown evidence ${row.evidence}`)
  return {
    number: row.number,
    title: row.title,
    place: row.place,
    startsAt: row.startsAt.getTime(),
    endsAt: row.endsAt.getTime(),
    opensAt: row.opensAt.getTime(),
    closesAt: row.closesAt.getTime(),
    capacity: row.capacity,
    baseReward: row.baseReward,
    evidence,
    codeSecret: row.codeSecret,
    attendees: row.attendees,
    createdBy: row.createdBy,
    closedAt: row.closedAt?.getTime() ?? null,
    ...(row.presence === undefined || row.presence === null ? {} : { presence: toPresence(row.presence) }),
    ...(row.quiz === undefined || row.quiz === null ? {} : { quiz: row.quiz.form }),
  }
}
