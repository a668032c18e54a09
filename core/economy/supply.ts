import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import type { EconomyViewPort } from './economy.port.ts'
import { economyTexts } from './economy.texts.ts'
import type { SupplyView } from './economy.types.ts'

const { say } = economyTexts

export const supplyCommand = defineCommand({
  name: ['supply'],
  summary: say('supplySummary'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({}),
  run: async ({ now, port }: Run<EconomyViewPort>) => done({ supply: await port.supply(now), url: `${port.publicOrigin}/` }),
  render: ({ supply, url }) => ({
    audience: 'public',
    tone: supply.reserve?.ok === false ? 'fault' : 'info',
    title: say('supplyTitle'),
    lines: [say('page', { url: { page: url } })],
    fields: [
      { label: say('released'), value: supply.released },
      { label: say('granted'), value: supply.granted },
      { label: say('burned'), value: supply.burned },
      { label: say('circulating'), value: supply.circulating },
      { label: say('pool'), value: supply.pool },
      { label: say('unreleased'), value: supply.unreleased },
      { label: say('grantable'), value: supply.grantable },
      { label: say('reserve'), value: reserveText(supply) },
    ],
  }),
})

function reserveText({ reserve }: SupplyView): Text {
  if (reserve === null) return say('reserveNone')
  return say(reserve.ok ? 'reserveOk' : 'reserveShort', { block: reserve.block, at: { at: reserve.at } })
}
