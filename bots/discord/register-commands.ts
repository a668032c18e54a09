import { isDeepStrictEqual } from 'node:util'
import { InteractionContextType, Routes, type REST } from 'discord.js'
import { z } from 'zod'
import type { SlashRoot } from './slash-commands.ts'

/** What of a stored command is ours to compare; Discord adds ids and versions, and leaves out or nulls what is empty. */
const Localizations = z.record(z.string(), z.string()).nullish()
const Option = z.object({
  type: z.number(),
  name: z.string(),
  name_localizations: Localizations,
  description: z.string(),
  description_localizations: Localizations,
  required: z.boolean().nullish(),
  autocomplete: z.boolean().nullish(),
  max_length: z.number().nullish(),
  channel_types: z.array(z.number()).nullish(),
  choices: z.array(z.object({ name: z.string(), name_localizations: Localizations, value: z.union([z.string(), z.number()]) })).nullish(),
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
export async function registerCommands(registration: Registration): Promise<'stored' | 'unchanged'> {
  if (await isRegistered(registration)) return 'unchanged'
  await registration.rest.put(routeOf(registration), { body: wantedBy(registration) })
  return 'stored'
}

/**
 * Commands of single servers, and beside them the same for direct messages alone: those that were registered for all servers before would be offered twice.
 */
export async function registerDirect({ rest, applicationId, roots }: Omit<Registration, 'guildId'>): Promise<'stored' | 'unchanged'> {
  return registerCommands({
    rest,
    applicationId,
    roots: roots.map((root) => ({ ...root, contexts: [InteractionContextType.BotDM] })),
  })
}

/** Whether Discord has exactly the commands that are wanted. */
export async function isRegistered(registration: Registration): Promise<boolean> {
  const query = new URLSearchParams({ with_localizations: 'true' })
  const stored = await registration.rest.get(routeOf(registration), { query })
  return isDeepStrictEqual(comparable(stored), comparable(wantedBy(registration)))
}

function routeOf({ applicationId, guildId }: Registration): `/${string}` {
  return guildId === undefined ? Routes.applicationCommands(applicationId) : Routes.applicationGuildCommands(applicationId, guildId)
}

/** Commands of a server have no contexts of their own. */
function wantedBy({ guildId, roots }: Registration): readonly object[] {
  return guildId === undefined ? roots : roots.map(({ contexts: _contexts, integration_types: _types, ...rest }) => rest)
}

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
