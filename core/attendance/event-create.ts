import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { amountField, choiceField, codeField, instantField, integerField, textField } from '../shared/field.ts'
import { MINUTE } from '../shared/instant.ts'
import { resolveInstant } from '../shared/parse-instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { zoneOffset } from '../shared/zone.ts'
import type { EventCreatePort, NewEvent } from './attendance.port.ts'
import { attendanceTexts } from './attendance.texts.ts'
import { eventCode, EVIDENCE, type Evidence } from './attendance.types.ts'
import { readQuiz } from './event-quiz.ts'
import { defaultThreshold, type Interval } from './presence.rules.ts'
import { CLOSES_AFTER_MS, MAX_AHEAD_MS, MAX_REWARD, OPENS_BEFORE_MS } from './event.rules.ts'

const { say } = attendanceTexts
const EVIDENCE_NAMES = {
  rotating: say('evidence_rotating'),
  codes: say('evidence_codes'),
  roster: say('evidence_roster'),
  presence: say('evidence_presence'),
  quiz: say('evidence_quiz'),
}
const NEXT = {
  rotating: 'createdNextRotating',
  codes: 'createdNextCodes',
  roster: 'createdNextRoster',
  presence: 'createdNextPresence',
  quiz: 'createdNextQuiz',
} as const

interface Created {
  readonly event: string
  readonly title: string
  readonly evidence: Evidence
  readonly opensAt: number
  readonly closesAt: number
}

export const eventCreateCommand = defineCommand({
  name: ['event', 'create'],
  summary: say('createSummary'),
  access: 'host',
  effect: 'write',
  audience: 'private',
  input: z.object({
    title: textField(say('title'), { max: 100, takesRest: true }),
    start: instantField(say('start')),
    minutes: integerField(say('minutes'), { min: 5, max: 1_440 }).optional(),
    place: textField(say('place'), { max: 200 }).optional(),
    evidence: choiceField(say('evidence'), EVIDENCE, EVIDENCE_NAMES).optional(),
    capacity: integerField(say('capacity'), { min: 1, max: 1_000_000 }).optional(),
    reward: amountField(say('reward')).optional(),
    stay: integerField(say('stay'), { min: 1, max: 1_440 }).optional(),
    quiz: codeField(say('quiz'), 'FRM').optional(),
  }),
  async run({ actor, now, port }: Run<EventCreatePort>, input): Promise<Outcome<Created>> {
    const startsAt = resolveInstant(input.start, now, (at) => zoneOffset(actor.timeZone, at))
    const endsAt = startsAt + (input.minutes ?? 60) * MINUTE
    if (endsAt <= now)
      return refuse({ code: 'event.past', kind: 'invalid', reason: say('past'), nextStep: say('pastNext'), field: 'start' })
    if (startsAt > now + MAX_AHEAD_MS)
      return refuse({ code: 'event.far_future', kind: 'invalid', reason: say('farFuture'), nextStep: say('farFutureNext'), field: 'start' })
    // Kept in the event: a later change of the reward table does not touch it (spec 01, "never retroactive").
    const baseReward = input.reward ?? (await port.attendanceReward(now))
    if (baseReward > MAX_REWARD) {
      const reason = say('rewardBounds', { max: MAX_REWARD })
      return refuse({ code: 'event.reward_too_large', kind: 'invalid', reason, nextStep: say('rewardBoundsNext'), field: 'reward' })
    }
    const evidence = input.evidence ?? (input.quiz === undefined ? 'rotating' : 'quiz')
    const presence = readPresence(input, { from: startsAt, to: endsAt }, evidence)
    if (!presence.ok) return presence
    const opensAt = startsAt - OPENS_BEFORE_MS
    const closesAt = endsAt + CLOSES_AFTER_MS
    const quiz = await readQuiz(port, input.quiz, { from: opensAt, to: closesAt }, evidence)
    if (!quiz.ok) return quiz
    const number = await port.create({
      title: input.title,
      // Of a channel the bot that sees it tells the name.
      place: evidence === 'presence' ? '' : (input.place ?? ''),
      startsAt,
      endsAt,
      opensAt,
      closesAt,
      capacity: input.capacity ?? null,
      baseReward,
      evidence,
      codeSecret: port.codes.newSecret(),
      createdBy: actor.memberId,
      createdAt: now,
      ...presence.result,
      ...quiz.result,
    })
    return done({ event: eventCode(number), title: input.title, evidence, opensAt, closesAt })
  },
  render: ({ event, title, evidence, opensAt, closesAt }) => ({
    audience: 'private',
    tone: 'done',
    title: say('created', { event, title }),
    lines: [say('createdOpens', { opens: { at: opensAt }, closes: { at: closesAt } }), say(NEXT[evidence], { event })],
    buttons:
      evidence === 'roster' || evidence === 'presence' || evidence === 'quiz'
        ? []
        : [
            {
              label: say(evidence === 'codes' ? 'buttonMakeCodes' : 'buttonShowCode'),
              command: 'event codes',
              input: { event },
              allowed: 'owner',
              style: 'primary',
            },
          ],
  }),
})

type PresenceInput = { readonly presence?: NonNullable<NewEvent['presence']> }

/** The channel as Discord writes a mention of it, `<#id>`, its id, or its address; and how long one must stay. */
function readPresence(
  { place = '', stay }: { place?: string | undefined; stay?: number | undefined },
  window: Interval,
  evidence: Evidence,
): Outcome<PresenceInput> {
  if (evidence !== 'presence') return done({})
  const channelId = /(?:^|[#/])(\d{15,20})>?$/.exec(place)?.[1]
  if (channelId === undefined)
    return refuse({ code: 'event.no_channel', kind: 'invalid', reason: say('noChannel'), nextStep: say('noChannelNext'), field: 'place' })
  const threshold = stay === undefined ? defaultThreshold(window) : stay * MINUTE
  if (threshold > window.to - window.from)
    return refuse({
      code: 'event.stay_too_long',
      kind: 'invalid',
      reason: say('stayTooLong'),
      nextStep: say('stayTooLongNext'),
      field: 'stay',
    })
  return done({ presence: { channelId, threshold, isNamed: stay !== undefined } })
}
