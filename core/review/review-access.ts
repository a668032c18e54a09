import { done, refuse, type Outcome, type Refusal } from '../shared/refusal.ts'
import { obstacleOf, type Obstacle } from './panel.rules.ts'
import type { VerdictPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'
import type { Panel } from './verdict.rules.ts'

const { say } = reviewTexts

/** The open item of a subject, locked, on whose panel a member sits and may still answer; or why not. */
export async function requireSeat(port: VerdictPort, subject: string, memberId: string): Promise<Outcome<Panel>> {
  const panel = await port.lock(subject)
  if (panel === undefined) return refuse(await closedRefusal(port, subject))
  const seat = panel.seats.find(({ reviewer }) => reviewer === memberId)
  if (panel.item.contributor === memberId) return refuse(obstacleRefusal('own', subject))
  if (seat === undefined) return refuse(noSeat(subject))
  if (seat.state === 'decided')
    return refuse({ code: 'review.answered', kind: 'conflict', reason: say('answered', { subject }), nextStep: say('answeredNext') })
  const obstacle = obstacleOf(seat.standing)
  if (obstacle !== undefined) return refuse(obstacleRefusal(obstacle, subject))
  return seat.state === 'asked' ? done(panel) : refuse(noSeat(subject))
}

export function unknownItem(subject: string): Refusal {
  return { code: 'review.unknown', kind: 'not_found', reason: say('unknown', { subject }), nextStep: say('unknownNext'), field: 'subject' }
}

export function noSeat(subject: string): Refusal {
  return { code: 'review.no_seat', kind: 'forbidden', reason: say('noSeat', { subject }), nextStep: say('noSeatNext') }
}

async function closedRefusal(port: VerdictPort, subject: string): Promise<Refusal> {
  const last = await port.lastDecided(subject)
  if (last === undefined) return unknownItem(subject)
  return {
    code: 'review.decided',
    kind: 'gone',
    reason: say(`decided_${last.outcome ?? 'withdrawn'}`, { subject }),
    nextStep: say('decidedNext', { subject }),
  }
}

function obstacleRefusal(obstacle: Obstacle, subject: string): Refusal {
  return { code: `review.${obstacle}`, kind: 'forbidden', reason: say(`obstacle_${obstacle}`, { subject }), nextStep: say('obstacleNext') }
}
