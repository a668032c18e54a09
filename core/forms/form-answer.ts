import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { answerField, carried, choiceField, textField, uploadField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { nextField, type AskedField } from './asked-fields.ts'
import { no } from './conditions.ts'
import { keepable, keepAnswers, MAX_TYPED, openDraft, questionOf, type Filling } from './filling.ts'
import { formCode } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { DraftPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import { renderFilling } from './render-filling.ts'

const { say } = formTexts

/**
 * One answer. What was typed is kept, valid or not: a wrong answer is told with its remedy, and asked for again. `act`: of a question with several options,
 * `toggle` switches one on or off, `done` goes on.
 */
export const formAnswerCommand = defineCommand({
  name: ['form', 'answer'],
  summary: say('answerSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  unlisted: true,
  input: z.object({
    form: whichForm(),
    value: answerField(say('value'), { max: MAX_TYPED }).optional(),
    file: uploadField(say('fileOrLink'), { max: MAX_TYPED }).optional(),
    question: carried(textField(say('question'), { max: 40 }).optional()),
    act: carried(choiceField(say('act'), ['toggle', 'done']).optional()),
  }),
  async run({ actor, now, port }: Run<DraftPort>, { form: number, file, value = file, question, act }): Promise<Outcome<Filling>> {
    const opened = await openDraft(port, number, actor.memberId)
    if (!opened.ok) return opened
    const filling = opened.result
    const form = formCode(number)
    const one = questionOf(filling, question)
    if (one === undefined) return no('form.not_asked', 'gone', say('notAsked', { form }), say('notAskedNext', { form }))
    const { id, kind } = one.field
    if (act !== undefined && kind !== 'choices') return no('form.bad_act', 'invalid', say('badAct'), say('notAskedNext', { form }))
    if (value === undefined && act !== 'done')
      return refuse({
        code: 'form.empty_answer',
        kind: 'invalid',
        reason: say('emptyAnswer'),
        nextStep: say('emptyAnswerNext', { form }),
        field: kind === 'file' ? 'file' : 'value',
      })
    const given = act === undefined ? keepable(value ?? '') : act === 'toggle' ? toggled(one, keepable(value ?? '')) : chosenOf(one)
    const answers = { ...filling.draft.answers, [id]: given }
    return done(await keepAnswers(port, filling, answers, now, (asked) => after(asked, id, act)))
  },
  render: (filling) => renderFilling(filling),
})

/** A wrong answer is asked for again, and options are switched until they are confirmed. */
function after(asked: readonly AskedField[], id: string, act: 'toggle' | 'done' | undefined): string | undefined {
  const answered = asked.find(({ field }) => field.id === id)
  return answered?.problem !== undefined || act === 'toggle' ? id : nextField(asked, id)
}

function toggled(one: AskedField, option: string): readonly string[] {
  const chosen = chosenOf(one)
  if (!('options' in one.field) || !one.field.options.some(({ value }) => value === option)) return chosen
  return chosen.includes(option) ? chosen.filter((each) => each !== option) : [...chosen, option]
}

const chosenOf = ({ typed }: AskedField): readonly string[] => (typeof typed === 'object' ? typed : [])
