import { ApiFailure } from './api-failure.ts'

/** Groups that became supergroups and so changed their id: messages for the old id go to the new one. */
export interface ChatAliases {
  /** Resolves when everything that names the old id was rewritten; does nothing for what is known. */
  learn(from: number, to: number): Promise<void>
  current(chatId: number): number
  /** Calls with the current id, and once more when the platform tells another. */
  reach<Result>(chatId: number, call: (chatId: number) => Promise<Result>): Promise<Result>
}

const MOST = 1_000

/** @param known moves of the past @param onLearned must not throw */
export function createChatAliases(
  known: readonly { readonly from: string; readonly to: string }[],
  onLearned: (from: number, to: number) => Promise<void>,
): ChatAliases {
  const newer = new Map(known.slice(0, MOST).map(({ from, to }) => [Number(from), Number(to)]))
  async function learn(from: number, to: number): Promise<void> {
    if (newer.get(from) === to || newer.size >= MOST) return
    newer.set(from, to)
    await onLearned(from, to)
  }
  const current = (chatId: number): number => newer.get(chatId) ?? chatId
  return {
    learn,
    current,
    async reach(chatId, call) {
      try {
        return await call(current(chatId))
      } catch (error) {
        if (!(error instanceof ApiFailure) || error.movedTo === undefined) throw error
        await learn(chatId, error.movedTo)
        return call(error.movedTo)
      }
    },
  }
}
