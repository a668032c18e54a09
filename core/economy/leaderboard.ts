import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import type { EconomyReads } from './economy.port.ts'
import { economyTexts } from './economy.texts.ts'

const { say } = economyTexts
const SHOWN = 10

export const leaderboardCommand = defineCommand({
  name: ['leaderboard'],
  summary: say('leaderboardSummary'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({}),
  run: async ({ port }: Run<EconomyReads>) => done(await port.leaderboard(SHOWN)),
  render: (rows) => ({
    audience: 'public',
    tone: 'info',
    title: say('leaderboardTitle'),
    lines: rows.length === 0 ? [say('leaderboardEmpty'), say('historyEmptyNext')] : [],
    ...(rows.length === 0
      ? {}
      : {
          table: {
            header: [say('columnRank'), say('columnName'), say('columnEarned')],
            rows: rows.map(({ rank, name, earned }) => [rank, name, earned]),
          },
        }),
  }),
})
