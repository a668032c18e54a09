import type { Channel, Interaction, State } from './state.ts'
import type { Gateway } from './gateway.ts'
import type { Json } from './json.ts'
import type { UploadedFile } from './render.ts'

/** A request after rate limit, authorization and form checks. */
export interface Call {
  readonly state: State
  readonly gateway: Gateway
  /** Values of the `:name` segments of the route. */
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  /** The JSON body; an empty object when the request had none or a list. */
  readonly body: Json
  /** The JSON body when it is a list. */
  readonly list: readonly Json[]
  readonly files: readonly UploadedFile[]
}

/** What a route answers. Without `body` the answer is empty. */
export interface Answer {
  readonly status: number
  readonly body?: unknown
}

/** One operation of the fake. `auth` is `bot` for a bot token, `path` when a token in the path is enough. */
export interface Route {
  readonly method: string
  readonly path: string
  readonly auth: 'bot' | 'path'
  readonly run: (call: Call) => Answer
}

/** A value of the path that the route must have. */
export function param(call: Call, name: string): string {
  const value = call.params[name]
  if (value === undefined) throw new Error(`the route has no :${name}`)
  return value
}

/** Where the events of a channel go. */
export const isInGuild = (channel: Channel): boolean => 'guild_id' in channel && channel.guild_id !== undefined

/** Says that the answer of an interaction changed, to whoever waits for it. */
export function touch(state: State, interaction: Interaction): void {
  interaction.changes += 1
  state.bell.ring()
}
