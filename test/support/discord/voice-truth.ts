import type { Instant } from '../../../core/shared/instant.ts'

/** Who was where and heard, by the platform's own clock: what no bot can know better. */
export interface VoiceTruth {
  readonly come: (userId: string) => void
  readonly go: (userId: string) => void
  /** Milliseconds that each was there between two moments. */
  between(from: Instant, to: Instant): ReadonlyMap<string, number>
}

/** Moves people and writes down when. */
export function keepVoiceTruth(now: () => Instant, move: (userId: string, isThere: boolean) => void): VoiceTruth {
  const moves: { readonly userId: string; readonly at: Instant; readonly isThere: boolean }[] = []
  const set = (userId: string, isThere: boolean): void => {
    moves.push({ userId, at: now(), isThere })
    move(userId, isThere)
  }
  return {
    come: (userId) => set(userId, true),
    go: (userId) => set(userId, false),
    between(from, to) {
      const present = new Map<string, number>()
      for (const { userId, at, isThere } of moves) {
        const left = Math.max(0, to - Math.max(at, from))
        present.set(userId, (present.get(userId) ?? 0) + (isThere ? left : -left))
      }
      return present
    },
  }
}
