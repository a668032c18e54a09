import type { Database } from '../adapters/postgres/database.ts'
import { hasUntoldDeadLetters, tellOfDeadLetters } from '../adapters/postgres/dead-letter-alert.ts'
import type { DeadLettersJobParts } from '../jobs/schedule.ts'

export function composeDeadLetters(database: Database): DeadLettersJobParts {
  return {
    isDue: (now) => hasUntoldDeadLetters(database, now),
    tell: (now) => tellOfDeadLetters(database, now),
  }
}
