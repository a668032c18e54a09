import type { Database } from '../adapters/postgres/database.ts'
import { hasArrivals, watchSignals } from '../adapters/postgres/signal-watch.ts'
import type { SignalsJobParts } from '../jobs/schedule.ts'

export function composeSignals(database: Database): SignalsJobParts {
  return { isDue: (now) => hasArrivals(database, now), watch: (now) => watchSignals(database, now) }
}
