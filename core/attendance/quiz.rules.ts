import type { FormDefinition } from '../forms/form-definition.ts'
import type { FormStatus } from '../forms/form.types.ts'
import { windowHindrance } from '../forms/slot.rules.ts'
import { MINUTE, type Instant } from '../shared/instant.ts'
import type { Interval } from './presence.rules.ts'

/** So often a member may try at one event. */
export const QUIZ_TRIES = 2
/** Between the first try and the second, so that nobody finds the answers by trying. */
export const QUIZ_WAIT_MS = 10 * MINUTE
export const MAX_QUIZ_QUESTIONS = 3

/** One time that a member sent the quiz of an event in. */
export interface QuizTry {
  readonly isPassed: boolean
  readonly at: Instant
}

export type QuizMisfit = 'not_open' | 'no_pass_mark' | 'too_long' | 'pays' | 'reviewed' | 'window'

/** Why a form can not be the quiz of an event; undefined when it can. What it is about comes first, when it is open last. @param times in which it must be open */
export function quizMisfit(status: FormStatus, definition: FormDefinition, times: Interval): QuizMisfit | undefined {
  const { fields, passMark, reward, review } = definition
  if (passMark === undefined) return 'no_pass_mark'
  if (fields.length > MAX_QUIZ_QUESTIONS) return 'too_long'
  // The event pays; a form that pays too would pay twice for one thing.
  if (reward.kind !== 'none') return 'pays'
  if (review.rule !== 'none') return 'reviewed'
  if (status !== 'open') return 'not_open'
  const isShut = [times.from, times.to - 1].some((at) => windowHindrance(status, definition, at) !== undefined)
  return isShut ? 'window' : undefined
}

export type QuizHindrance = { readonly kind: 'spent' } | { readonly kind: 'wait'; readonly at: Instant }

/** Why a member can not try just now, after tries that were not passed; undefined when nothing stands in the way. */
export function tryHindrance(tries: readonly QuizTry[], now: Instant): QuizHindrance | undefined {
  if (tries.length >= QUIZ_TRIES) return { kind: 'spent' }
  const again = Math.max(...tries.map(({ at }) => at + QUIZ_WAIT_MS))
  return now < again ? { kind: 'wait', at: again } : undefined
}

/** The moment whose version of the form counts at an event: until the start the newest, then the one of the start, or of the event's making where that was later. */
export function versionMoment({ startsAt, createdAt }: { readonly startsAt: Instant; readonly createdAt: Instant }, now: Instant): Instant {
  return Math.min(now, Math.max(startsAt, createdAt))
}
