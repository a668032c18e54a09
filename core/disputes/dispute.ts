import { z } from 'zod'
import { FIRST_PERIOD, LAST_PERIOD, periodAt, periodEnd } from '../economy/release-schedule.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { carried, codeField, paragraphsField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { MOST_OPTIONS, type Reply } from '../shared/reply.ts'
import type { Text } from '../shared/text.ts'
import type { DisputePort } from './dispute.port.ts'
import { disputeRefusal } from './dispute.refusals.ts'
import { disputablePeriod, disputeProblem, disputeTimes } from './dispute.rules.ts'
import { disputeTexts } from './dispute.texts.ts'
import { disputeCode, lineCode, type DisputableLine } from './dispute.types.ts'
import { whatText } from './line-text.ts'

const { say } = disputeTexts

/** Of what a panel reads in a minute. */
const MAX_REASON = 1_000
const MAX_REASON_LINES = 20
/** A page that fits a phone, and within what a list holds. */
const SHOWN = Math.min(10, MOST_OPTIONS)

type Shown =
  | {
      readonly kind: 'list'
      readonly period: number
      readonly until: Instant
      readonly lines: readonly DisputableLine[]
      readonly hasOlder: boolean
    }
  | { readonly kind: 'opened'; readonly number: number; readonly line: DisputableLine; readonly decidedBy: Instant }

export const disputeCommand = defineCommand({
  name: ['dispute'],
  summary: say('summary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({
    line: codeField(say('line'), 'LINE', 'own-line').optional(),
    reason: paragraphsField(say('reason'), { max: MAX_REASON, maxLines: MAX_REASON_LINES }).optional(),
    before: carried(codeField(say('before'), 'LINE').optional()),
  }),
  async run({ actor: { memberId }, now, port }: Run<DisputePort>, { line: number, reason, before }): Promise<Outcome<Shown>> {
    if (number === undefined) return list(port, memberId, before, now)
    const times = (period: number) => disputeTimes(port.genesis, period)
    const line = await port.line(number)
    const problem = disputeProblem(line, memberId, times, now)
    if (problem !== undefined || line === undefined) return refuse(disputeRefusal(problem ?? 'no_line', number, line, times))
    if (reason === undefined)
      return refuse({
        code: 'dispute.reason_missing',
        kind: 'invalid',
        reason: say('reasonMissing', { line: lineCode(number), amount: line.amount }),
        nextStep: say('reasonMissingNext'),
        field: 'reason',
      })
    const opened = await port.open(line, reason, now)
    if (opened === undefined) {
      // Somebody was faster: the same member from another chat, or the close.
      const after = await port.line(number)
      return refuse(disputeRefusal(disputeProblem(after, memberId, times, now) ?? 'too_late', number, after, times))
    }
    return done({ kind: 'opened', number: opened, line, decidedBy: times(line.period).decidedBy })
  },
  render(shown): Reply {
    if (shown.kind === 'list') return renderList(shown)
    const { number, line, decidedBy } = shown
    return {
      audience: 'private',
      tone: 'done',
      lines: [
        say('opened', { code: disputeCode(number), line: lineCode(line.number), amount: line.amount, at: { at: decidedBy } }),
        say('openedNext'),
      ],
    }
  },
})

async function list(port: DisputePort, memberId: string, before: number | undefined, now: Instant): Promise<Outcome<Shown>> {
  const period = disputablePeriod(port.genesis, now)
  if (period === undefined) {
    const next = Math.max(FIRST_PERIOD, periodAt(port.genesis, now))
    const nextStep = next > LAST_PERIOD ? say('noneAfterAll') : say('noneNext', { at: { at: periodEnd(port.genesis, next) } })
    return refuse({ code: 'dispute.none', kind: 'not_found', reason: say('none'), nextStep })
  }
  const found = await port.lines(memberId, period, before, SHOWN + 1)
  const { until } = disputeTimes(port.genesis, period)
  return done({ kind: 'list', period, until, lines: found.slice(0, SHOWN), hasOlder: found.length > SHOWN })
}

function renderList({ period, until, lines, hasOlder }: Shown & { kind: 'list' }): Reply {
  const free = lines.filter(({ dispute, kind }) => dispute === undefined && kind !== 'correction')
  return {
    audience: 'private',
    tone: 'info',
    title: say('listTitle', { number: period }),
    lines: [lines.length === 0 ? say('listEmpty') : say('listHow', { at: { at: until } })],
    ...(lines.length === 0
      ? {}
      : {
          table: {
            header: [say('columnLine'), say('columnAmount'), say('columnWhat'), say('columnState')],
            rows: lines.map((line) => [lineCode(line.number), line.amount, whatText(line), stateText(line)]),
          },
        }),
    ...(hasOlder
      ? {
          buttons: [
            { label: say('older'), command: 'dispute', input: { before: lineCode(lines.at(-1)!.number) }, allowed: 'owner' as const },
          ],
        }
      : {}),
    ...(free.length === 0
      ? {}
      : {
          choices: [
            {
              label: say('choose'),
              command: 'dispute',
              field: 'line',
              input: {},
              allowed: 'owner' as const,
              options: free.map((line) => ({
                label: say('option', { line: lineCode(line.number), amount: line.amount }),
                value: lineCode(line.number),
                hint: whatText(line),
              })),
            },
          ],
        }),
  }
}

function stateText({ dispute }: DisputableLine): Text {
  if (dispute === undefined) return say('stateNone')
  return say('stateOf', { code: disputeCode(dispute.number), state: say(`state_${dispute.state}`) })
}
