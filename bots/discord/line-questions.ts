import type { Instant } from '../../core/shared/instant.ts'

/** Open questions of one line; of a line that never answers, the oldest are given up. */
const MAX_OPEN = 100

export interface LineQuestions {
  /** @returns the nonce of a new question on the line of a shard */
  ask(shard: number, at: Instant): string
  /** When the question was asked; undefined when it is none of this line's that are open. It settles those before it too. */
  answer(shard: number, nonce: string | undefined): Instant | undefined
  /** None of them will be answered. */
  forget(shard: number): void
  areOpen(): boolean
}

/** Remembers when each line was asked what: a line answers in order. */
export function createLineQuestions(): LineQuestions {
  const open = new Map<number, Map<string, Instant>>()
  let asked = 0
  return {
    ask(shard, at) {
      asked += 1
      const nonce = `p${asked}`
      const own = open.get(shard) ?? new Map<string, Instant>()
      open.set(shard, own.set(nonce, at))
      for (const oldest of own.keys()) if (own.size > MAX_OPEN) own.delete(oldest)
      return nonce
    },
    answer(shard, nonce) {
      const own = open.get(shard)
      const at = nonce === undefined ? undefined : own?.get(nonce)
      if (own === undefined || at === undefined) return undefined
      for (const before of own.keys()) {
        own.delete(before)
        if (before === nonce) break
      }
      return at
    },
    forget: (shard) => void open.delete(shard),
    areOpen: () => [...open.values()].some(({ size }) => size > 0),
  }
}
