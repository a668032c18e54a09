import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { booleanField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { WithdrawPort } from './economy.port.ts'
import { economyTexts } from './economy.texts.ts'
import { MIN_AUTO_PAYOUT } from './withdraw.rules.ts'

const { say } = economyTexts

export const payoutAutoCommand = defineCommand({
  name: ['payout', 'auto'],
  summary: say('payoutSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ on: booleanField(say('on')) }),
  async run({ actor, port }: Run<WithdrawPort>, { on }): Promise<Outcome<string | undefined>> {
    const wallet = await port.walletOf(actor.memberId)
    if (on && wallet === undefined)
      return refuse({ code: 'withdraw.no_wallet', kind: 'conflict', reason: say('noWalletReason'), nextStep: say('noWalletNext') })
    await port.setAutoPayout(actor.memberId, on)
    return done(on ? wallet?.address : undefined)
  },
  render: (address) => ({
    audience: 'private',
    tone: 'done',
    lines: [address === undefined ? say('payoutOff') : say('payoutOn', { min: MIN_AUTO_PAYOUT, address })],
  }),
})
