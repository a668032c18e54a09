import { cleanLine } from '../shared/clean-line.ts'
import { DAY, HOUR, MINUTE, type Instant } from '../shared/instant.ts'
import { CLOSES_AFTER_MS, MAX_AHEAD_MS, OPENS_BEFORE_MS } from './event.rules.ts'
import { defaultThreshold } from './presence.rules.ts'

const SHORTEST_MS = 5 * MINUTE
const LONGEST_MS = DAY
/** Discord asks for no end of an event in a voice or stage channel. */
const UNSAID_MS = HOUR
const MAX_TITLE = 100

/** An event of the platform's own calendar in a voice or stage channel, as it stands there. */
export interface Scheduled {
  readonly id: string
  readonly channelId: string
  readonly title: string
  readonly startsAt: Instant
  readonly endsAt: Instant | null
  readonly status: 'scheduled' | 'active' | 'completed' | 'canceled'
  /** The account that made it, where the platform tells. */
  readonly creatorId: string | null
  /** It takes place again and again under one id: when it is over it is scheduled anew, for the next time. */
  readonly isRecurring: boolean
}

/** Our event that follows one of these. */
export interface Followed {
  readonly title: string
  readonly channelId: string
  readonly startsAt: Instant
  readonly endsAt: Instant
}

export interface Course extends Followed {
  readonly opensAt: Instant
  readonly closesAt: Instant
  /** Milliseconds. */
  readonly threshold: number
}

/** `end`: the calendar has no more to say of it; it is closed at once when it never took place, else its check-in closes as that of every event. */
export type Step =
  | { readonly step: 'none' }
  | { readonly step: 'create' | 'change'; readonly course: Course }
  | { readonly step: 'end'; readonly course: Course | undefined }

/**
 * What our event has to become. A new one is made only when its creator may host, only in time, and only once; one that has begun keeps its beginning and
 * its channel, because presence is counted there, and one that is over keeps everything.
 */
export function followScheduled(scheduled: Scheduled, ours: Followed | undefined, mayHost: boolean, now: Instant): Step {
  const isOver = scheduled.status === 'completed' || scheduled.status === 'canceled'
  if (ours === undefined) {
    const course = courseOf(scheduled, now)
    const isInTime = course.endsAt > now && course.startsAt <= now + MAX_AHEAD_MS
    return !isOver && mayHost && isInTime && course.title !== '' ? { step: 'create', course } : { step: 'none' }
  }
  if (isOver) return endOf(ours, now)
  if (ours.endsAt <= now) return { step: 'none' }
  const told = courseOf(scheduled, now)
  const title = told.title === '' ? ours.title : told.title
  const hasBegun = ours.startsAt <= now
  const course = hasBegun ? timed({ ...ours, title, endsAt: later(scheduled, ours, now) }) : { ...told, title }
  return isSame(course, ours) ? { step: 'none' } : { step: 'change', course }
}

/**
 * Whether what the calendar tells is no more about the event of ours that followed it last, but about the next time that it takes place: that one is over,
 * or its time has come, and it is to begin after that one's end. What is put off before it begins stays the same event.
 */
export function isNextOccurrence(scheduled: Scheduled, last: Followed, isOver: boolean, now: Instant): boolean {
  const isToCome = scheduled.status === 'scheduled' || scheduled.status === 'active'
  return scheduled.isRecurring && isToCome && scheduled.startsAt >= last.endsAt && (isOver || last.startsAt <= now)
}

/** An event that ended early was shorter, and so is what one must have stayed; one that never began is closed. */
function endOf(ours: Followed, now: Instant): Step {
  if (now < ours.startsAt) return { step: 'end', course: undefined }
  const endsAt = Math.min(ours.endsAt, Math.max(now, ours.startsAt + SHORTEST_MS))
  return { step: 'end', course: timed({ ...ours, endsAt }) }
}

function courseOf({ title, channelId, startsAt: planned, endsAt, status }: Scheduled, now: Instant): Course {
  // Opened before its time: it begins now.
  const startsAt = status === 'active' ? Math.min(planned, now) : planned
  const length = Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (endsAt ?? startsAt + UNSAID_MS) - startsAt))
  const name = Array.from(cleanLine(title)).slice(0, MAX_TITLE).join('')
  return timed({ title: name, channelId, startsAt, endsAt: startsAt + length })
}

function timed(event: Followed): Course {
  return {
    title: event.title,
    channelId: event.channelId,
    startsAt: event.startsAt,
    endsAt: event.endsAt,
    opensAt: event.startsAt - OPENS_BEFORE_MS,
    closesAt: event.endsAt + CLOSES_AFTER_MS,
    threshold: defaultThreshold({ from: event.startsAt, to: event.endsAt }),
  }
}

/** A running event may end earlier or later than was planned, within a day and not in the past. */
function later({ endsAt }: Scheduled, ours: Followed, now: Instant): Instant {
  if (endsAt === null) return ours.endsAt
  return Math.min(ours.startsAt + LONGEST_MS, Math.max(endsAt, now, ours.startsAt + SHORTEST_MS))
}

function isSame(a: Followed, b: Followed): boolean {
  return a.title === b.title && a.channelId === b.channelId && a.startsAt === b.startsAt && a.endsAt === b.endsAt
}
