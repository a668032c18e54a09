import { z } from 'zod'
import { supplyChart } from '../charts/chart.rules.ts'
import type { PeriodView } from '../economy/economy.types.ts'
import type { Chart } from '../shared/chart.ts'
import type { Instant } from '../shared/instant.ts'
import type { Reply } from '../shared/reply.ts'
import type { Text } from '../shared/text.ts'
import { announceTexts } from './announce.texts.ts'
import type { Announcement, Broadcast } from './announce.types.ts'
import { broadcastCode } from './announce.types.ts'

const { say } = announceTexts

const publicly = (...lines: Text[]): Reply => ({ audience: 'public', tone: 'info', lines })

/** `event` is its code. Alone it is the card of the event. */
export function eventCreated(event: string, title: string, startsAt: Instant): Announcement {
  return { topic: 'events', subject: event, card: event, reply: publicly(say('eventCreated', { event, title, start: { at: startsAt } })) }
}

/** @param chart how it was attended beside those before it; shown when somebody came */
export function eventClosed(event: string, title: string, attendees: number, chart: Chart | undefined): Announcement {
  const reply = publicly(say('eventClosed', { event, title, count: attendees }))
  return { topic: 'events', subject: event, reply: chart === undefined || attendees === 0 ? reply : { ...reply, chart } }
}

/** As the settlement of periods writes it in its own transaction (topic `statements`). */
const Statement = z.union([
  z.object({ period: z.number(), state: z.literal('draft') }),
  z.object({ period: z.number(), state: z.literal('final'), root: z.string() }),
])

/** @param payload of an outbox row of topic `statements` @param periods all of them, as they are now */
export function statementAnnounced(payload: unknown, publicOrigin: string, periods: readonly PeriodView[]): Announcement {
  const statement = Statement.parse(payload)
  const { period } = statement
  const url = { page: `${publicOrigin}/periods/${period}` }
  return {
    topic: 'statements',
    subject: `P-${period}`,
    reply:
      statement.state === 'draft'
        ? publicly(say('statementDraft', { period, url }))
        : {
            ...publicly(say('statementFinal', { period, url }), ...sums(periods, period), say('statementRoot', { root: statement.root })),
            chart: supplyChart(periods),
          },
  }
}

/** What became of the release of a closed period. */
function sums(periods: readonly PeriodView[], period: number): Text[] {
  const view = periods.find(({ number }) => number === period)
  if (view === undefined || view.burned === null) return []
  return [say('statementSums', { granted: view.granted, release: view.release, burned: view.burned })]
}

export function broadcastAnnounced({ number, topic, body }: Broadcast): Announcement {
  return { topic, subject: broadcastCode(number), reply: publicly(say('body', { body })) }
}
