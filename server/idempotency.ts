import { ProblemError, problems } from './problem.ts'

/** Enough for every visitor of a sandbox; the durable part of a repeated write is the line that dispatch keeps for ever under the same key. */
const MAX_KEPT = 200
export const KEY_FORM = /^[\w-]{8,100}$/

interface Kept {
  readonly request: string
  readonly answer: Promise<unknown>
}

/**
 * Gives a repeated request the answer of the first, also while that is still being made; the same key with another request is refused.
 * An answer that rejects, or that `isFinal` says may be tried again, is not kept. Bounded: the oldest answer goes first.
 */
export class Idempotency {
  readonly #kept = new Map<string, Kept>()

  /** @param request names the route too, so that one key never gives an answer of another type */
  async once<Answer>(
    key: string,
    request: string,
    make: () => Promise<Answer>,
    isFinal: (answer: Answer) => boolean,
  ): Promise<{ answer: Answer; isRepeated: boolean }> {
    const earlier = this.#kept.get(key)
    if (earlier !== undefined) {
      if (earlier.request !== request) throw new ProblemError(problems.keyReused())
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- kept by the same route, as `request` says
      return { answer: (await earlier.answer) as Answer, isRepeated: true }
    }
    const answer = make()
    this.#kept.set(key, { request, answer })
    const oldest = this.#kept.keys().next()
    if (this.#kept.size > MAX_KEPT && oldest.done === false) this.#kept.delete(oldest.value)
    let isKept = false
    try {
      const made = await answer
      isKept = isFinal(made)
      return { answer: made, isRepeated: false }
    } finally {
      if (!isKept) this.#kept.delete(key)
    }
  }
}
