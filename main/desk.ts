import type { Database } from '../adapters/postgres/database.ts'
import { deskReads } from '../adapters/postgres/desk-reads.ts'
import type { DeskReads } from '../core/review/desk.port.ts'
import type { Instant } from '../core/shared/instant.ts'
import { reviewContents } from './review.ts'

/** What the review desk of the web reads. */
export function composeDesk(database: Database, genesis: Instant): DeskReads {
  return deskReads(database, { genesis, contents: reviewContents(genesis) })
}
