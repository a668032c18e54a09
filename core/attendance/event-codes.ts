import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField, integerField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { EventPort } from './attendance.port.ts'
import { attendanceTexts } from './attendance.texts.ts'
import { eventCode } from './attendance.types.ts'
import { showCode } from './check-in-code.ts'
import { requireOwnEvent } from './event-access.ts'
import { MAX_CODES } from './event.rules.ts'

const { say } = attendanceTexts
const DEFAULT_COUNT = 50

type Shown = { readonly event: number } & ({ readonly rotating: string } | { readonly codes: readonly string[] })

export const eventCodesCommand = defineCommand({
  name: ['event', 'codes'],
  summary: say('codesSummary'),
  access: 'host',
  effect: 'write',
  // Only the host sees it; what everybody may see the host shows.
  audience: 'private',
  input: z.object({
    event: codeField(say('event'), 'EVT', 'own-event'),
    count: integerField(say('count'), { min: 1, max: MAX_CODES }).optional(),
  }),
  async run({ actor, now, port }: Run<EventPort>, { event: number, count }): Promise<Outcome<Shown>> {
    const found = await requireOwnEvent(port, number, actor)
    if (!found.ok) return found
    const { evidence } = found.result
    const event = eventCode(number)
    if (evidence === 'rotating' || evidence === 'presence')
      return done({ event: number, rotating: showCode(number, port.codes.rotating(found.result, now)) })
    if (evidence === 'roster')
      return refuse({
        code: 'event.no_codes',
        kind: 'conflict',
        reason: say('codesRoster', { event }),
        nextStep: say('codesRosterNext', { event }),
      })
    if (evidence === 'quiz')
      return refuse({
        code: 'event.no_codes',
        kind: 'conflict',
        reason: say('codesQuiz', { event }),
        nextStep: say('codesQuizNext', { event }),
      })
    const issued = await port.codes.issue(number, count ?? DEFAULT_COUNT, MAX_CODES)
    if (issued.ok) return done({ event: number, codes: issued.codes.map((code) => showCode(number, code)) })
    const reason = say('codesTooMany', { event, issued: issued.issued, max: MAX_CODES })
    return refuse({ code: 'event.too_many_codes', kind: 'limited', reason, nextStep: say('codesTooManyNext') })
  },
  render(shown) {
    const event = eventCode(shown.event)
    if ('rotating' in shown)
      return {
        audience: 'private',
        tone: 'info',
        title: say('codesTitle', { event }),
        lines: [say('codesSay'), say('codesHow', { code: shown.rotating })],
        verbatim: shown.rotating,
        buttons: [{ label: say('codesRefresh'), command: 'event codes', input: { event }, allowed: 'owner', style: 'primary' }],
      }
    return {
      audience: 'private',
      tone: 'done',
      lines: [say('codesMade', { event, count: shown.codes.length }), say('codesMadeNext')],
      file: { name: `${event}-codes.csv`, mediaType: 'text/csv', content: `code\r\n${shown.codes.join('\r\n')}\r\n` },
    }
  },
})
