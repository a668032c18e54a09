import type { ChatAccount } from '../shared/actor.ts'
import type { Instant } from '../shared/instant.ts'
import type { CheckInPort } from './check-in.port.ts'
import type { PresenceBatch, WatchedEvent } from './presence-recorder.ts'
import type { Interval } from './presence.rules.ts'
import type { Scheduled } from './scheduled-event.rules.ts'

/** An event whose evidence is presence, as a bot that hears its channel sees it. */
export interface HeardEvent extends WatchedEvent {
  /** Whether presence in the channel is kept already: from a little before the event until a little after it. */
  readonly counts: boolean
  /** Its card does not say yet where it is. */
  readonly isUnnamed: boolean
}

/** What a bot that hears voice channels needs of the product. */
export interface PresencePort {
  readonly now: () => Instant
  /** The id of a new watch. */
  readonly newWatch: () => string
  /** Events that are not over; those that count first, then those that are unnamed. */
  watched(now: Instant): Promise<readonly HeardEvent[]>
  /** Gives an unnamed event the name of its channel as its place. */
  name(event: number, place: string): Promise<void>
  /** Writes a batch, whole; writing it again changes nothing. `accounts` are those of its rows: who was never heard of becomes a member, as by a first command. */
  record(batch: PresenceBatch, accounts: readonly ChatAccount[]): Promise<void>
  /**
   * Brings our events in step with the platform's calendar. `isWhole`: these are all that the community has there.
   * @returns false when there was something to follow and the server is not known as the community's, which it may become
   */
  follow(communityId: string, scheduled: readonly Scheduled[], isWhole: boolean): Promise<boolean>
}

/** An event whose check-in is open and whose evidence is presence. */
export interface RunningEvent {
  readonly number: number
  readonly window: Interval
  /** Milliseconds. */
  readonly threshold: number
}

export interface Candidate {
  readonly memberId: string
  readonly intervals: readonly Interval[]
}

/** What settling presence needs of the database. */
export interface SettlePresencePort extends Pick<CheckInPort, 'submit'> {
  running(now: Instant): Promise<readonly RunningEvent[]>
  /** Members who may have been there long enough and are not checked in, at most `limit`; none when the event is full. */
  candidates(event: RunningEvent, limit: number): Promise<readonly Candidate[]>
  /** Counts who is there and who reached the threshold, and has the event's card redrawn when that changed and the last time is long enough ago. */
  show(event: number, now: Instant): Promise<void>
}
