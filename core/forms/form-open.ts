import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { no, unknownForm } from './conditions.ts'
import { formCode } from './form-definition.ts'
import { whichForm } from './form-fields.ts'
import type { FormDeskPort } from './form.port.ts'
import { formTexts } from './form.texts.ts'

const { say } = formTexts

export const formOpenCommand = defineCommand({
  name: ['form', 'open'],
  summary: say('openSummary'),
  access: 'chair',
  effect: 'write',
  audience: 'private',
  input: z.object({ form: whichForm('form') }),
  run: ({ port }: Run<FormDeskPort>, { form }) => setStatus(port, form, 'open'),
  render: (form) => ({ audience: 'private', tone: 'done', lines: [say('opened', { form }), say('openedNext')] }),
})

export const formCloseCommand = defineCommand({
  name: ['form', 'close'],
  summary: say('closeSummary'),
  access: 'chair',
  effect: 'write',
  audience: 'private',
  input: z.object({ form: whichForm('form') }),
  run: ({ port }: Run<FormDeskPort>, { form }) => setStatus(port, form, 'closed'),
  render: (form) => ({ audience: 'private', tone: 'done', lines: [say('closed', { form }), say('closedNext', { form })] }),
})

async function setStatus(port: FormDeskPort, number: number, status: 'open' | 'closed'): Promise<Outcome<string>> {
  const form = formCode(number)
  if ((await port.find(number)) === undefined) return unknownForm(number)
  if (await port.setStatus(number, status)) return done(form)
  return no('form.status_already', 'conflict', say('statusAlready', { form }), say('statusAlreadyNext'))
}
