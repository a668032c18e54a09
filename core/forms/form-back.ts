import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, textField } from '../shared/field.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { no } from './conditions.ts'
import { keepAnswers, openDraft, questionOf, type Filling } from './filling.ts'
import { whichForm } from './form-fields.ts'
import type { DraftPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import { renderFilling } from './render-filling.ts'

const { say } = formTexts

/** The question before the one where the member is; after the last one, the last. */
export const formBackCommand = defineCommand({
  name: ['form', 'back'],
  summary: say('backSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  unlisted: true,
  input: z.object({ form: whichForm(), question: carried(textField(say('question'), { max: 40 }).optional()) }),
  async run({ actor, now, port }: Run<DraftPort>, { form: number, question }): Promise<Outcome<Filling>> {
    const opened = await openDraft(port, number, actor.memberId)
    if (!opened.ok) return opened
    const filling = opened.result
    const here = questionOf(filling, question)
    const place = here === undefined ? filling.asked.length : filling.asked.indexOf(here)
    const before = filling.asked[place - 1]
    if (before === undefined) return no('form.first', 'conflict', say('firstAlready'), say('firstAlreadyNext'))
    return done(await keepAnswers(port, filling, filling.draft.answers, now, () => before.field.id))
  },
  render: (filling) => renderFilling(filling),
})
