import { z } from 'zod'
import type { Amount } from '../shared/amount.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { booleanField, codeField } from '../shared/field.ts'
import { MINUTE, type Instant } from '../shared/instant.ts'
import { listText } from '../shared/list-text.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import type { Button, Reply } from '../shared/reply.ts'
import type { Text } from '../shared/text.ts'
import type { EventPort } from './attendance.port.ts'
import { attendanceTexts } from './attendance.texts.ts'
import { eventCode, type Event, type EventPresence } from './attendance.types.ts'
import { requireEvent, requireOwnEvent } from './event-access.ts'
import { eventState } from './event.rules.ts'
import { PRESENCE_KEPT_MS, timePresent, type Interval } from './presence.rules.ts'

const { say } = attendanceTexts
const LATEST = 8

export interface EventCard {
  readonly event: Event
  readonly hosts: readonly string[]
  readonly latest: readonly string[]
  readonly reward: Amount
  readonly now: Instant
  /** Milliseconds that the asker has been there; undefined on what others read too. */
  readonly own?: number
  /** Members who tried the quiz and who passed it; undefined on what others than its hosts read. */
  readonly quiz?: QuizCounts
}

export interface QuizCounts {
  readonly tried: number
  readonly passed: number
}

/** `event show` needs what the reward is worth now. */
export interface EventCardPort extends Pick<EventPort, 'find' | 'hosts' | 'latestAttendees'> {
  rewardOf(base: Amount, at: Instant): Amount
}

export interface EventShowPort extends EventCardPort {
  /** When a member was seen in the event's channel, by all accounts. */
  presenceOf(event: number, memberId: string): Promise<readonly Interval[]>
  isHost(event: number, memberId: string): Promise<boolean>
  quizCounts(event: number): Promise<QuizCounts>
}

/** Everything on the card of an event; also read again when a shown card is brought up to date. */
export async function readEventCard(port: EventCardPort, event: Event, now: Instant): Promise<EventCard> {
  const [hosts, latest] = await Promise.all([port.hosts(event.number), port.latestAttendees(event.number, LATEST)])
  return { event, hosts: hosts.map(({ name }) => name), latest, reward: port.rewardOf(event.baseReward, now), now }
}

export const eventShowCommand = defineCommand({
  name: ['event', 'show'],
  summary: say('showSummary'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({ event: codeField(say('event'), 'EVT', 'event'), mine: booleanField(say('mine')).optional() }),
  async run({ actor, now, port }: Run<EventShowPort>, { event, mine }): Promise<Outcome<EventCard>> {
    const found = await requireEvent(port, event)
    if (!found.ok) return found
    const card = await readEventCard(port, found.result, now)
    const isMine = mine ?? actor.place.kind === 'private'
    if (isMine && found.result.quiz !== undefined && (await requireOwnEvent(port, event, actor)).ok)
      return done({ ...card, quiz: await port.quizCounts(event) })
    const isKept = found.result.presence !== undefined && now < (found.result.closedAt ?? found.result.closesAt) + PRESENCE_KEPT_MS
    if (!isKept || !isMine) return done(card)
    const window = { from: found.result.startsAt, to: found.result.endsAt }
    return done({ ...card, own: timePresent(await port.presenceOf(found.result.number, actor.memberId), window) })
  },
  render: renderEventCard,
})

/** With the asker's own time, or what only hosts read, it is for the asker alone, and not kept up to date: what is edited later is what everyone may read. */
export function renderEventCard({ event, hosts, latest, reward, now, own, quiz }: EventCard): Reply {
  const attendees = event.capacity === null ? event.attendees : say('attendeesOf', { attendees: event.attendees, capacity: event.capacity })
  return {
    ...(own === undefined && quiz === undefined ? { audience: 'public', card: eventCode(event.number) } : { audience: 'private' }),
    tone: 'info',
    title: say('eventLine', { event: eventCode(event.number), title: event.title, start: { at: event.startsAt } }),
    lines: latest.length === 0 ? [] : [say('latest', { names: listText(latest) })],
    fields: [
      { label: say('fieldWhen'), value: say('when', { start: { at: event.startsAt }, end: { at: event.endsAt } }) },
      ...(event.place === '' ? [] : [{ label: say('fieldPlace'), value: event.place }]),
      { label: say('fieldState'), value: stateText(event, now) },
      { label: say('fieldEvidence'), value: say(`evidence_${event.evidence}`) },
      ...presenceFields(event, own),
      ...(quiz === undefined ? [] : [{ label: say('fieldQuiz'), value: say('quizCounts', { tried: quiz.tried, passed: quiz.passed }) }]),
      { label: say('fieldReward'), value: reward },
      { label: say('fieldAttendees'), value: attendees },
      { label: say('fieldHosts'), value: listText(hosts) },
    ],
    ...buttonsOf(event, now),
  }
}

function buttonsOf(event: Event, now: Instant): Pick<Reply, 'buttons'> {
  const isOver = eventState(event, now) === 'closed'
  const buttons = [
    ...(event.quiz === undefined || isOver ? [] : [quizButton(event)]),
    ...(isOver || now >= event.startsAt ? [] : [remindButton(event)]),
  ]
  return buttons.length === 0 ? {} : { buttons }
}

/** There before check-in opens too: a card is drawn anew when somebody comes, not when time passes. */
function quizButton({ number }: Event): Button {
  return { label: say('buttonQuiz'), command: 'checkin', input: { code: eventCode(number) }, allowed: 'anyone', style: 'primary' }
}

function remindButton({ number }: Event): Button {
  return { label: say('buttonRemind'), command: 'remind', input: { event: eventCode(number) }, allowed: 'anyone', style: 'plain' }
}

function stateText(event: Event, now: Instant): Text {
  const state = eventState(event, now)
  if (state === 'closed') return say('stateClosed')
  return state === 'soon' ? say('stateSoon', { at: { at: event.opensAt } }) : say('stateOpen', { at: { at: event.closesAt } })
}

/** The live part of the card, brought up to date while the event runs. */
function presenceFields({ presence }: Event, own: number | undefined): NonNullable<Reply['fields']> {
  if (presence === undefined) return []
  const needed = Math.ceil(presence.threshold / MINUTE)
  return [
    { label: say('fieldStay'), value: say('stayMinutes', { minutes: needed }) },
    { label: say('fieldPresent'), value: presence.present },
    { label: say('fieldReached'), value: presence.reached },
    ...(own === undefined ? [] : [{ label: say('fieldOwn'), value: say('ownMinutes', { minutes: wholeMinutes(own, presence), needed }) }]),
  ]
}

/** Begun minutes do not count, but who has stayed long enough has all that are needed, though the last was not whole. */
function wholeMinutes(own: number, { threshold }: EventPresence): number {
  return own >= threshold ? Math.max(Math.ceil(threshold / MINUTE), Math.floor(own / MINUTE)) : Math.floor(own / MINUTE)
}
