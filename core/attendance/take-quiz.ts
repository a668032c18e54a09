import { nextField, soundAnswers } from '../forms/asked-fields.ts'
import { no, unmetConditions } from '../forms/conditions.ts'
import { assess, fillingOf, keepAnswers } from '../forms/filling.ts'
import type { Draft, Form } from '../forms/form.types.ts'
import { mostPoints, scoreOf, type Score } from '../forms/quiz.rules.ts'
import { renderFilling } from '../forms/render-filling.ts'
import type { Run } from '../shared/command.ts'
import type { Instant } from '../shared/instant.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import { eventCode, type Event } from './attendance.types.ts'
import { notACode, refuseCheckIn } from './check-in-answer.ts'
import type { CheckInPort } from './check-in.port.ts'
import type { QuizPort } from './quiz.port.ts'
import { QUIZ_TRIES, QUIZ_WAIT_MS, quizMisfit, tryHindrance, type QuizTry } from './quiz.rules.ts'
import { quizTexts } from './quiz.texts.ts'
import { quizCheckIn } from './settle-quizzes.ts'

const { say } = quizTexts

/** One step of a member in the quiz of an event. */
interface Step {
  readonly port: QuizPort
  readonly event: Event
  readonly form: Form
  readonly draft: Draft | undefined
  readonly tries: readonly QuizTry[]
  readonly memberId: string
  readonly now: Instant
}

/**
 * `checkin EVT-12`: begins the quiz of an event or goes on with it; with `seen`, sends it in as it was seen. The try is kept first, in a transaction of its
 * own. A pass is then checked in by the one path of check-ins; where the process ends before that, the next `checkin` or the job finishes it.
 */
export async function takeQuiz(run: Run<CheckInPort>, number: number, seen: string | undefined): Promise<Outcome<Reply>> {
  const { actor, now, key, port } = run
  const { memberId } = actor
  const { quizzes } = port
  const event = await quizzes.find(number)
  if (event === undefined) return refuseCheckIn('no_such_event', undefined, number)
  const { quiz: formNumber } = event
  if (formNumber === undefined) return notACode()
  const input = JSON.stringify({ code: eventCode(number), ...(seen === undefined ? {} : { seen }) })
  const kept = await quizzes.step({ key, memberId, input, at: now }, async (quiz) => {
    // Held before the tries are read: of two devices that send at once the second sees what the first did.
    const draft = await quiz.lockDraft(formNumber, memberId)
    const tries = await quiz.tries(number, memberId)
    const passed = tries.find(({ isPassed }) => isPassed)
    const { checkIn } = quizCheckIn({ event: number, memberId, at: passed?.at ?? now }, undefined)
    const decision = await quizzes.look(checkIn)
    if (!decision.ok) return refuseCheckIn(decision.refusal, decision.event?.opensAt, number)
    if (passed !== undefined) return done(passedReply(undefined))
    const form = await quiz.formOfQuiz(number, now)
    const waiting = waitFor(event, tries, now)
    if (waiting !== undefined) return waiting
    // Closed or changed since the event was made.
    if (form === undefined || quizMisfit(form.status, form.definition, { from: now, to: now + 1 }) !== undefined) return shut(event)
    const unmet = await unmetConditions(quiz, form.definition, actor)
    if (unmet !== undefined) return unmet
    const step: Step = { port: quiz, event, form, draft, tries, memberId, now }
    return seen === undefined ? begin(step) : send(step, seen)
  })
  // Only a quiz that was passed is done; all else waits for the member.
  if (!kept.ok || kept.result.tone !== 'done') return kept
  return checkInPassed(port, number, memberId, kept.result, now)
}

async function checkInPassed(port: CheckInPort, event: number, memberId: string, passed: Reply, now: Instant): Promise<Outcome<Reply>> {
  const at = (await port.quizzes.passedAt(event, memberId)) ?? now
  const item = quizCheckIn({ event, memberId, at }, port.nextPeriodStart(now))
  const result = await port.submit(item)
  const told = (reply: Reply) => done({ ...passed, lines: [...passed.lines, ...reply.lines] })
  if ('replayed' in result) return told(result.replayed)
  const { decision } = result
  return decision.ok ? told(item.auditLine(decision).reply) : refuseCheckIn(decision.refusal, decision.event?.opensAt, event)
}

function waitFor(event: Event, tries: readonly QuizTry[], now: Instant) {
  const hindered = tryHindrance(tries, now)
  if (hindered?.kind !== 'wait') return hindered === undefined ? undefined : noTryLeft(event)
  return no('quiz.wait', 'limited', say('wait', { event: eventCode(event.number) }), say('waitNext', { at: { at: hindered.at } }))
}

/** The quiz as far as it was filled in. A draft of the same form that was begun elsewhere goes on here with its answers. */
async function begin({ port, event, form, draft: found, tries, memberId, now }: Step): Promise<Outcome<Reply>> {
  const before: Draft = found ?? {
    form: form.number,
    version: form.version,
    memberId,
    answers: {},
    startedAt: now,
    updatedAt: now,
  }
  const { submission: _mended, ...draft } = before
  const filling = await fillingOf(port, form, { ...draft, event: event.number })
  const kept = await keepAnswers(port, filling, filling.draft.answers, now, () => filling.at)
  const { fields, passMark = 0 } = form.definition
  const values = { event: eventCode(event.number), number: tries.length + 1, tries: QUIZ_TRIES, mark: passMark, most: mostPoints(fields) }
  return done(renderFilling({ ...kept, notes: [say('begin', values), ...kept.notes] }))
}

async function send({ port, event, form, draft, tries, memberId, now }: Step, seen: string): Promise<Outcome<Reply>> {
  const code = eventCode(event.number)
  if (draft === undefined || draft.event !== event.number)
    return no('quiz.no_draft', 'not_found', say('no_draft', { event: code }), say('no_draftNext', { event: code }))
  const isSeen = seen === String(draft.updatedAt) && draft.version === form.version
  const read = isSeen ? await assess(port, form, draft, [], true) : await fillingOf(port, form, draft)
  const left = nextField(read.asked)
  if (!isSeen || left !== undefined) return done(renderFilling(await keepAnswers(port, read, read.draft.answers, now, () => left)))
  const score = scoreOf(form.definition, read.asked, port.readAddress)
  if (score === undefined) throw new Error(`the quiz of ${code} has no pass mark`)
  const submission = { form, memberId, answers: soundAnswers(read.asked), score: score.points, at: now }
  // Somebody with the same account was faster.
  if ((await port.saveTry(event.number, submission, score.passed)) === undefined) return noTryLeft(event)
  await port.discardDraft(form.number, memberId)
  return done(score.passed ? passedReply(score) : failedReply(form, event, score, tries.length + 1, now))
}

function passedReply(score: Score | undefined): Reply {
  const lines = score === undefined ? [] : [say('passed', { points: score.points, most: score.most })]
  return { audience: 'private', tone: 'done', lines, endsAsking: true }
}

/** The points, and never which answers were right. */
function failedReply({ definition }: Form, event: Event, { points, most }: Score, used: number, now: Instant): Reply {
  const again = now + QUIZ_WAIT_MS
  const next =
    used >= QUIZ_TRIES
      ? say('failedLast')
      : again < event.closesAt
        ? say('failedAgain', { event: eventCode(event.number), at: { at: again } })
        : say('failedLate')
  return {
    audience: 'private',
    tone: 'info',
    title: sharedTexts.say('plain', { text: definition.title }),
    lines: [say('failed', { points, most, mark: definition.passMark ?? 0 }), next],
    endsAsking: true,
  }
}

function noTryLeft({ number }: Event) {
  return no('quiz.spent', 'limited', say('spent', { event: eventCode(number) }), say('spentNext'))
}

function shut({ number }: Event) {
  return no('quiz.shut', 'gone', say('shut', { event: eventCode(number) }), say('shutNext'))
}
