import type { Instant } from '../shared/instant.ts'
import { MAX_SUGGESTIONS, type Source } from '../shared/suggest.ts'
import { attendanceTexts } from './attendance.texts.ts'
import { eventCode, type Event } from './attendance.types.ts'

const { say } = attendanceTexts

/** What of an event is shown while somebody types its code. */
export type EventHint = Pick<Event, 'number' | 'title' | 'startsAt'>

export interface EventSearch {
  /** Every word must stand in the title, folded; none: every event. */
  readonly words: readonly string[]
  /** The beginning of the event's number; events found by it come as well as those found by title. */
  readonly number: string | undefined
  /** Whose events come first. */
  readonly memberId: string
  /** Only events of that host. */
  readonly ownOnly: boolean
  readonly now: Instant
  readonly limit: number
}

/** Events as the database finds them: the member's own first, then open ones, then those to come by their start, then past ones, the latest first. */
export type FindEvents = (search: EventSearch) => Promise<readonly EventHint[]>

/** Offers events by code or title. */
export function eventSource(find: FindEvents, scope: 'all' | 'own'): Source {
  return async ({ actor, typed, now }) => {
    const found = await find({
      words: typed === '' ? [] : typed.split(' '),
      number: /^(?:evt)?-?(\d{0,9})$/.exec(typed.replaceAll(' ', ''))?.[1],
      memberId: actor.memberId,
      ownOnly: scope === 'own' && !actor.roles.has('operator'),
      now,
      limit: MAX_SUGGESTIONS,
    })
    return found.map(({ number, title, startsAt }) => ({
      value: eventCode(number),
      label: say('eventLine', { event: eventCode(number), title, start: { at: startsAt } }),
    }))
  }
}
