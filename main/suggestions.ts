import { latestBroadcasts, readRoutes } from '../adapters/postgres/announce-store.ts'
import type { Database } from '../adapters/postgres/database.ts'
import { campaignStore } from '../adapters/postgres/campaign-store.ts'
import { deadLetterStore } from '../adapters/postgres/dead-letter-store.ts'
import type { FormStoreOptions } from '../adapters/postgres/form-reads.ts'
import { openSeats } from '../adapters/postgres/review-reads.ts'
import { decidedSubmissions, originalsFor } from '../adapters/postgres/review-suggestions.ts'
import { draftStore } from '../adapters/postgres/draft-store.ts'
import { disputeStore } from '../adapters/postgres/dispute-store.ts'
import { submissionStore } from '../adapters/postgres/submission-store.ts'
import { searchEvents } from '../adapters/postgres/event-search.ts'
import { broadcastSource, routeSource, troubleSource, type AnnounceHints } from '../core/announce/suggest-announcements.ts'
import { eventSource, type FindEvents } from '../core/attendance/suggest-events.ts'
import { lineSource } from '../core/disputes/suggest-lines.ts'
import { campaignSource } from '../core/campaigns/suggest-campaigns.ts'
import { begunFormSource, formSource, openFormSource, submissionSource } from '../core/forms/suggest-forms.ts'
import { periodSource } from '../core/economy/suggest-periods.ts'
import { commandSource } from '../core/identity/suggest-commands.ts'
import { numberedSource, seatSource } from '../core/review/suggest-seats.ts'
import { zoneSource } from '../core/identity/suggest-zones.ts'
import type { CommandDefinition } from '../core/shared/chat-app.ts'
import type { SuggestPort } from '../core/shared/suggest.ts'

/** Where every kind of suggestion comes from. */
export function suggestionSources(
  database: Pick<Database, 'prisma'>,
  forms: FormStoreOptions,
  commands: readonly CommandDefinition[],
): SuggestPort['sources'] {
  const { genesis } = forms
  const find: FindEvents = (search) => searchEvents(database, search)
  const { prisma } = database
  const drafts = draftStore(prisma, forms)
  const hints: AnnounceHints = {
    routes: () => readRoutes(prisma),
    broadcasts: (which, limit) => latestBroadcasts(prisma, which, limit),
    troubles: async (limit) => (await deadLetterStore(prisma).troubles(limit)).shown,
  }
  return {
    event: eventSource(find, 'all'),
    'own-event': eventSource(find, 'own'),
    period: periodSource(genesis, 'all'),
    statement: periodSource(genesis, 'ended'),
    'own-line': lineSource(disputeStore(prisma, genesis)),
    timezone: zoneSource(['UTC', ...Intl.supportedValuesOf('timeZone')]),
    command: commandSource(() => commands),
    route: routeSource(hints),
    draft: broadcastSource(hints, 'draft'),
    broadcast: broadcastSource(hints, 'sent'),
    trouble: troubleSource(hints),
    campaign: campaignSource((limit) => campaignStore(prisma, genesis).list(['approved', 'proposed', 'returned'], limit)),
    'open-form': openFormSource(drafts),
    'begun-form': begunFormSource(drafts),
    form: formSource(drafts),
    'own-submission': submissionSource(submissionStore(prisma, forms)),
    'decided-submission': numberedSource((_memberId, start) => decidedSubmissions(prisma, start)),
    original: numberedSource((memberId, start) => originalsFor(prisma, memberId, start)),
    seat: seatSource((memberId) => openSeats(prisma, memberId)),
  }
}
