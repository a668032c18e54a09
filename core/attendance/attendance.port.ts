import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { Text } from '../shared/text.ts'
import type { Form } from '../forms/form.types.ts'
import type { FindMember } from '../identity/identity.port.ts'
import type { FoundMember } from '../identity/identity.types.ts'
import type { Event, EventPresence } from './attendance.types.ts'

export type NewEvent = Omit<Event, 'number' | 'attendees' | 'closedAt' | 'presence'> & {
  readonly createdAt: Instant
  readonly presence?: Pick<EventPresence, 'channelId' | 'threshold' | 'isNamed'>
}

/** `event create` looks at the form of a quiz, which nobody closes or changes until the event is there. */
export interface EventCreatePort extends EventPort {
  holdForm(number: number): Promise<Form | undefined>
}

/** What events need of the database; runs inside the command's transaction. */
export interface EventPort {
  /** Saves an event with its creator as host; gives its number. */
  create(event: NewEvent): Promise<number>
  /** What attendance pays before the multiplier by the reward table at this moment, in nano; the base reward of an event that names none. */
  attendanceReward(at: Instant): Promise<Amount>
  find(number: number): Promise<Event | undefined>
  isHost(event: number, memberId: string): Promise<boolean>
  hosts(event: number): Promise<readonly FoundMember[]>
  /** Not over at `now`, soonest first. */
  upcoming(now: Instant, limit: number): Promise<readonly Event[]>
  /** Newest check-ins that stand, without members who hide from public lists. */
  latestAttendees(event: number, limit: number): Promise<readonly string[]>
  /** False when it was closed before. */
  close(event: number, now: Instant): Promise<boolean>
  readonly codes: CodePort
  readonly undo: UndoPort
  readonly findMember: FindMember
}

/** `event close` first checks in those who have been there long enough, or have passed the quiz. */
export interface EventClosePort extends EventPort {
  settleAttendance(now: Instant): Promise<unknown>
}

export interface CodePort {
  /** 32 random bytes. */
  newSecret(): Uint8Array
  /** The rotating code of this moment, without the event's number. */
  rotating(event: Event, at: Instant): string
  /** Adds `count` fresh single-use codes and gives their text; `limit` bounds all codes of the event and refuses by giving how many there are. */
  issue(event: number, count: number, limit: number): Promise<{ ok: true; codes: readonly string[] } | { ok: false; issued: number }>
}

export interface UndoPort {
  /** Marks an attendance undone, if it stands; gives its grant. */
  mark(event: number, memberId: string, by: string, reason: string, now: Instant): Promise<{ grantId: string } | undefined>
  /** Takes the reward back into its period: `none` when nothing was paid, `funded` when it has its number on chain, `spent` when the balance is too low. */
  reverse(grantId: string, now: Instant): Promise<{ state: 'reversed'; amount: Amount } | { state: 'none' | 'funded' | 'spent' }>
  /** A message in the member's inbox. */
  notify(memberId: string, text: Text, now: Instant): Promise<void>
}
