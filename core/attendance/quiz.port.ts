import type { DraftPort, NewSubmission } from '../forms/form.port.ts'
import type { Form } from '../forms/form.types.ts'
import type { Instant } from '../shared/instant.ts'
import type { Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { Event } from './attendance.types.ts'
import type { CheckIn, CheckInDecision } from './check-in.rules.ts'
import type { QuizTry } from './quiz.rules.ts'

/** What one step of a quiz changes; runs inside its transaction. */
export interface QuizPort extends DraftPort {
  /** The form of an event's quiz in the version that counts at a moment; nobody closes it until the transaction ends. */
  formOfQuiz(event: number, now: Instant): Promise<Form | undefined>
  /** Oldest first. */
  tries(event: number, memberId: string): Promise<readonly QuizTry[]>
  /** Keeps a try that was graded; undefined when all were used, also by somebody faster. */
  saveTry(event: number, submission: NewSubmission, isPassed: boolean): Promise<number | undefined>
}

/** Taking quizzes. Answers are kept in one transaction and the check-in is written after it, so that nothing is held while a check-in waits for its batch. */
export interface QuizDesk {
  find(event: number): Promise<Event | undefined>
  /** What would be decided about a check-in just now; nothing is written. */
  look(checkIn: CheckIn): Promise<CheckInDecision>
  /** One step in one transaction, kept with its answer when there is one; the same key later is given that answer. @throws MergedMeanwhile */
  step(
    line: { readonly key: string; readonly memberId: string; readonly input: string; readonly at: Instant },
    work: (port: QuizPort) => Promise<Outcome<Reply>>,
  ): Promise<Outcome<Reply>>
  /** When the member passed the quiz of an event. */
  passedAt(event: number, memberId: string): Promise<Instant | undefined>
}
