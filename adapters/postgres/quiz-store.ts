import type pg from 'pg'
import type { CheckInDecision, CheckIn } from '../../core/attendance/check-in.rules.ts'
import type { QuizDesk, QuizPort } from '../../core/attendance/quiz.port.ts'
import type { PassedQuiz, SettleQuizzesPort } from '../../core/attendance/settle-quizzes.ts'
import { QUIZ_TRIES, versionMoment } from '../../core/attendance/quiz.rules.ts'
import { eventCode } from '../../core/attendance/attendance.types.ts'
import { keyReused, MergedMeanwhile } from '../../core/shared/dispatch.ts'
import { HOUR } from '../../core/shared/instant.ts'
import { done, refuse } from '../../core/shared/refusal.ts'
import type { Database, Tx } from './database.ts'
import { dispatchStore } from './dispatch-store.ts'
import { draftStore } from './draft-store.ts'
import { toEvent } from './event-store.ts'
import { formVersion, type FormStoreOptions } from './form-reads.ts'
import { addRevision, decided, sendStore, takeSlot } from './submission-store.ts'

/** So long after check-in has closed a check-in is still finished whose answers were sent in time. */
const FINISHED_AFTER_MS = HOUR
const COMMAND = 'checkin'

/** Quizzes of events over PostgreSQL; `look` is the check-in store's. */
export function quizDesk(database: Database, options: FormStoreOptions, look: (checkIn: CheckIn) => Promise<CheckInDecision>): QuizDesk {
  const { prisma } = database
  const { claimKey, saveLine } = dispatchStore(database)
  return {
    look,
    async find(event) {
      const row = await prisma.event.findUnique({ where: { number: event }, include: { quiz: { select: { form: true } } } })
      return row === null ? undefined : toEvent(row)
    },
    step: (line, work) =>
      database.transaction(async (tx) => {
        const earlier = await claimKey(tx, line.key, line.memberId)
        if (earlier === 'merged') throw new MergedMeanwhile()
        if (earlier !== undefined) {
          const isOwn = earlier.memberId === line.memberId && earlier.command === COMMAND
          return { keep: false, value: isOwn ? done(earlier.reply) : refuse(keyReused()) }
        }
        const outcome = await work(quizStore(tx, options))
        if (outcome.ok) await saveLine(tx, { ...line, command: COMMAND, reply: outcome.result })
        return { keep: outcome.ok, value: outcome }
      }),
    async passedAt(event, memberId) {
      const passed = await prisma.submission.findFirst({ where: { event, memberId, status: 'approved' }, select: { contributedAt: true } })
      return passed?.contributedAt.getTime()
    },
  }
}

function quizStore(tx: Tx, options: FormStoreOptions): QuizPort {
  const forms = sendStore(tx, options)
  return {
    ...draftStore(tx, options),
    async formOfQuiz(number, now) {
      const event = await tx.event.findUnique({ where: { number }, select: { startsAt: true, createdAt: true, quiz: true } })
      const form = event?.quiz == null ? undefined : await forms.holdForm(event.quiz.form)
      if (event === null || form === undefined) return undefined
      const until = versionMoment({ startsAt: event.startsAt.getTime(), createdAt: event.createdAt.getTime() }, now)
      const counts = await tx.formVersion.findFirst({
        where: { form: form.number, createdAt: { lte: new Date(until) } },
        orderBy: { version: 'desc' },
        select: { version: true },
      })
      if (counts === null || counts.version === form.version) return form
      const definition = await formVersion(tx, form.number, counts.version)
      return definition === undefined ? undefined : { ...form, version: counts.version, definition }
    },
    async tries(event, memberId) {
      const rows = await tx.submission.findMany({
        where: { event, memberId, status: { not: 'withdrawn' } },
        orderBy: { number: 'asc' },
        select: { status: true, contributedAt: true },
      })
      return rows.map(({ status, contributedAt }) => ({ isPassed: status === 'approved', at: contributedAt.getTime() }))
    },
    async saveTry(event, submission, isPassed) {
      const number = await takeSlot(tx, submission, eventCode(event), QUIZ_TRIES, event)
      if (number === undefined) return undefined
      await addRevision(tx, number, 1, submission)
      await decided(tx, number, isPassed ? 'approved' : 'rejected', submission.at)
      return number
    },
  }
}

const UNSETTLED = `
SELECT s.event, s.member_id, s.contributed_at
FROM event e
JOIN submission s ON s.event = e.number AND s.status = 'approved'
JOIN member m ON m.id = s.member_id AND NOT m.blocked AND m.merged_into IS NULL
WHERE e.closes_at > $1 AND e.closed_at IS NULL AND (e.capacity IS NULL OR e.attendees < e.capacity)
  AND NOT EXISTS (SELECT 1 FROM attendance a WHERE a.event = s.event AND a.member_id = s.member_id)
ORDER BY s.contributed_at, s.number LIMIT $2`

/** What settling quizzes reads. */
export function settleQuizzesStore(pool: pg.Pool): Omit<SettleQuizzesPort, 'submit'> {
  return {
    async unsettled(now, limit) {
      const { rows } = await pool.query<{ event: number; member_id: string; contributed_at: number }>(UNSETTLED, [
        new Date(now - FINISHED_AFTER_MS),
        limit,
      ])
      return rows.map((row): PassedQuiz => ({ event: row.event, memberId: row.member_id, at: row.contributed_at }))
    },
  }
}
