import { z } from 'zod'
import { defineCommand } from '../shared/command.ts'
import { carried, textField } from '../shared/field.ts'
import { done } from '../shared/refusal.ts'
import type { Button } from '../shared/reply.ts'
import { identityTexts } from './identity.texts.ts'

const { say } = identityTexts

/** Buttons under the greeting; `event list` and `balance` are what newcomers ask for first. */
const FIRST_STEPS: readonly Button[] = [
  { label: say('buttonBalance'), command: 'balance', input: {}, allowed: 'anyone', style: 'primary' },
  { label: say('buttonEvents'), command: 'event list', input: {}, allowed: 'anyone' },
  { label: say('buttonHelp'), command: 'help', input: {}, allowed: 'anyone' },
]

export const startCommand = defineCommand({
  name: ['start'],
  summary: say('startSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  // Telegram sends the payload of a deep link along; one that no surface understood is ignored.
  input: z.object({ payload: carried(textField(say('startPayload'), { max: 64 }).optional()) }),
  run: () => Promise.resolve(done(undefined)),
  render: (_result, actor) => ({
    audience: 'private',
    tone: 'info',
    title: say('startTitle', { name: actor.name }),
    lines: [say('startWhat'), say('startEarn'), say('startSee'), say('startPaid'), say('startHelp')],
    buttons: FIRST_STEPS,
  }),
})
