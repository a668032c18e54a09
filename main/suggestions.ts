import type { Database } from '../adapters/postgres/database.ts'
import { searchEvents } from '../adapters/postgres/event-search.ts'
import { eventSource, type FindEvents } from '../core/attendance/suggest-events.ts'
import { periodSource } from '../core/economy/suggest-periods.ts'
import { commandSource } from '../core/identity/suggest-commands.ts'
import { zoneSource } from '../core/identity/suggest-zones.ts'
import type { CommandDefinition } from '../core/shared/chat-app.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { SuggestPort } from '../core/shared/suggest.ts'

/** Where every kind of suggestion comes from. */
export function suggestionSources(
  database: Pick<Database, 'prisma'>,
  genesis: Instant,
  commands: readonly CommandDefinition[],
): SuggestPort['sources'] {
  const find: FindEvents = (search) => searchEvents(database, search)
  return {
    event: eventSource(find, 'all'),
    'own-event': eventSource(find, 'own'),
    period: periodSource(genesis, 'all'),
    statement: periodSource(genesis, 'ended'),
    timezone: zoneSource(['UTC', ...Intl.supportedValuesOf('timeZone')]),
    command: commandSource(() => commands),
  }
}
