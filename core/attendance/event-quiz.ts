import { formCode } from '../forms/form-definition.ts'
import { done, refuse, type Outcome, type RefusalKind } from '../shared/refusal.ts'
import type { EventCreatePort } from './attendance.port.ts'
import type { Evidence } from './attendance.types.ts'
import type { Interval } from './presence.rules.ts'
import { MAX_QUIZ_QUESTIONS, quizMisfit } from './quiz.rules.ts'
import { quizTexts } from './quiz.texts.ts'

const { say } = quizTexts

/** The form of a new event's quiz, by its number. @param times in which check-in is open */
export async function readQuiz(
  port: Pick<EventCreatePort, 'holdForm'>,
  number: number | undefined,
  times: Interval,
  evidence: Evidence,
): Promise<Outcome<{ readonly quiz?: number }>> {
  if (evidence !== 'quiz') return number === undefined ? done({}) : no('not_asked', 'invalid')
  if (number === undefined) return no('missing', 'invalid')
  const form = await port.holdForm(number)
  if (form === undefined) return no('unknown', 'not_found', number)
  const misfit = quizMisfit(form.status, form.definition, times)
  return misfit === undefined ? done({ quiz: number }) : no(misfit, 'conflict', number)
}

type Problem = 'not_asked' | 'missing' | 'unknown' | NonNullable<ReturnType<typeof quizMisfit>>

function no(problem: Problem, kind: RefusalKind, number = 0): Outcome<never> {
  const form = formCode(number)
  return refuse({
    code: `event.quiz_${problem}`,
    kind,
    reason: say(`create_${problem}`, { form, most: MAX_QUIZ_QUESTIONS }),
    nextStep: say(`create_${problem}Next`, { form }),
    field: 'quiz',
  })
}
