import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { unknownForm } from './conditions.ts'
import { formCode } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { FormReads } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import type { Form } from './form.types.ts'
import { writeForm } from './read-form.ts'

const { say } = formTexts

/** The whole form, expected answers included: for those who keep forms alone. */
export const formExportCommand = defineCommand({
  name: ['form', 'export'],
  summary: say('exportSummary'),
  access: 'chair',
  effect: 'read',
  audience: 'private',
  input: z.object({ form: whichForm('form') }),
  async run({ port }: Run<FormReads>, { form: number }): Promise<Outcome<Form>> {
    const form = await port.find(number)
    return form === undefined ? unknownForm(number) : done(form)
  },
  render: ({ number, version, definition }) => ({
    audience: 'private',
    tone: 'info',
    lines: [say('exported', { form: formCode(number), version })],
    file: { name: `${formCode(number)}-v${version}.json`, mediaType: 'application/json', content: writeForm(definition) },
  }),
})
