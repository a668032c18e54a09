import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import type { EconomyViewPort } from './economy.port.ts'
import { economyTexts } from './economy.texts.ts'
import { worthOf } from './worth.rules.ts'

const { say } = economyTexts

export const worthCommand = defineCommand({
  name: ['worth'],
  summary: say('worthSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  async run({ actor, now, port }: Run<EconomyViewPort>) {
    const { balance } = await port.balance(actor.memberId, now)
    return done(worthOf(balance, port.genesis, now))
  },
  render: ({ balance, price, tickets, next }) => ({
    audience: 'private',
    tone: 'info',
    title: say('worthTitle'),
    lines: [
      say('worthNow', { balance, price, tickets }),
      next === undefined ? say('worthLast') : say('worthNext', { at: { at: next.at }, price: next.price, tickets: next.tickets }),
      say('worthWhy'),
    ],
  }),
})
