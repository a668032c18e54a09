import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { booleanField, carried, codeField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { DeadLetterPort } from './announce.port.ts'
import { announceTexts } from './announce.texts.ts'
import { deliveryCode } from './announce.types.ts'

const { say } = announceTexts

type Again =
  | { readonly kind: 'one'; readonly code: string }
  | { readonly kind: 'all'; readonly count: number; readonly unknown: number }
  /** Nothing was done yet: it may have arrived. */
  | { readonly kind: 'unsure'; readonly code: string; readonly reason: string }

export const outboxAgainCommand = defineCommand({
  name: ['outbox', 'again'],
  summary: say('againSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({
    delivery: codeField(say('delivery'), 'OUT', 'trouble').optional(),
    unsure: carried(booleanField(say('unsure')).optional()),
  }),
  async run({ now, port }: Run<DeadLetterPort>, { delivery, unsure }): Promise<Outcome<Again>> {
    if (delivery === undefined) {
      const count = await port.sendAllAgain(now)
      return done({ kind: 'all', count, unknown: (await port.troubles(1)).unknown })
    }
    const code = deliveryCode(BigInt(delivery))
    const trouble = await port.findTrouble(BigInt(delivery))
    if (trouble?.isUnknown === true && unsure !== true) return done({ kind: 'unsure', code, reason: trouble.reason })
    if (trouble !== undefined && (await port.sendAgain(trouble.delivery, trouble.isUnknown, now))) return done({ kind: 'one', code })
    return refuse({
      code: 'outbox.no_trouble',
      kind: 'not_found',
      reason: trouble === undefined ? say('noTrouble', { code }) : say('changedMeanwhile', { code }),
      nextStep: say('noTroubleNext'),
    })
  },
  render(again): Reply {
    if (again.kind === 'one') return { audience: 'private', tone: 'done', lines: [say('again', { code: again.code })] }
    if (again.kind === 'all') {
      const left = again.unknown === 0 ? [] : [say('stillUnknown', { count: again.unknown })]
      return { audience: 'private', tone: 'done', lines: [say('allAgain', { count: again.count }), ...left] }
    }
    return {
      audience: 'private',
      tone: 'info',
      lines: [say('unsureReason', { code: again.code, reason: again.reason }), say('unsureNext')],
      buttons: [
        {
          label: say('buttonAnyway'),
          command: 'outbox again',
          input: { delivery: again.code, unsure: 'yes' },
          allowed: 'owner',
          once: true,
          style: 'danger',
        },
      ],
    }
  },
})
