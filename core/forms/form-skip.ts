import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, textField } from '../shared/field.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { nextField } from './asked-fields.ts'
import { no } from './conditions.ts'
import { keepAnswers, openDraft, questionOf, type Filling } from './filling.ts'
import { formCode } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { DraftPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import { renderFilling } from './render-filling.ts'

const { say } = formTexts

/** Leaves a question out that may be left out; an answer that it had is taken out. */
export const formSkipCommand = defineCommand({
  name: ['form', 'skip'],
  summary: say('skipSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  unlisted: true,
  input: z.object({ form: whichForm(), question: carried(textField(say('question'), { max: 40 }).optional()) }),
  async run({ actor, now, port }: Run<DraftPort>, { form: number, question }): Promise<Outcome<Filling>> {
    const opened = await openDraft(port, number, actor.memberId)
    if (!opened.ok) return opened
    const filling = opened.result
    const form = formCode(number)
    const here = questionOf(filling, question)
    if (here === undefined) return no('form.not_asked', 'gone', say('notAsked', { form }), say('notAskedNext', { form }))
    const { id, label, required } = here.field
    if (required) return no('form.must_answer', 'conflict', say('mustAnswer', { field: label }), say('mustAnswerNext'))
    return done(await keepAnswers(port, filling, { ...filling.draft.answers, [id]: '' }, now, (asked) => nextField(asked, id)))
  },
  render: (filling) => renderFilling(filling),
})
