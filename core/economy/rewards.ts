import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import type { Instant } from '../shared/instant.ts'
import { done } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import type { EconomyViewPort } from './economy.port.ts'
import { LAST_PERIOD } from './release-schedule.ts'
import { rangeText } from './reward-range-text.ts'
import type { RewardTableView } from './reward-table.rules.ts'
import { rewardTableTexts } from './reward-table.texts.ts'

const { say } = rewardTableTexts

export const rewardsCommand = defineCommand({
  name: ['rewards'],
  summary: say('summary'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({}),
  run: async ({ now, port }: Run<EconomyViewPort>) => done({ view: await port.rewards(now), genesis: port.genesis }),
  render: ({ view, genesis }) => ({
    audience: 'public',
    tone: 'info',
    title: say('title'),
    lines: [whenPaid(view, genesis), say('campaigns')],
    table: {
      header: [say('columnKind'), say('columnBase'), say('columnPaid'), say('columnSince')],
      rows: view.rewards.map(({ kind, base, paid, since }) => [
        say(`kind_${kind}`),
        rangeText(base),
        paid === null ? say('nothing') : rangeText(paid),
        since === null ? say('sinceStart') : { at: since },
      ]),
    },
  }),
})

function whenPaid({ period, multiplier }: RewardTableView, genesis: Instant): Text {
  if (period === 0) return say('before', { at: { at: genesis } })
  return period > LAST_PERIOD ? say('after') : say('multiplied', { multiplier })
}
