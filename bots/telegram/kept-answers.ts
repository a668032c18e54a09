import { randomBytes } from 'node:crypto'
import type { Answer } from '../../core/shared/dispatch.ts'

/** Private answers that wait until their member opens a private chat. In memory: after a restart the member is told to ask again. */
export interface KeptAnswers {
  /** @returns the id under which the member, and nobody else, gets it */
  keep(userId: number, answer: Answer): string
  find(id: string, userId: number): Answer | 'other' | undefined
}

const MOST = 500

export function createKeptAnswers(): KeptAnswers {
  const kept = new Map<string, { userId: number; answer: Answer }>()
  return {
    keep(userId, answer) {
      const id = randomBytes(9).toString('base64url')
      kept.set(id, { userId, answer })
      const [oldest] = kept.keys()
      if (kept.size > MOST && oldest !== undefined) kept.delete(oldest)
      return id
    },
    find(id, userId) {
      const found = kept.get(id)
      if (found === undefined) return undefined
      return found.userId === userId ? found.answer : 'other'
    },
  }
}
