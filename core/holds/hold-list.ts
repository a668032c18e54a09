import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { HoldPort } from './hold.port.ts'
import { holdTexts } from './hold.texts.ts'
import type { Hold } from './hold.types.ts'

const { say } = holdTexts
const MOST_SHOWN = 15

export const holdListCommand = defineCommand({
  name: ['hold', 'list'],
  summary: say('listSummary'),
  access: 'chair',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ port }: Run<HoldPort>) => done(await port.waiting(MOST_SHOWN)),
  render: ({ holds, more }) =>
    holds.length === 0
      ? { audience: 'private', tone: 'info', title: say('listTitle'), lines: [say('listNone')] }
      : {
          audience: 'private',
          tone: 'info',
          title: say('listTitle'),
          lines: [...(more === 0 ? [] : [say('listMore', { count: more })]), say('listNext')],
          table: {
            header: [say('columnMember'), say('columnSince'), say('columnState'), say('columnSignals')],
            rows: holds.map((hold) => [hold.name, { at: hold.openedAt }, stateText(hold), hold.signals.length]),
          },
          choices: [
            {
              label: say('chooseShow'),
              command: 'hold show',
              field: 'member',
              input: {},
              allowed: 'owner',
              options: holds.map((hold) => ({
                label: sharedTexts.say('plain', { text: hold.name }),
                value: hold.memberId,
                hint: stateText(hold),
              })),
            },
          ],
        },
})

function stateText({ state, appeal }: Hold) {
  if (state === 'open') return say('stateOpen')
  return say(appeal === undefined ? 'stateBlocked' : 'stateAppealed')
}
