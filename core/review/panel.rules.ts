import { HOUR, type Instant } from '../shared/instant.ts'

/** A reviewer who has not answered after so long is relieved, and somebody else is asked (spec 04). */
export const SEAT_TIME = 48 * HOUR

/** What stands between a member and an item. All but the name are facts that the store finds. */
export interface Standing {
  readonly reviewer: string
  /** Reviewer or chair by our own list; a role of a server that stands for one is known only while its owner types. */
  readonly hasRole: boolean
  readonly isBlocked: boolean
  readonly isContributor: boolean
  /** Of the team that proposed the campaign. */
  readonly isTeam: boolean
  /** One of the two has said to be close to the other. */
  readonly isClose: boolean
  /** Decided on the same content before, which matters to an appeal and to an item whose answer is known. */
  readonly hasDecided: boolean
}

export type Obstacle = 'role' | 'blocked' | 'own' | 'team' | 'interest' | 'decided_before'

/** Why somebody may not sit on a panel; undefined for those who may. */
export function obstacleOf(standing: Standing): Obstacle | undefined {
  if (!standing.hasRole) return 'role'
  if (standing.isBlocked) return 'blocked'
  if (standing.isContributor) return 'own'
  if (standing.isTeam) return 'team'
  if (standing.isClose) return 'interest'
  return standing.hasDecided ? 'decided_before' : undefined
}

/** Somebody who may be asked, with the number of seats that wait for an answer of theirs. */
export interface Candidate extends Standing {
  readonly openSeats: number
  /** Had a seat on this panel that lapsed or was given up for a conflict that is over: asked again only when nobody else is left. */
  readonly hadSeat: boolean
}

/**
 * Whom to ask: those who may sit, evenly by load, and among equals by lot. @param seed the lot; the same seed gives the same answer, and nobody who sends
 * something in may choose it
 */
export function askWhom(candidates: readonly Candidate[], count: number, seed: number): readonly string[] {
  return candidates
    .filter((candidate) => obstacleOf(candidate) === undefined)
    .map(({ reviewer, openSeats, hadSeat }) => ({ reviewer, openSeats, hadSeat, lot: lotOf(seed, reviewer) }))
    .toSorted(
      (a, b) => Number(a.hadSeat) - Number(b.hadSeat) || a.openSeats - b.openSeats || a.lot - b.lot || (a.reviewer < b.reviewer ? -1 : 1),
    )
    .slice(0, Math.max(0, count))
    .map(({ reviewer }) => reviewer)
}

/** FNV-1a of the name, begun with the seed and mixed to the end, so that neighbouring names and seeds fall far apart. */
function lotOf(seed: number, name: string): number {
  let hash = 2_166_136_261 ^ seed
  for (let index = 0; index < name.length; index += 1) hash = Math.imul(hash ^ name.charCodeAt(index), 16_777_619)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}

/** When an answer is due of somebody who is asked now. */
export const dueAt = (now: Instant): Instant => now + SEAT_TIME
