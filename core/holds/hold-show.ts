import { z } from 'zod'
import { requireMember } from '../identity/find-member.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { memberField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { signalLines } from './hold-lines.ts'
import type { HoldPort } from './hold.port.ts'
import { holdTexts } from './hold.texts.ts'
import type { Hold } from './hold.types.ts'

const { say } = holdTexts

export const holdShowCommand = defineCommand({
  name: ['hold', 'show'],
  summary: say('showSummary'),
  access: 'chair',
  effect: 'read',
  audience: 'private',
  input: z.object({ member: memberField(say('member')) }),
  async run({ actor, port }: Run<HoldPort>, { member }): Promise<Outcome<Hold>> {
    const found = await requireMember(port.findMember, actor.account.platform, member)
    if (!found.ok) return found
    const hold = await port.holdOf(found.result.memberId)
    return hold === undefined
      ? refuse({ code: 'hold.none', kind: 'not_found', reason: say('none', { name: found.result.name }), nextStep: say('noneNext') })
      : done(hold)
  },
  render: (hold) => ({
    audience: 'private',
    tone: 'info',
    title: say('showTitle', { name: hold.name }),
    lines: [
      hold.reason === undefined
        ? say('showSince', { at: { at: hold.openedAt } })
        : say('showBlocked', { at: { at: hold.openedAt }, reason: hold.reason }),
      ...signalLines(hold, 'committee'),
      ...(hold.signals.length === 0 ? [] : [say('showSignals')]),
      ...(hold.appeal === undefined ? [] : [say('showAppeal', { appeal: hold.appeal })]),
    ],
    // Both ask for the reason.
    buttons: [
      { label: say('buttonClear'), command: 'hold clear', input: { member: hold.memberId }, allowed: 'owner', style: 'primary' },
      ...(hold.state === 'blocked'
        ? []
        : [
            {
              label: say('buttonBlock'),
              command: 'hold block',
              input: { member: hold.memberId },
              allowed: 'owner',
              style: 'danger',
            } as const,
          ]),
    ],
  }),
})
