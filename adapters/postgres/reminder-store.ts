import { eventCode } from '../../core/attendance/attendance.types.ts'
import { renderReminder } from '../../core/inbox/asked-messages.ts'
import type { RemindPort } from '../../core/inbox/inbox.port.ts'
import { isOver } from '../../core/inbox/remind.rules.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { replyToJson } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { toEvent } from './event-store.ts'
import { inBatches, type Batch } from './in-batches.ts'
import { snoozedUntil } from './inbox-store.ts'
import { issueButtons } from './issue-buttons.ts'

/** Reminders in one transaction; the next ones are taken at once. */
const AT_ONCE = 100
/** Buttons under a reminder that came work as long as the event goes on; afterwards its row says nothing any more. */
const KEPT_MS = DAY

/** An account that has become somebody else's gets nothing, and who wants quiet gets it later. */
const DUE = (now: Date) => Prisma.sql`
  FROM reminder r JOIN member m ON m.id = r.member_id
  JOIN chat_account a ON a.platform = r.platform AND a.user_id = r.user_id AND a.member_id = r.member_id
  WHERE r.due_at <= ${now} AND (m.snoozed_until IS NULL OR m.snoozed_until <= ${now})`

export function reminderStore(tx: Tx): RemindPort {
  return {
    snoozedUntil: (memberId, now) => snoozedUntil(tx, memberId, now),
    async find(number) {
      const row = await tx.event.findUnique({ where: { number } })
      return row === null ? undefined : toEvent(row)
    },
    async remind({ memberId, subject, account: { platform, userId }, lead, keepsLead, dueAt }, limit) {
      // The member's row is the lock under which the bound holds; it lets rows be added that name the member.
      await tx.$executeRaw(Prisma.sql`SELECT 1 FROM member WHERE id = ${memberId} FOR NO KEY UPDATE`)
      const waiting = await tx.reminder.count({ where: { memberId, subject: { not: subject }, dueAt: { not: null } } })
      if (waiting >= limit) return false
      const next = { platform, userId, dueAt: new Date(dueAt) }
      await tx.reminder.upsert({
        where: { memberId_subject: { memberId, subject } },
        create: { memberId, subject, leadMs: lead, ...next },
        update: keepsLead ? next : { leadMs: lead, ...next },
      })
      return true
    },
    async cancel(memberId, subject) {
      await tx.reminder.deleteMany({ where: { memberId, subject } })
    },
  }
}

/** Whether there is a reminder to look after. */
export async function isReminderDue({ prisma }: Database, now: Instant): Promise<boolean> {
  return (await prisma.$queryRaw<unknown[]>(Prisma.sql`SELECT 1 ${DUE(new Date(now))} LIMIT 1`)).length > 0
}

/**
 * Sends what is due to those who have not checked in, once; what has lost its reason meanwhile lapses. Late is good as long as the event goes on; two at once
 * share the work. Gives how many were sent.
 */
export function sendReminders(database: Database, now: Instant): Promise<number> {
  return inBatches(database, AT_ONCE, (tx) => sendSome(tx, now))
}

interface DueRow {
  member_id: string
  subject: string
  platform: string
  user_id: string
  language: string
  time_zone: string
}

async function sendSome(tx: Tx, now: Instant): Promise<Batch> {
  const at = new Date(now)
  const due = await tx.$queryRaw<DueRow[]>(Prisma.sql`
    SELECT r.member_id, r.subject, r.platform, r.user_id, m.language, m.time_zone
    ${DUE(at)} ORDER BY r.due_at, r.member_id, r.subject LIMIT ${AT_ONCE} FOR UPDATE OF r SKIP LOCKED`)
  const numbers = [...new Set(due.map(({ subject }) => eventNumber(subject)))]
  const rows = await tx.event.findMany({ where: { number: { in: numbers } } })
  const events = new Map(rows.map((row) => [eventCode(row.number), toEvent(row)]))
  let sent = 0
  for (const { member_id: memberId, subject, platform, user_id, language, time_zone: timeZone } of due) {
    const event = events.get(subject)
    const isWanted = event !== undefined && !isOver(event, now) && !(await hasCheckedIn(tx, event.number, memberId))
    await tx.reminder.update({
      where: { memberId_subject: { memberId, subject } },
      data: isWanted ? { dueAt: null, toldStart: new Date(event.startsAt) } : { dueAt: null },
    })
    if (!isWanted) continue
    const reply = replyToJson(await issueButtons(tx, renderReminder(event, now), memberId, undefined, now))
    const payload = { reply, language, timeZone }
    await tx.outboxRow.create({ data: { topic: 'private', subject: `${platform}:${user_id}`, payload, createdAt: at } })
    sent += 1
  }
  return { seen: due.length, sent }
}

async function hasCheckedIn(tx: Tx, event: number, memberId: string): Promise<boolean> {
  return (await tx.attendance.count({ where: { event, memberId, undoneAt: null } })) > 0
}

const eventNumber = (subject: string): number => Number(subject.replace(/^EVT-/, ''))

/** Forgets reminders whose event is over; gives how many. */
export function forgetReminders({ prisma }: Database, now: Instant): Promise<number> {
  return prisma.$executeRaw(Prisma.sql`
    DELETE FROM reminder r USING event e
    WHERE r.subject = 'EVT-' || e.number AND (e.ends_at < ${new Date(now - KEPT_MS)} OR e.closed_at < ${new Date(now - KEPT_MS)})`)
}
