import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { no } from './conditions.ts'
import { formCode } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { DraftPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'

const { say } = formTexts

/** Stops asking in this chat; the draft stays as it is. */
export const formPauseCommand = defineCommand({
  name: ['form', 'pause'],
  summary: say('pauseSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  unlisted: true,
  input: z.object({ form: whichForm() }),
  async run({ actor, port }: Run<Pick<DraftPort, 'draft'>>, { form: number }): Promise<Outcome<string>> {
    const form = formCode(number)
    if ((await port.draft(number, actor.memberId)) !== undefined) return done(form)
    return no('form.no_draft', 'not_found', say('noDraft', { form }), say('noDraftNext', { form }))
  },
  render: (form) => ({
    audience: 'private',
    tone: 'info',
    lines: [say('paused', { form }), say('pausedNext', { form })],
    endsAsking: true,
  }),
})
