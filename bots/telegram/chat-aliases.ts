import { ApiFailure } from './api-failure.ts'

/** Groups that became supergroups and so changed their id. Messages go to the new id; the community keeps the name by which our database knows it. */
export interface ChatAliases {
  learn(from: number, to: number): void
  current(chatId: number): number
  /** The id under which a group was known first. */
  original(chatId: number): number
  /** Calls with the current id, and once more when the platform tells another. */
  reach<Result>(chatId: number, call: (chatId: number) => Promise<Result>): Promise<Result>
}

const MOST = 1_000

export function createChatAliases(onLearned: (from: number, to: number) => void): ChatAliases {
  const newer = new Map<number, number>()
  const older = new Map<number, number>()
  const learn = (from: number, to: number): void => {
    if (newer.get(from) === to || newer.size >= MOST) return
    newer.set(from, to)
    older.set(to, from)
    onLearned(from, to)
  }
  const current = (chatId: number): number => newer.get(chatId) ?? chatId
  return {
    learn,
    current,
    original: (chatId) => older.get(chatId) ?? chatId,
    async reach(chatId, call) {
      try {
        return await call(current(chatId))
      } catch (error) {
        if (!(error instanceof ApiFailure) || error.movedTo === undefined) throw error
        learn(chatId, error.movedTo)
        return call(error.movedTo)
      }
    },
  }
}
