import { campaignStore, endCampaigns, hasCampaignsToEnd } from '../adapters/postgres/campaign-store.ts'
import type { Database, Tx } from '../adapters/postgres/database.ts'
import { campaignBudgetCommand } from '../core/campaigns/campaign-budget.ts'
import { campaignEndCommand } from '../core/campaigns/campaign-end.ts'
import { campaignListCommand } from '../core/campaigns/campaign-list.ts'
import { campaignProposeCommand } from '../core/campaigns/campaign-propose.ts'
import { campaignShowCommand } from '../core/campaigns/campaign-show.ts'
import { campaignLeaveCommand, campaignTeamCommand } from '../core/campaigns/campaign-team.ts'
import { bindCommand, type BoundCommand } from '../core/shared/dispatch.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { CampaignsJobParts } from '../jobs/schedule.ts'

export function campaignCommands(genesis: Instant): readonly BoundCommand<Tx>[] {
  const campaigns = (tx: Tx) => campaignStore(tx, genesis)
  return [
    bindCommand(campaignListCommand, campaigns),
    bindCommand(campaignShowCommand, campaigns),
    bindCommand(campaignProposeCommand, campaigns),
    bindCommand(campaignTeamCommand, campaigns),
    bindCommand(campaignLeaveCommand, campaigns),
    bindCommand(campaignEndCommand, campaigns),
    bindCommand(campaignBudgetCommand, campaigns),
  ]
}

export function composeCampaigns(database: Database, genesis: Instant): CampaignsJobParts {
  return { isDue: (now) => hasCampaignsToEnd(database, genesis, now), end: (now) => endCampaigns(database, genesis, now) }
}
