import type { AuditLine } from '../shared/dispatch.ts'
import type { Instant } from '../shared/instant.ts'
import type { Platform } from '../shared/actor.ts'
import type { Reply } from '../shared/reply.ts'
import type { FoundMember } from '../identity/identity.types.ts'
import type { CheckIn, CheckInDecision } from './check-in.rules.ts'
import type { EventLookup } from './event-access.ts'
import type { QuizDesk } from './quiz.port.ts'

/** A check-in on its way to the store. The line is written in the same statement as the effect, and only if it is accepted. */
export interface CheckInItem {
  readonly checkIn: CheckIn
  readonly key: string
  auditLine(decision: CheckInDecision & { ok: true }): AuditLine
}

/** The decision, or the reply that was given when the same key came before. */
export type CheckInResult = { readonly replayed: Reply } | { readonly decision: CheckInDecision }

/** What check-ins need of the world. `submit` is a group commit and answers after it is durable. */
export interface CheckInPort {
  readonly submit: (item: CheckInItem) => Promise<CheckInResult>
  /** The keyed hash under which a single-use code is stored. */
  readonly hashCode: (event: number, code: string) => Uint8Array
  /** The only event that is open now, for codes typed without a number. */
  soleOpenEvent(now: Instant): Promise<number | undefined>
  readonly quizzes: QuizDesk
  /** Start of the next period; undefined after the last. */
  nextPeriodStart(now: Instant): Instant | undefined
}

/** A line of a roster after it was looked up. */
export type Resolved = FoundMember | 'many' | undefined

export interface RosterPort extends EventLookup, Pick<CheckInPort, 'submit'> {
  /** Each reference's member, in order. */
  resolve(platform: Platform, references: readonly string[]): Promise<readonly Resolved[]>
  /** Those of the members who are checked in already. */
  attended(event: number, memberIds: readonly string[]): Promise<ReadonlySet<string>>
}
