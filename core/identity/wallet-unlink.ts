import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done, refuse } from '../shared/refusal.ts'
import type { WalletPort } from './identity.port.ts'
import { walletTexts } from './wallet.texts.ts'

const { say } = walletTexts

export const walletUnlinkCommand = defineCommand({
  name: ['wallet', 'unlink'],
  summary: say('unlinkSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({}),
  async run({ actor, now, port }: Run<WalletPort>) {
    const wallet = await port.unlink(actor.memberId, now)
    if (wallet === undefined) return refuse({ code: 'wallet.none', kind: 'not_found', reason: say('none'), nextStep: say('noneNext') })
    await port.warn(actor.memberId, actor.account, say('noticeUnlinked', { address: wallet.address }), now)
    return done(wallet)
  },
  render: ({ address }) => ({ audience: 'private', tone: 'done', lines: [say('unlinked', { address }), say('unlinkedNext')] }),
})
