import { ApiCalls } from './api-calls.ts'
import type { ApiUser } from './api-types.ts'
import { loadBotApiContract } from './bot-api-contract.ts'
import { botMethods, type BotMethods } from './bot-methods.ts'
import { chatMethods } from './chat-methods.ts'
import { ChatWorld } from './chat-world.ts'
import { editMethods } from './edit-methods.ts'
import type { FakeState } from './fake-state.ts'
import { FloodLimits } from './flood-limits.ts'
import { Journal } from './journal.ts'
import type { MethodTable } from './method-table.ts'
import { sendMethods } from './send-methods.ts'
import type { TelegramFakeOptions } from './telegram-fake.types.ts'
import { UpdateQueue } from './update-queue.ts'
import { WebhookSender } from './webhook-sender.ts'

export interface AssembledFake {
  state: FakeState
  calls: ApiCalls
  menus: BotMethods
}

/** Puts the parts of the fake together; nothing listens yet. */
export function assembleFake(options: TelegramFakeOptions): AssembledFake {
  const token = options.token ?? '123456:TEST-token'
  const now = options.now ?? Date.now
  const bot: ApiUser = { id: Number(token.split(':')[0]), is_bot: true, first_name: 'PoS', username: options.username ?? 'pos_test_bot' }
  const journal = new Journal()
  const confirmed = (updateId: number) => journal.append({ kind: 'confirmed', updateId })
  const queue = new UpdateQueue(confirmed, () => journal.append({ kind: 'polling' }))
  const table: MethodTable = {}
  const webhook = new WebhookSender(
    {
      confirmed: (updateId) => void Promise.resolve(options.untilHandled?.(updateId)).then(() => confirmed(updateId)),
      dropped: (updateId, reason) => journal.append({ kind: 'dropped', updateId, reason }),
      returned: (update) => queue.push(update),
      call: async (method, payload) => {
        await calls.run(method, payload, new Map(), new AbortController().signal)
      },
    },
    options.webhookRetryMs ?? 20,
    now,
  )
  const state: FakeState = {
    token,
    bot,
    privacyMode: options.privacyMode ?? true,
    callbackQueryTtlMs: options.callbackQueryTtlMs ?? 30_000,
    world: new ChatWorld(bot),
    journal,
    queue,
    webhook,
    contract: loadBotApiContract(),
    violations: [],
    requests: [],
    callbackQueries: new Map(),
    files: new Map(),
    floodLimits: options.floodLimits ? new FloodLimits() : undefined,
    allowedUpdates: [],
    now,
  }
  const menus = botMethods(state)
  Object.assign(table, menus.table, chatMethods(state), sendMethods(state), editMethods(state))
  const calls = new ApiCalls(state, table)
  return { state, calls, menus }
}
