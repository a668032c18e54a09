import { z } from 'zod'
import { commandName, defineCommand, type Run } from '../shared/command.ts'
import { booleanField, carried, codeField, verbatimField } from '../shared/field.ts'
import { done, refuse, type Outcome, type Refusal } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Text } from '../shared/text.ts'
import { attendanceTexts } from './attendance.texts.ts'
import { eventCode } from './attendance.types.ts'
import type { CheckInItem, RosterPort } from './check-in.port.ts'
import { checkInTexts } from './check-in.texts.ts'
import { renderCheckIn } from './check-in-answer.ts'
import { requireOwnEvent } from './event-access.ts'
import { MAX_ROSTER_LINES, readRoster } from './event.rules.ts'
import { sortRoster, type SortedRoster } from './roster.rules.ts'

const { say } = attendanceTexts
const SHOWN_PROBLEMS = 15

type Shown = { readonly number: number; readonly list: string; readonly sorted: SortedRoster } & (
  | { readonly stage: 'check' }
  | {
      readonly stage: 'done'
      readonly accepted: number
      readonly unfunded: number
      readonly skipped: readonly { name: string; reason: Text }[]
    }
)

/** First a report line by line, then on confirmation the check-ins of the good lines: nothing good is lost for a bad one. */
export const eventRosterCommand = defineCommand({
  name: ['event', 'roster'],
  summary: say('rosterSummary'),
  access: 'host',
  effect: 'grouped',
  audience: 'private',
  input: z.object({
    event: codeField(say('event'), 'EVT', 'own-event'),
    list: verbatimField(say('list'), { max: 150_000, file: true }),
    confirm: carried(booleanField(say('confirm')).optional()),
  }),
  async run(run: Run<RosterPort>, { event: number, list, confirm }): Promise<Outcome<Shown>> {
    const { actor, port } = run
    const found = await requireOwnEvent(port, number, actor)
    if (!found.ok) return found
    const read = readRoster(list)
    if (!read.ok) return unreadable(read)
    const resolved = await port.resolve(
      actor.account.platform,
      read.lines.map(({ reference }) => reference),
    )
    const ids = resolved.flatMap((one) => (typeof one === 'object' ? [one.memberId] : []))
    const sorted = sortRoster(read.lines, resolved, await port.attended(number, ids))
    if (confirm !== true) return done({ stage: 'check', number, list, sorted })
    return done({ stage: 'done', number, list, sorted, ...(await checkInAll(run, number, sorted)) })
  },
  render: (shown) => (shown.stage === 'check' ? renderReport(shown) : renderDone(shown)),
})

async function checkInAll({ actor, now, key, port }: Run<RosterPort>, number: number, { good }: SortedRoster) {
  const results = await Promise.all(
    good.map(({ memberId }) => {
      const lineKey = `${key}/${memberId}`
      const item: CheckInItem = {
        key: lineKey,
        checkIn: { memberId, event: number, evidence: 'roster', code: undefined, codeHash: undefined, at: now },
        auditLine: (decision) => ({
          key: lineKey,
          memberId: actor.memberId,
          command: commandName(eventRosterCommand),
          input: JSON.stringify({ event: eventCode(number), member: memberId }),
          reply: renderCheckIn(decision, undefined),
          at: now,
        }),
      }
      return port.submit(item)
    }),
  )
  const skipped: { name: string; reason: Text }[] = []
  let accepted = 0
  let unfunded = 0
  results.forEach((result, index) => {
    if ('replayed' in result) accepted += 1
    else if (result.decision.ok) {
      accepted += 1
      if (result.decision.reward === 'unfunded') unfunded += 1
    } else skipped.push({ name: good[index]!.name, reason: checkInTexts.say(result.decision.refusal, { event: eventCode(number) }) })
  })
  return { accepted, unfunded, skipped }
}

function unreadable(read: Exclude<ReturnType<typeof readRoster>, { ok: true }>): { ok: false; refusal: Refusal } {
  if (read.problem === 'encoding')
    return refuse({
      code: 'roster.encoding',
      kind: 'invalid',
      reason: say('rosterEncoding', { line: read.line }),
      nextStep: say('rosterEncodingNext'),
      field: 'list',
    })
  if (read.problem === 'too_long')
    return refuse({
      code: 'roster.too_long',
      kind: 'invalid',
      reason: say('rosterTooLong', { max: MAX_ROSTER_LINES }),
      nextStep: say('rosterTooLongNext'),
    })
  return refuse({ code: 'roster.empty', kind: 'invalid', reason: say('rosterEmpty'), nextStep: say('rosterEmptyNext'), field: 'list' })
}

function renderReport({ number, list, sorted: { good, bad } }: Shown): Reply {
  const event = eventCode(number)
  const problems = bad.slice(0, SHOWN_PROBLEMS).map(({ line, text, problem }) => say('rosterBadLine', { line, text, problem }))
  return {
    audience: 'private',
    tone: good.length === 0 ? 'refused' : 'info',
    title: say('rosterTitle', { event }),
    lines: [
      good.length === 0 ? say('rosterNone') : say('rosterGood', { count: good.length }),
      ...(bad.length === 0 ? [] : [say('rosterBad', { count: bad.length }), ...problems]),
      ...(bad.length > SHOWN_PROBLEMS ? [say('rosterBadMore', { count: bad.length - SHOWN_PROBLEMS })] : []),
    ],
    buttons:
      good.length === 0
        ? []
        : [
            {
              label: say('rosterConfirm', { count: good.length }),
              command: 'event roster',
              input: { event, list, confirm: 'yes' },
              allowed: 'owner',
              once: true,
              style: 'primary',
            },
          ],
  }
}

function renderDone(shown: Shown & { stage: 'done' }): Reply {
  const skipped = shown.skipped
    .slice(0, SHOWN_PROBLEMS)
    .map(({ name, reason }) => say('rosterSkippedLine', { name: sharedTexts.say('plain', { text: name }), reason }))
  return {
    audience: 'private',
    tone: 'done',
    lines: [
      say('rosterDone', { count: shown.accepted, event: eventCode(shown.number) }),
      ...(shown.unfunded === 0 ? [] : [say('rosterUnfunded', { count: shown.unfunded })]),
      ...(shown.skipped.length === 0 ? [] : [say('rosterSkipped', { count: shown.skipped.length }), ...skipped]),
    ],
  }
}
