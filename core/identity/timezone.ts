import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { textField } from '../shared/field.ts'
import { done, refuse } from '../shared/refusal.ts'
import { identityTexts } from './identity.texts.ts'
import type { IdentityPort } from './identity.port.ts'
import { knownZone } from '../shared/zone.ts'

const { say } = identityTexts

export const timezoneCommand = defineCommand({
  name: ['timezone'],
  summary: say('timezoneSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ zone: textField(say('timezone'), { max: 60, suggest: 'timezone' }) }),
  async run({ actor, now, port }: Run<IdentityPort>, { zone: typed }) {
    const zone = knownZone(typed)
    if (zone === undefined)
      return refuse({
        code: 'timezone.unknown',
        kind: 'invalid',
        reason: say('timezoneUnknown', { zone: typed }),
        nextStep: say('timezoneUnknownNext'),
        field: 'zone',
      })
    await port.setTimeZone(actor.memberId, zone, now)
    return done({ zone, now })
  },
  render: ({ zone, now }) => ({ audience: 'private', tone: 'done', lines: [say('timezoneSet', { zone, now: { at: now } })] }),
})
