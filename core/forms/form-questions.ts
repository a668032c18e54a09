import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, integerField } from '../shared/field.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { no, unknownForm } from './conditions.ts'
import { fillingOf, formOf, type Filling } from './filling.ts'
import { formCode, MAX_FIELDS } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { DraftPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import { renderPage } from './render-filling.ts'

const { say } = formTexts

/** A page of questions with what the draft has. Reads only and holds nothing: a modal has to be there within seconds, and may be opened in vain. */
export const formQuestionsCommand = defineCommand({
  name: ['form', 'questions'],
  summary: say('questionsSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  unlisted: true,
  input: z.object({ form: whichForm(), page: carried(integerField(say('page'), { min: 1, max: MAX_FIELDS }).optional()) }),
  async run({ actor, port }: Run<DraftPort>, { form: number, page = 1 }): Promise<Outcome<{ filling: Filling; page: number }>> {
    const form = await port.find(number)
    if (form === undefined) return unknownForm(number)
    const draft = await port.draft(number, actor.memberId)
    const code = formCode(number)
    if (draft === undefined) return no('form.no_draft', 'not_found', say('noDraft', { form: code }), say('noDraftNext', { form: code }))
    return done({ filling: await fillingOf(port, await formOf(port, form, draft), draft), page })
  },
  render: ({ filling, page }) => renderPage(filling, page),
})
