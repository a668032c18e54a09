import { badRequest, conflict } from './api-refusal.ts'
import type { ApiUpdate, ApiUser, UploadedFile } from './api-types.ts'
import type { BotApiContract } from './bot-api-contract.ts'
import type { ChatWorld } from './chat-world.ts'
import type { FloodLimits } from './flood-limits.ts'
import type { Journal } from './journal.ts'
import { namesShape, optionalPart } from './payload-shapes.ts'
import { optionalInteger } from './read-payload.ts'
import type { RequestRecord, Violation } from './telegram-fake.types.ts'
import type { UpdateQueue } from './update-queue.ts'
import type { WebhookSender } from './webhook-sender.ts'

export interface CallbackQueryRecord {
  id: string
  /** Milliseconds since 1970. */
  createdAt: number
  answered: boolean
  expired: boolean
}

/** What the methods of the fake and its driver share. */
export interface FakeState {
  readonly token: string
  readonly bot: ApiUser
  readonly privacyMode: boolean
  readonly callbackQueryTtlMs: number
  readonly world: ChatWorld
  readonly journal: Journal
  readonly queue: UpdateQueue
  readonly webhook: WebhookSender
  readonly contract: BotApiContract | undefined
  readonly violations: Violation[]
  readonly requests: RequestRecord[]
  readonly callbackQueries: Map<string, CallbackQueryRecord>
  readonly files: Map<string, UploadedFile>
  readonly floodLimits: FloodLimits | undefined
  /** Kinds of updates the bot asked for; empty: the platform's default. */
  allowedUpdates: readonly string[]
  /** Milliseconds since 1970. */
  now(): number
}

/** Not delivered unless asked for by name (Bot API, getUpdates, allowed_updates). */
const ONLY_WHEN_ASKED: ReadonlySet<string> = new Set(['chat_member', 'message_reaction', 'message_reaction_count'])

export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000)

export function isWanted(state: FakeState, kind: string): boolean {
  return state.allowedUpdates.length === 0 ? !ONLY_WHEN_ASKED.has(kind) : state.allowedUpdates.includes(kind)
}

/** Hands one update to the bot, by whichever way it listens. @throws Error when the fake itself built a wrong update */
export function deliver(state: FakeState, update: ApiUpdate, again = false): void {
  const problem = state.contract?.checkUpdate(update)
  if (problem !== undefined) {
    state.violations.push({ where: 'update', method: 'Update', problem, payload: update })
    throw new Error(`the fake built an update the Bot API does not know: ${problem}`)
  }
  state.queue.push(update, again)
  state.webhook.flush(state.queue)
}

/** One getUpdates call. */
export function poll(state: FakeState, payload: Record<string, unknown>, gone: AbortSignal): Promise<ApiUpdate[]> {
  if (state.webhook.isSet)
    throw conflict("can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first")
  const [offset = 0, limit = 100, timeout = 0] = ['offset', 'limit', 'timeout'].map((key) => optionalInteger(payload, key))
  rememberAllowedUpdates(state, payload)
  if (timeout < 0) throw badRequest('timeout must be non-negative')
  const count = limit < 1 || limit > 100 ? 100 : limit
  return state.queue.poll(offset, count, Math.min(timeout, 50), gone)
}

/** Left out, the previous choice stays. */
export function rememberAllowedUpdates(state: FakeState, payload: Record<string, unknown>): void {
  const asked = optionalPart(payload, 'allowed_updates', namesShape)
  if (asked !== undefined) state.allowedUpdates = asked
}
