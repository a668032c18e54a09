import { z } from 'zod'
import { readDigestHour } from '../announce/read-hours.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { textField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { DigestPort } from './inbox.port.ts'
import { inboxTexts } from './inbox.texts.ts'

const { say } = inboxTexts

interface Set {
  readonly hour: number
  readonly timeZone: string
  readonly nextAt: Instant
  readonly snoozedUntil: Instant | undefined
}

export const digestCommand = defineCommand({
  name: ['digest'],
  summary: say('digestSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ hour: textField(say('hour'), { max: 10 }) }),
  async run({ actor, now, port }: Run<DigestPort>, { hour: typed }): Promise<Outcome<Set | 'off'>> {
    const hour = readDigestHour(typed)
    if (hour === 'unreadable')
      return refuse({ code: 'digest.hour', kind: 'invalid', reason: say('badHour'), nextStep: say('badHourNext'), field: 'hour' })
    const { memberId, account, timeZone } = actor
    if (hour === 'off') {
      await port.digestOff(memberId)
      return done('off')
    }
    const nextAt = await port.digestAt(memberId, account, hour, timeZone, now)
    return done({ hour, timeZone, nextAt, snoozedUntil: await port.snoozedUntil(memberId, now) })
  },
  render(set): Reply {
    if (set === 'off') return { audience: 'private', tone: 'done', lines: [say('digestOff')] }
    const { hour, timeZone, nextAt, snoozedUntil } = set
    return {
      audience: 'private',
      tone: 'done',
      lines: [
        say('digestOn', { hour, zone: timeZone }),
        say('digestNext', { at: { at: Math.max(nextAt, snoozedUntil ?? 0) } }),
        say('digestStop'),
      ],
    }
  },
})
