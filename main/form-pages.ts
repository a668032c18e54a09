import { campaignStore } from '../adapters/postgres/campaign-store.ts'
import type { Database } from '../adapters/postgres/database.ts'
import { formPages } from '../adapters/postgres/form-pages.ts'
import type { FormStoreOptions } from '../adapters/postgres/form-reads.ts'
import type { ServerApp } from '../server/server-app.ts'

/** What pages of forms, submissions and campaigns read. */
export function composeFormPages(database: Database, options: FormStoreOptions): Pick<ServerApp, 'forms' | 'campaigns'> {
  return { forms: formPages(database, options), campaigns: campaignStore(database.prisma, options.genesis) }
}
