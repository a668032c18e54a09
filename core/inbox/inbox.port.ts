import type { Event } from '../attendance/attendance.types.ts'
import type { ChatAccount } from '../shared/actor.ts'
import type { Instant } from '../shared/instant.ts'
import type { InboxMessage } from './inbox.types.ts'

/** Messages of one member. What is given counts as read, once: of two who ask at the same time one gets it as new. */
export interface InboxPort {
  /** The newest unread ones, newest first; how many are left unread, and whether there is anything older than those given. */
  unread(
    memberId: string,
    limit: number,
    now: Instant,
  ): Promise<{ readonly shown: readonly InboxMessage[]; readonly left: number; readonly hasOlder: boolean }>
  /** Newest first, older than `before`, or the newest of all. */
  older(
    memberId: string,
    before: number | undefined,
    limit: number,
    now: Instant,
  ): Promise<{ readonly shown: readonly InboxMessage[]; readonly hasOlder: boolean }>
}

export interface SnoozePort {
  /** Until when nothing is sent that was asked for once; undefined when nothing holds it back now. */
  snoozedUntil(memberId: string, now: Instant): Promise<Instant | undefined>
  snooze(memberId: string, until: Instant | undefined): Promise<void>
}

export interface DigestPort extends Pick<SnoozePort, 'snoozedUntil'> {
  /** Turns the digest on at this hour, for this account; gives when the next one comes. */
  digestAt(memberId: string, account: ChatAccount, hour: number, timeZone: string, now: Instant): Promise<Instant>
  digestOff(memberId: string): Promise<void>
}

export interface NewReminder {
  readonly memberId: string
  /** What it is about, such as `EVT-12`. */
  readonly subject: string
  /** Who gets it. */
  readonly account: ChatAccount
  /** How long before the start, in milliseconds: a start that moves takes the reminder along. */
  readonly lead: number
  /** One that exists keeps the lead that it has: only its next time is another. */
  readonly keepsLead: boolean
  readonly dueAt: Instant
}

export interface RemindPort extends Pick<SnoozePort, 'snoozedUntil'> {
  find(event: number): Promise<Event | undefined>
  /** Sets the member's one reminder of a subject, or changes it. False when `limit` others of theirs wait already. */
  remind(reminder: NewReminder, limit: number): Promise<boolean>
  cancel(memberId: string, subject: string): Promise<void>
}
