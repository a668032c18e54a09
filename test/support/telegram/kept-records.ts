import type { GroupState, StoredUpdate, TakenUpdate, UpdateInlet, UpdateName } from '../../../core/chats/chats.port.ts'
import type { Answer } from '../../../core/shared/dispatch.ts'
import { replyFromJson, replyToJson } from '../../../core/shared/reply.ts'
import type { TelegramRecords } from '../../../bots/telegram/start-telegram-bot.ts'

/** In memory what the product keeps in its database: by the same rules, for tests that are about something else. */
export interface KeptRecords extends TelegramRecords {
  readonly inlet: UpdateInlet
  /** Resolves when an update with this number was handled. */
  readonly untilHandled: (updateId: number) => Promise<void>
  /** How many stored updates are not handled yet. */
  waiting(): number
  /** Keys of all that was handled. */
  readonly handled: ReadonlySet<string>
  readonly unreachable: ReadonlySet<string>
  /** Messages that were not sent, by account. */
  readonly heldBack: ReadonlyMap<string, number>
  readonly groups: ReadonlyMap<string, GroupState>
  readonly alerts: readonly { readonly code: string; readonly details: Readonly<Record<string, string>> }[]
}

interface Waiting extends StoredUpdate {
  attempts: number
  leaseUntil: number
}

export function keepRecords(): KeptRecords {
  const waiting = new Map<string, Waiting>()
  const handled = new Set<string>()
  const unreachable = new Set<string>()
  const heldBack = new Map<string, number>()
  const groups = new Map<string, GroupState>()
  const moves = new Map<string, string>()
  const alerts: { code: string; details: Readonly<Record<string, string>> }[] = []
  const answers: { owner: string; answer: Answer }[] = []
  const listeners = new Set<() => void>()
  const watchers = new Set<() => void>()
  const numbers = new Set<number>()
  const comesFirst = (some: UpdateName, other: UpdateName): boolean =>
    some.updateId < other.updateId || (some.updateId === other.updateId && some.key < other.key)
  const nameOf = ({ platform, userId }: { platform: string; userId: string }): string => `${platform}:${userId}`
  return {
    untilHandled: (updateId) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!numbers.has(updateId)) return
          watchers.delete(look)
          resolve()
        }
        watchers.add(look)
        look()
      }),
    waiting: () => waiting.size,
    handled,
    unreachable,
    heldBack,
    groups,
    alerts,
    inlet: {
      store(update) {
        if (handled.has(update.key) || waiting.has(update.key)) return Promise.resolve('known')
        waiting.set(update.key, { ...update, attempts: 0, leaseUntil: 0 })
        for (const listener of listeners) listener()
        return Promise.resolve('stored')
      },
    },
    inbox: {
      handledAmong: (keys) => Promise.resolve(new Set(keys.filter((key) => handled.has(key)))),
      settle({ key, updateId }) {
        waiting.delete(key)
        handled.add(key)
        numbers.add(updateId)
        for (const look of watchers) look()
        return Promise.resolve()
      },
      take(limit, now, until) {
        const all = [...waiting.values()]
        const free = all.filter(
          (each) =>
            each.leaseUntil <= now &&
            all.every((other) => other === each || other.lane !== each.lane || (comesFirst(each, other) && other.leaseUntil <= now)),
        )
        const taken = free.slice(0, limit).map((each): TakenUpdate => {
          each.attempts += 1
          each.leaseUntil = until
          const { key, updateId, lane, content, attempts } = each
          return { key, updateId, lane, content, attempts }
        })
        return Promise.resolve(taken)
      },
      renew(keys, until) {
        for (const key of keys) {
          const found = waiting.get(key)
          if (found !== undefined) found.leaseUntil = until
        }
        return Promise.resolve()
      },
    },
    memory: {
      holdsBack(account) {
        const name = nameOf(account)
        if (unreachable.has(name)) heldBack.set(name, (heldBack.get(name) ?? 0) + 1)
        return Promise.resolve(unreachable.has(name))
      },
      lost: (account) => Promise.resolve(void unreachable.add(nameOf(account))),
      found: (account) => Promise.resolve(void unreachable.delete(nameOf(account))),
      setGroup: (group) => Promise.resolve(void groups.set(group.chatId, group)),
      moved(_platform, from, to) {
        if (moves.has(from)) return Promise.resolve(false)
        moves.set(from, to)
        return Promise.resolve(true)
      },
      moves: () => Promise.resolve([...moves].map(([from, to]) => ({ from, to }))),
    },
    kept: {
      keep({ platform, userId }, answer) {
        answers.push({ owner: `${platform}:${userId}`, answer: { ...answer, reply: replyFromJson(replyToJson(answer.reply)) } })
        return Promise.resolve(`answer-${answers.length}`)
      },
      find(id, { platform, userId }) {
        const found = answers[Number(id.replace('answer-', '')) - 1]
        if (found === undefined) return Promise.resolve(undefined)
        return Promise.resolve(found.owner === `${platform}:${userId}` ? found.answer : 'other')
      },
    },
    alert(code, details) {
      alerts.push({ code, details })
      return Promise.resolve()
    },
    onStored(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}
