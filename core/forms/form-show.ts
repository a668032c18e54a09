import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { mayUse } from '../shared/dispatch.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import { refused, unknownForm } from './conditions.ts'
import { formCode } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { FormReads } from './form.port.ts'
import { termFields } from './form-terms.ts'
import { formTexts } from './form.texts.ts'
import type { Form, Pay } from './form.types.ts'

const { say } = formTexts

export const formShowCommand = defineCommand({
  name: ['form', 'show'],
  summary: say('showSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({ form: whichForm('open-form') }),
  async run({ actor, now, port }: Run<FormReads>, { form: number }): Promise<Outcome<{ form: Form; pay: Pay }>> {
    const form = await port.find(number)
    if (form === undefined) return unknownForm(number)
    // What is not offered yet is for those who make it.
    if (form.status === 'draft' && !mayUse(actor, 'chair')) return refused(number, { kind: 'not-open' })
    return done({ form, pay: await port.payOf(form.definition, now) })
  },
  render: ({ form: { number, status, version, definition }, pay }): Reply => ({
    audience: 'private',
    tone: 'info',
    title: say('listStatus', { form: formCode(number), title: definition.title, status: say(`status_${status}`), version }),
    lines: [sharedTexts.say('plain', { text: definition.intro })],
    fields: termFields(definition, pay),
    ...(status === 'open'
      ? {
          buttons: [
            { label: say('buttonBegin'), command: 'form fill', input: { form: formCode(number) }, allowed: 'owner', style: 'primary' },
          ],
        }
      : {}),
  }),
})
