import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Text } from '../shared/text.ts'
import type { EconomyReads } from './economy.port.ts'
import { economyTexts } from './economy.texts.ts'
import type { HistoryRow } from './economy.types.ts'

const { say } = economyTexts
const SHOWN = 15

export const historyCommand = defineCommand({
  name: ['history'],
  summary: say('historySummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ actor, port }: Run<EconomyReads>) => done(await port.history(actor.memberId, SHOWN)),
  render: (rows) =>
    rows.length === 0
      ? { audience: 'private', tone: 'info', title: say('historyTitle'), lines: [say('historyEmpty'), say('historyEmptyNext')] }
      : {
          audience: 'private',
          tone: 'info',
          title: say('historyTitle'),
          lines: [],
          table: {
            header: [say('columnWhen'), say('columnAmount'), say('columnWhat')],
            rows: rows.map((row) => [{ at: row.at }, row.amount, whatText(row)]),
          },
        },
})

function whatText({ kind, reference }: HistoryRow): Text {
  if (kind === 'grant' || kind === 'reversal' || kind === 'correction')
    return say(`kind_${kind}`, { reference: sharedTexts.say('plain', { text: reference }) })
  return say(`kind_${kind}`)
}
