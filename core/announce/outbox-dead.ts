import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import type { DeadLetterPort } from './announce.port.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import { announceTexts } from './announce.texts.ts'
import { deliveryCode } from './announce.types.ts'
import { troubleTable } from './trouble-table.ts'

const { say } = announceTexts
const MOST_SHOWN = 15

export const outboxDeadCommand = defineCommand({
  name: ['outbox', 'dead'],
  summary: say('deadSummary'),
  access: 'operator',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ port }: Run<DeadLetterPort>) => done(await port.troubles(MOST_SHOWN)),
  render: ({ shown, failed, unknown }) => ({
    audience: 'private',
    tone: failed + unknown === 0 ? 'info' : 'fault',
    title: say('deadTitle'),
    lines: [
      ...(failed + unknown === 0 ? [say('deadNone')] : []),
      ...(failed === 0 ? [] : [say('deadFailed', { count: failed })]),
      ...(unknown === 0 ? [] : [say('deadUnknown', { count: unknown })]),
    ],
    ...troubleTable(shown),
    buttons: failed === 0 ? [] : [{ label: say('buttonAllAgain'), command: 'outbox again', input: {}, allowed: 'owner', style: 'primary' }],
    choices:
      shown.length === 0
        ? []
        : [
            {
              label: say('chooseAgain'),
              command: 'outbox again',
              field: 'delivery',
              input: {},
              allowed: 'owner',
              options: shown.map(({ delivery, where, isUnknown }) => ({
                label: say('againOption', { code: deliveryCode(delivery), state: say(isUnknown ? 'stateUnknown' : 'stateFailed') }),
                value: deliveryCode(delivery),
                hint: sharedTexts.say('plain', { text: where }),
              })),
            },
          ],
  }),
})
