import type { Instant } from '../shared/instant.ts'

/** Where an account is, as the platform tells it. `isDeaf`: by its own choice or the server's; deafened time does not count (spec 03, evidence b). */
export interface VoiceState {
  readonly userId: string
  readonly channelId: string | null
  readonly isDeaf: boolean
}

/**
 * What is heard of one server's voice channels, in the order in which it is heard; `at` is when.
 * `seen`: something else came over the same line, which keeps the order, so that nothing older is missing.
 * `lost`: the line is gone or silent; whatever comes from now on may be late. `resumed`: everything late has come.
 * `snapshot`: who is there, whole, told at the beginning of a session; what was before is known no further than it was heard.
 */
export type VoiceFact =
  | { readonly kind: 'seen' | 'resumed'; readonly at: Instant }
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
  /** Those that go on and whose beginning is known. */
  open(): readonly Stretch[]
  /** Up to here everything is known: open stretches have lasted at least until then. Undefined before anything was heard. */
  readonly heardUntil: Instant | undefined
  readonly isLost: boolean
}

/** More accounts than this in the voice channels of one server are not kept; Discord's largest stage holds 10,000. */
const MAX_ACCOUNTS = 50_000

interface Here {
  readonly channelId: string
  /** Undefined while it joined at an unknown time since the line was lost. */
  from: Instant | undefined
}

/**
 * Folds what a gateway tells into stretches of presence that are never longer than the truth. While the line is whole they are exactly what was heard. What
 * comes between `lost` and `resumed` carries no time of its own: a leave is taken to have happened when the line was last heard, a join when all was
 * replayed; who is in neither was there throughout and keeps counting.
 */
export function createVoiceBook(): VoiceBook {
  const here = new Map<string, Here>()
  let heardUntil: Instant | undefined
  let isLost = false

  function end(userId: string, { channelId, from }: Here, to: Instant): Stretch[] {
    here.delete(userId)
    return from === undefined ? [] : [{ userId, channelId, from, to: Math.max(from, to) }]
  }

  function move({ userId, channelId, isDeaf }: VoiceState, at: Instant): Stretch[] {
    const before = here.get(userId)
    const next = isDeaf ? null : channelId
    if ((before?.channelId ?? null) === next) return []
    const ended = before === undefined ? [] : end(userId, before, isLost ? (heardUntil ?? at) : at)
    if (next !== null && here.size < MAX_ACCOUNTS) here.set(userId, { channelId: next, from: isLost ? undefined : at })
    return ended
  }

  function restart(states: readonly VoiceState[], at: Instant): Stretch[] {
    const ended = [...here].flatMap(([userId, one]) => end(userId, one, heardUntil ?? at))
    isLost = false
    for (const state of states) move(state, at)
    return ended
  }

  function hear(fact: VoiceFact): readonly Stretch[] {
    if (fact.kind === 'lost') {
      isLost = true
      return []
    }
    const { at } = fact
    const ended = fact.kind === 'state' ? move(fact.state, at) : fact.kind === 'snapshot' ? restart(fact.states, at) : []
    if (fact.kind === 'resumed') {
      isLost = false
      for (const one of here.values()) one.from ??= at
    }
    if (!isLost) heardUntil = Math.max(heardUntil ?? at, at)
    return ended
  }

  return {
    hear,
    open: () => [...here].flatMap(([userId, { channelId, from }]) => (from === undefined ? [] : [{ userId, channelId, from, to: null }])),
    get heardUntil() {
      return heardUntil
    },
    get isLost() {
      return isLost
    },
  }
}
