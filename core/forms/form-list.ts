import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { mayUse } from '../shared/dispatch.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { MOST_OPTIONS } from '../shared/reply.ts'
import { formCode } from './form-definition.ts'
import type { DraftPort } from './form.port.ts'
import { payText } from './form-terms.ts'
import { formTexts } from './form.texts.ts'
import type { Form, Pay } from './form.types.ts'

const { say } = formTexts

interface Listed {
  readonly open: readonly { readonly form: Form; readonly pay: Pay }[]
  /** Forms of which the member has a draft. */
  readonly begun: readonly number[]
  /** All others, for who keeps forms. */
  readonly others: readonly Form[]
}

export const formListCommand = defineCommand({
  name: ['form', 'list'],
  summary: say('listSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  async run({ actor, now, port }: Run<DraftPort>): Promise<Outcome<Listed>> {
    const forms = await port.openForms(now, MOST_OPTIONS)
    const open = await Promise.all(forms.map(async (form) => ({ form, pay: await port.payOf(form.definition, now) })))
    const drafts = await port.draftsOf(actor.memberId)
    const others = mayUse(actor, 'chair')
      ? (await port.allForms(MOST_OPTIONS)).filter(({ number }) => !forms.some((form) => form.number === number))
      : []
    return done({ open, begun: drafts.map(({ form }) => form), others })
  },
  render: ({ open, begun, others }): Reply => ({
    audience: 'private',
    tone: 'info',
    title: say('listTitle'),
    lines: [
      ...(open.length === 0 ? [say('listEmpty'), say('listEmptyNext')] : []),
      ...open.map(({ form: { number, definition }, pay }) => {
        const named = { form: formCode(number), title: definition.title }
        return pay.highest === 0n ? say('listLineFree', named) : say('listLine', { ...named, pay: payText(pay) })
      }),
      ...begun.map((number) => say('listDraft', { form: formCode(number) })),
      ...others.map(({ number, definition, status, version }) =>
        say('listStatus', { form: formCode(number), title: definition.title, status: say(`status_${status}`), version }),
      ),
    ],
    choices:
      open.length === 0
        ? []
        : [
            {
              label: say('listChoose'),
              command: 'form show',
              field: 'form',
              input: {},
              allowed: 'owner',
              options: open.map(({ form: { number, definition } }) => ({
                label: say('listOption', { form: formCode(number), title: definition.title }),
                value: formCode(number),
              })),
            },
          ],
  }),
})
