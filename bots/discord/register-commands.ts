import { isDeepStrictEqual } from 'node:util'
import { Routes, type REST } from 'discord.js'
import { z } from 'zod'
import type { SlashRoot } from './slash-commands.ts'

/** What of a stored command is ours to compare; Discord adds ids and versions, and leaves out or nulls what is empty. */
const Localizations = z.record(z.string(), z.string()).nullish()
const Option = z.object({
  type: z.number(),
  name: z.string(),
  description: z.string(),
  description_localizations: Localizations,
  required: z.boolean().nullish(),
  max_length: z.number().nullish(),
  choices: z.array(z.object({ name: z.string(), value: z.union([z.string(), z.number()]) })).nullish(),
  get options() {
    return z.array(Option).nullish()
  },
})
const Stored = z.array(Option.extend({ contexts: z.array(z.number()).nullish() }))

export interface Registration {
  readonly rest: REST
  readonly applicationId: string
  /** Commands of this server alone, there at once; without it those of all servers and of direct messages. */
  readonly guildId?: string | undefined
  readonly roots: readonly SlashRoot[]
}

/** Stores the commands when they differ from what Discord has: registering is limited to 200 a day. */
export async function registerCommands({ rest, applicationId, guildId, roots }: Registration): Promise<'stored' | 'unchanged'> {
  const global = Routes.applicationCommands(applicationId)
  const route = guildId === undefined ? global : Routes.applicationGuildCommands(applicationId, guildId)
  // Commands of a server have no contexts of their own.
  const wanted = guildId === undefined ? roots : roots.map(({ contexts: _contexts, integration_types: _types, ...rest }) => rest)
  if (guildId !== undefined) await removeGlobal(rest, global, roots)
  if (isDeepStrictEqual(comparable(await stored(rest, route)), comparable(wanted))) return 'unchanged'
  await rest.put(route, { body: wanted })
  return 'stored'
}

/** Commands that were registered for all servers before would be offered a second time. */
async function removeGlobal(rest: REST, route: `/${string}`, roots: readonly SlashRoot[]): Promise<void> {
  const there = Stored.parse(await stored(rest, route))
  if (there.some((command) => roots.some((root) => root.name === command.name))) await rest.put(route, { body: [] })
}

const stored = (rest: REST, route: `/${string}`): Promise<unknown> =>
  rest.get(route, { query: new URLSearchParams({ with_localizations: 'true' }) })

/** In an order of its own and without what is empty, so that equal registrations are equal values. */
function comparable(commands: unknown): unknown {
  const compact = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(compact)
    if (typeof value !== 'object' || value === null) return value
    const kept = Object.entries(value).filter(([, part]) => part !== null && part !== false && !isEmpty(part))
    return Object.fromEntries(kept.map(([key, part]) => [key, compact(part)]))
  }
  const parsed = Stored.parse(commands).map((command) => ({ ...command, contexts: command.contexts?.toSorted((a, b) => a - b) }))
  return compact(parsed.toSorted((a, b) => (a.name < b.name ? -1 : 1)))
}

const isEmpty = (part: unknown): boolean =>
  part === undefined || (typeof part === 'object' && part !== null && Object.keys(part).length === 0)
