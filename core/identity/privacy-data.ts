import { z } from 'zod'
import type { Amount } from '../shared/amount.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { booleanField, carried } from '../shared/field.ts'
import { done, refuse, type Outcome, type RefusalKind } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import type { PrivacyDataPort, PrivacyState } from './privacy-data.port.ts'
import { privacyTexts } from './privacy.texts.ts'

const { say } = privacyTexts

/** A file with everything that is kept about the asker. */
export const privacyExportCommand = defineCommand({
  name: ['privacy', 'export'],
  summary: say('exportSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ actor, port }: Run<PrivacyDataPort>) => done(await port.export(actor.memberId)),
  render: (content) => ({
    audience: 'private',
    tone: 'done',
    lines: [say('exported'), say('exportedNext')],
    file: { name: 'wepos-my-data.json', mediaType: 'application/json', content },
  }),
})

type Step = { readonly kind: 'preview'; readonly state: PrivacyState } | { readonly kind: 'erased'; readonly left: Amount }

/** Erases who the asker is, after showing what goes and what stays. */
export const privacyDeleteCommand = defineCommand({
  name: ['privacy', 'delete'],
  summary: say('deleteSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ confirm: carried(booleanField(say('confirm'))).optional() }),
  async run({ actor, now, port }: Run<PrivacyDataPort>, { confirm = false }): Promise<Outcome<Step>> {
    const state = await port.stateOf(actor.memberId, now)
    if (state.isHeld || actor.blocked) return no('privacy.held', 'forbidden', say('held'), say('heldNext'))
    if (state.isMoving) return no('privacy.value_under_way', 'conflict', say('moving'), say('movingNext'))
    if (state.hasOpenLink) return no('privacy.linked', 'conflict', say('linked'), say('linkedNext'))
    if (!confirm) return done({ kind: 'preview', state })
    await port.erase(actor.memberId, now)
    return done({ kind: 'erased', left: state.balance })
  },
  render: (step) =>
    step.kind === 'erased'
      ? { audience: 'private', tone: 'done', lines: [say('erased'), ...(step.left === 0n ? [] : [say('left', { amount: step.left })])] }
      : {
          audience: 'private',
          tone: 'info',
          title: say('deleteTitle'),
          lines: [
            say('goes'),
            say('stays'),
            ...(step.state.balance === 0n ? [] : [say('balanceStays', { amount: step.state.balance })]),
            ...(step.state.submissions === 0 ? [] : [say('withdrawn', { count: step.state.submissions })]),
            say('forEver'),
          ],
          buttons: [
            {
              label: say('buttonDelete'),
              command: 'privacy delete',
              input: { confirm: 'yes' },
              allowed: 'owner',
              once: true,
              style: 'danger',
            },
          ],
        },
})

function no(code: string, kind: RefusalKind, reason: Text, nextStep: Text) {
  return refuse({ code, kind, reason, nextStep })
}
