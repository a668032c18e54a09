import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, codeField, textField } from '../shared/field.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { no } from './conditions.ts'
import { beginDraft, keepAnswers, questionOf, type Filling } from './filling.ts'
import { formCode } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { DraftPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import { renderFilling } from './render-filling.ts'

const { say } = formTexts

/** Begins a form or goes on with it, in whichever chat; also with a submission that was returned. */
export const formFillCommand = defineCommand({
  name: ['form', 'fill'],
  summary: say('fillSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({
    form: whichForm('open-form'),
    question: carried(textField(say('question'), { max: 40 }).optional()),
    submission: carried(codeField(say('submission'), 'SUB').optional()),
  }),
  async run({ actor, now, port }: Run<DraftPort>, { form: number, question, submission }): Promise<Outcome<Filling>> {
    const begun = await beginDraft(port, number, actor, now, submission)
    if (!begun.ok) return begun
    const filling = begun.result
    const wanted = question === undefined ? undefined : questionOf(filling, question)
    if (question !== undefined && wanted === undefined)
      return no('form.not_asked', 'gone', say('notAsked', { form: formCode(number) }), say('notAskedNext', { form: formCode(number) }))
    return done(await keepAnswers(port, filling, filling.draft.answers, now, () => wanted?.field.id ?? filling.at))
  },
  render: (filling) => renderFilling(filling),
})
