import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { EconomyViewPort } from './economy.port.ts'
import { economyTexts } from './economy.texts.ts'

const { say } = economyTexts

export const balanceCommand = defineCommand({
  name: ['balance'],
  summary: say('balanceSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ actor, now, port }: Run<EconomyViewPort>) =>
    done({ ...(await port.balance(actor.memberId, now)), depositAt: `${port.publicOrigin}/deposit` }),
  render: ({ balance, withdrawable, leaving, earned, rank, wallet, autoPayout, depositAt }) => ({
    audience: 'private',
    tone: 'info',
    title: say('balanceTitle'),
    lines: [
      ...(withdrawable < balance ? [say('freshHint')] : []),
      ...(wallet === null ? [] : [say('depositHint', { url: { page: depositAt } })]),
    ],
    fields: [
      { label: say('balance'), value: balance },
      { label: say('withdrawable'), value: withdrawable },
      ...(leaving === 0n ? [] : [{ label: say('leaving'), value: leaving }]),
      { label: say('earned'), value: earned },
      ...(rank === null ? [] : [{ label: say('rank'), value: rank }]),
      { label: say('wallet'), value: wallet ?? say('noWallet') },
      ...(wallet === null ? [] : [{ label: say('autoPayout'), value: sharedTexts.say(autoPayout ? 'on' : 'off') }]),
    ],
  }),
})
