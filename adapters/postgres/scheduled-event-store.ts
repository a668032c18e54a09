import {
  followScheduled,
  isNextOccurrence,
  type Course,
  type Followed,
  type Scheduled,
  type Step,
} from '../../core/attendance/scheduled-event.rules.ts'
import type { PresencePort } from '../../core/attendance/presence.port.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Database, Tx } from './database.ts'
import { announceCard, eventStore, type EventStoreOptions } from './event-store.ts'

export interface ScheduledEventOptions {
  readonly database: Database
  readonly events: EventStoreOptions
  /** `platform:userId` of accounts that the configuration makes operators. */
  readonly operators: ReadonlySet<string>
  /** Whether a server of Discord belongs to the community. */
  readonly isServed: (communityId: string) => Promise<boolean>
  readonly now: () => Instant
}

/** Discord allows a hundred at a time in one server. */
const MAX_RUNNING = 1_000

/** Brings our events in step with Discord's calendar: each change in a transaction of its own, decided from what is stored, so that it may come twice or late. */
export function followStore({ database, events, operators, isServed, now }: ScheduledEventOptions): PresencePort['follow'] {
  return async (communityId, scheduled, isWhole) => {
    if (!(await isServed(communityId))) return scheduled.length === 0
    for (const one of scheduled) await database.transaction(async (tx) => ({ keep: true, value: await follow(tx, communityId, one) }))
    if (!isWhole) return true
    const running = await database.prisma.scheduledEvent.findMany({
      where: { platform: 'discord', communityId, endedAt: null },
      include: { eventRow: { include: { presence: true } } },
      take: MAX_RUNNING,
    })
    const listed = new Set(scheduled.map(({ id }) => id))
    for (const { id, eventRow } of running) {
      if (listed.has(id)) continue
      // It ended or was cancelled while nobody listened; which of the two is told by whether it had begun.
      const gone: Scheduled = {
        id,
        channelId: eventRow.presence?.channelId ?? '',
        title: eventRow.title,
        startsAt: eventRow.startsAt.getTime(),
        endsAt: eventRow.endsAt.getTime(),
        status: 'canceled',
        creatorId: null,
        isRecurring: false,
      }
      await database.transaction(async (tx) => ({ keep: true, value: await follow(tx, communityId, gone) }))
    }
    return true
  }

  async function follow(tx: Tx, communityId: string, scheduled: Scheduled): Promise<void> {
    const at = now()
    const last = await tx.scheduledEvent.findFirst({
      where: { platform: 'discord', id: scheduled.id },
      orderBy: { occurrence: 'desc' },
      include: { eventRow: { include: { presence: true } } },
    })
    const known = last === null ? undefined : { ...last, course: courseOf(last.eventRow, scheduled.channelId) }
    const isOver = known !== undefined && (known.endedAt !== null || known.eventRow.closedAt !== null)
    if (known !== undefined && isNextOccurrence(scheduled, known.course, isOver, at)) {
      if (!isOver) await take(tx, known, followScheduled({ ...scheduled, status: 'completed' }, known.course, false, at), at)
      else if (known.endedAt === null) await end(tx, known, at)
      await begin(tx, communityId, scheduled, known.occurrence + 1, at)
    } else if (known === undefined) await begin(tx, communityId, scheduled, 1, at)
    else if (!isOver) await take(tx, known, followScheduled(scheduled, known.course, false, at), at)
  }

  async function begin(tx: Tx, communityId: string, scheduled: Scheduled, occurrence: number, at: Instant): Promise<void> {
    const creator = await hostOf(tx, scheduled.creatorId)
    const step = followScheduled(scheduled, undefined, creator !== undefined, at)
    if (step.step !== 'create' || creator === undefined) return
    const event = await create(tx, step.course, creator, at)
    await tx.scheduledEvent.create({ data: { platform: 'discord', id: scheduled.id, occurrence, communityId, event } })
  }

  async function take(tx: Tx, known: Known, step: Step, at: Instant): Promise<void> {
    if (step.step === 'change') await change(tx, known.eventRow, step.course, at)
    if (step.step !== 'end') return
    if (step.course === undefined) await eventStore(tx, events).close(known.event, at)
    else await change(tx, known.eventRow, step.course, at)
    await end(tx, known, at)
  }

  async function end(tx: Tx, { id, occurrence }: Known, at: Instant): Promise<void> {
    await tx.scheduledEvent.update({
      where: { platform_id_occurrence: { platform: 'discord', id, occurrence } },
      data: { endedAt: new Date(at) },
    })
  }

  /** Who made it, if that member may host: nobody becomes a host by Discord's permission to schedule. */
  async function hostOf(tx: Tx, userId: string | null): Promise<string | undefined> {
    if (userId === null) return undefined
    const account = await tx.chatAccount.findUnique({
      where: { platform_userId: { platform: 'discord', userId } },
      include: { member: { include: { roles: true } } },
    })
    if (account === null || account.member.blocked) return undefined
    const may = operators.has(`discord:${userId}`) || account.member.roles.some(({ role }) => role === 'host' || role === 'operator')
    return may ? account.memberId : undefined
  }

  async function create(tx: Tx, course: Course, createdBy: string, at: Instant): Promise<number> {
    const store = eventStore(tx, events)
    const { channelId, threshold, ...times } = course
    return store.create({
      ...times,
      place: '',
      capacity: null,
      baseReward: await store.attendanceReward(at),
      evidence: 'presence',
      codeSecret: store.codes.newSecret(),
      createdBy,
      createdAt: at,
      presence: { channelId, threshold, isNamed: false },
    })
  }

  async function change(tx: Tx, { number, presence }: KnownEvent, course: Course, at: Instant): Promise<void> {
    const { channelId, threshold, title, ...times } = course
    const dates = Object.fromEntries(Object.entries(times).map(([name, value]) => [name, new Date(value)]))
    // Another channel has another name, which the bot will tell.
    const place = presence?.channelId === channelId ? {} : { place: '' }
    await tx.event.update({ where: { number }, data: { title, ...place, ...dates } })
    await tx.eventPresence.update({
      where: { event: number },
      data: { channelId, ...(presence?.isNamed === true ? {} : { thresholdMs: threshold }) },
    })
    await announceCard(tx, number, at)
  }
}

interface KnownEvent {
  readonly number: number
  readonly presence: { readonly channelId: string; readonly isNamed: boolean } | null
}

interface Known {
  readonly id: string
  readonly occurrence: number
  readonly event: number
  readonly eventRow: KnownEvent
}

function courseOf(
  row: { title: string; startsAt: Date; endsAt: Date; presence: { channelId: string } | null },
  channelId: string,
): Followed {
  return {
    title: row.title,
    channelId: row.presence?.channelId ?? channelId,
    startsAt: row.startsAt.getTime(),
    endsAt: row.endsAt.getTime(),
  }
}
