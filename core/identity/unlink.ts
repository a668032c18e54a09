import { z } from 'zod'
import type { Amount } from '../shared/amount.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, textField } from '../shared/field.ts'
import { done, refuse, type Outcome, type RefusalKind } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import { accountsText } from './account-text.ts'
import type { LinkPort, Unlinking } from './link.port.ts'
import { linkTexts } from './link.texts.ts'

const { say } = linkTexts

type Step =
  | { readonly kind: 'preview'; readonly unlinking: Unlinking }
  | { readonly kind: 'unlinked'; readonly leaving: Unlinking['leaving']; readonly amount: Amount }

/** Undoes the latest link: shows what goes where, and does it when the button is pressed. */
export const unlinkCommand = defineCommand({
  name: ['unlink'],
  summary: say('unlinkSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ confirm: carried(textField(say('confirm'), { max: 20 })).optional() }),
  async run({ actor, now, port }: Run<LinkPort>, { confirm }): Promise<Outcome<Step>> {
    const unlinking = await port.latest(actor.memberId)
    if (unlinking === undefined) return no('unlink.none', 'not_found', say('unlinkNone'), say('unlinkNoneNext'))
    if ((await port.sideOf(actor.memberId)).isHeld) return no('unlink.held', 'forbidden', say('held'), say('heldNext'))
    if (now >= unlinking.until) return tooLate()
    if (confirm === undefined) return unlinking.missing > 0n ? short(unlinking.missing) : done({ kind: 'preview', unlinking })
    // The button of another link than the latest was shown for other amounts.
    if (confirm !== unlinking.id) return no('unlink.none', 'gone', say('unlinkGone'), say('unlinkGoneNext'))
    const undone = await port.unmerge(unlinking.id, actor.memberId, now)
    if (undone.state === 'gone') return no('unlink.none', 'gone', say('unlinkGone'), say('unlinkGoneNext'))
    if (undone.state === 'short') return short(undone.missing)
    const { leaving } = unlinking
    await port.warn(actor.memberId, actor.account, say('unlinkNotice', { accounts: accountsText(leaving) }), now)
    return done({ kind: 'unlinked', leaving, amount: undone.amount })
  },
  render: (step) =>
    step.kind === 'unlinked'
      ? {
          audience: 'private',
          tone: 'done',
          lines: [say('unlinked', { accounts: accountsText(step.leaving), amount: step.amount }), say('unlinkedNext')],
        }
      : {
          audience: 'private',
          tone: 'info',
          title: say('unlinkTitle'),
          lines: [say('unlinkBack'), say('unlinkStays'), say('unlinkUntil', { at: { at: step.unlinking.until } })],
          fields: [
            { label: say('leaving'), value: accountsText(step.unlinking.leaving) },
            { label: say('takesAlong'), value: step.unlinking.amount },
          ],
          buttons: [
            {
              label: say('buttonUnlink'),
              command: 'unlink',
              input: { confirm: step.unlinking.id },
              allowed: 'owner',
              once: true,
              style: 'danger',
            },
          ],
        },
})

const tooLate = () => no('unlink.too_late', 'gone', say('tooLate'), say('tooLateNext'))
const short = (missing: Amount) => no('unlink.spent', 'conflict', say('short', { missing }), say('shortNext', { missing }))

function no(code: string, kind: RefusalKind, reason: Text, nextStep: Text) {
  return refuse({ code, kind, reason, nextStep })
}
