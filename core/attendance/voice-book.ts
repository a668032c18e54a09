import type { Instant } from '../shared/instant.ts'

/** Where an account is, as the platform tells it. `isDeaf`: by its own choice or the server's; deafened time does not count (spec 03, evidence b). */
export interface VoiceState {
  readonly userId: string
  readonly channelId: string | null
  readonly isDeaf: boolean
}

/**
 * What is heard of one server's voice channels, in the order in which it happened; `at` is when it was heard, which may be long after.
 * `proven`: a question that was asked at `at` has been answered over the same line, which keeps the order: all that happened before `at` is heard.
 * `lost`: what happens from now on is not told until a `snapshot`.
 * `snapshot`: who is there, whole, told at the beginning of a session; what was before is known no further than it was proven.
 */
export type VoiceFact =
  | { readonly kind: 'proven'; readonly at: Instant }
  | { readonly kind: 'lost' }
  | { readonly kind: 'state'; readonly at: Instant; readonly state: VoiceState }
  | { readonly kind: 'snapshot'; readonly at: Instant; readonly states: readonly VoiceState[] }

/** An account in one channel, hearing. `to` is null while it goes on. */
export interface Stretch {
  readonly userId: string
  readonly channelId: string
  readonly from: Instant
  readonly to: Instant | null
}

export interface VoiceBook {
  /** Takes a fact in; gives the stretches that ended by it. */
  hear(fact: VoiceFact): readonly Stretch[]
  /** Those that go on. */
  open(): readonly Stretch[]
  /** Up to here everything is known: open stretches have lasted at least until then. Undefined before anything was proven. */
  readonly provenUntil: Instant | undefined
  readonly isLost: boolean
}

/** More accounts than this in the voice channels of one server are not kept; Discord's largest stage holds 10,000. */
const MAX_ACCOUNTS = 50_000

interface Here {
  readonly channelId: string
  readonly from: Instant
}

/**
 * Folds what a gateway tells into stretches of presence that are never longer than the truth. It tells no times, and a line that stalls, breaks and is
 * resumed, or waits for a process that sleeps tells late. So a join counts from when it was heard, which is never too early; and a leave from the last
 * moment up to which all was proven to be heard, which is never too late. Who is not told to have left was there throughout.
 */
export function createVoiceBook(): VoiceBook {
  const here = new Map<string, Here>()
  let provenUntil: Instant | undefined
  let isLost = false

  function end(userId: string, { channelId, from }: Here): Stretch {
    here.delete(userId)
    return { userId, channelId, from, to: Math.max(from, provenUntil ?? from) }
  }

  function move({ userId, channelId, isDeaf }: VoiceState, at: Instant): Stretch[] {
    const before = here.get(userId)
    const next = isDeaf ? null : channelId
    if ((before?.channelId ?? null) === next) return []
    const ended = before === undefined ? [] : [end(userId, before)]
    if (next !== null && here.size < MAX_ACCOUNTS) here.set(userId, { channelId: next, from: at })
    return ended
  }

  function restart(states: readonly VoiceState[], at: Instant): Stretch[] {
    const ended = [...here].map(([userId, one]) => end(userId, one))
    isLost = false
    for (const state of states) move(state, at)
    return ended
  }

  return {
    hear(fact) {
      switch (fact.kind) {
        case 'lost':
          isLost = true
          return []
        case 'proven':
          if (!isLost) provenUntil = Math.max(provenUntil ?? fact.at, fact.at)
          return []
        case 'state':
          return move(fact.state, fact.at)
        default:
          return restart(fact.states, fact.at)
      }
    },
    open: () => [...here].map(([userId, { channelId, from }]) => ({ userId, channelId, from, to: null })),
    get provenUntil() {
      return provenUntil
    },
    get isLost() {
      return isLost
    },
  }
}
