import { endCampaigns, hasCampaignsToEnd } from '../adapters/postgres/campaign-store.ts'
import type { Database } from '../adapters/postgres/database.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { CampaignsJobParts } from '../jobs/schedule.ts'

export function composeCampaigns(database: Database, genesis: Instant): CampaignsJobParts {
  return { isDue: (now) => hasCampaignsToEnd(database, genesis, now), end: (now) => endCampaigns(database, genesis, now) }
}
