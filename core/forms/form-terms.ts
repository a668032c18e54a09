import { eventCode } from '../attendance/attendance.types.ts'
import type { Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Text, TextValue } from '../shared/text.ts'
import { listText } from '../shared/list-text.ts'
import type { FormCondition, FormDefinition } from './form-definition.ts'
import { formTexts } from './form.texts.ts'
import type { Pay } from './form.types.ts'
import { mostPoints } from './quiz.rules.ts'

const { say } = formTexts

export function payText({ lowest, highest }: Pay): TextValue {
  if (highest === 0n) return say('paysNothing')
  return lowest === highest ? lowest : say('paysRange', { lowest, highest })
}

/** What a member should know of a form before they begin. */
export function termFields(definition: FormDefinition, pay: Pay): NonNullable<Reply['fields']> {
  const { fields, window, conditions, recurrence } = definition
  return [
    { label: say('fieldQuestions'), value: fields.length },
    { label: say('fieldPays'), value: payText(pay) },
    { label: say('fieldOften'), value: oftenText(recurrence) },
    ...(window.opensAt === undefined ? [] : [{ label: say('fieldFrom'), value: { at: Date.parse(window.opensAt) } }]),
    ...(window.closesAt === undefined ? [] : [{ label: say('fieldUntil'), value: { at: Date.parse(window.closesAt) } }]),
    ...(conditions.length === 0 ? [] : [{ label: say('fieldNeeds'), value: listText(conditions.map(needText)) }]),
    { label: say('fieldReview'), value: reviewText(definition) },
  ]
}

function oftenText({ every, times }: FormDefinition['recurrence']): Text {
  const key = { ever: 'oftenEver', day: 'oftenDay', week: 'oftenWeek', month: 'oftenMonth' } as const
  return say(key[every], { count: times })
}

function needText(condition: FormCondition): Text {
  switch (condition.kind) {
    case 'role':
      return say('needs_role', { role: sharedTexts.say(`role_${condition.role}`) })
    case 'attended':
      return say('needs_attended', { event: eventCode(condition.event) })
    case 'wallet':
      return say('needs_wallet')
    default:
      return say('needs_delegation')
  }
}

function reviewText({ review, passMark, fields }: FormDefinition): Text {
  if (review.rule === 'panel') return say('reviewPanel', { needed: review.needed, panel: review.panel })
  return passMark === undefined ? say('reviewNone') : say('reviewQuiz', { mark: passMark, most: mostPoints(fields) })
}
