import type { Database } from '../adapters/postgres/database.ts'
import { isLookDue, linkLooks } from '../adapters/postgres/link-looks.ts'
import { lookAtLinks } from '../core/links/link-look.ts'
import type { CheckLink } from '../core/links/link.port.ts'
import type { LinksJobParts } from '../jobs/schedule.ts'

export function composeLinks(database: Database, check: CheckLink): LinksJobParts {
  return { isDue: (now) => isLookDue(database, now), look: (now) => lookAtLinks(linkLooks(database), check, now) }
}
