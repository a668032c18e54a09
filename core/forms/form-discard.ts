import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { no } from './conditions.ts'
import { formCode } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { DraftPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'

const { say } = formTexts

export const formDiscardCommand = defineCommand({
  name: ['form', 'discard'],
  summary: say('discardSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ form: whichForm('begun-form') }),
  async run({ actor, port }: Run<Pick<DraftPort, 'discardDraft'>>, { form: number }): Promise<Outcome<string>> {
    const form = formCode(number)
    if (await port.discardDraft(number, actor.memberId)) return done(form)
    return no('form.no_draft', 'not_found', say('noDraft', { form }), say('noDraftNext', { form }))
  },
  render: (form) => ({ audience: 'private', tone: 'done', lines: [say('discarded', { form })], endsAsking: true }),
})
