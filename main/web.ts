import { challengeStore } from '../adapters/postgres/challenge-store.ts'
import type { Database } from '../adapters/postgres/database.ts'
import type { Members } from '../adapters/postgres/identify.ts'
import { sessionStore } from '../adapters/postgres/session-store.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { WebDoor } from '../server/server-app.ts'

/** Signing in on the web. @param now the real time: a session does not follow the clock of the sandbox */
export function composeWeb(database: Database, members: Members, now: () => Instant): WebDoor {
  return {
    now,
    sessions: sessionStore(database),
    challenges: challengeStore(database),
    recognise: (account, place) => members.recognise(account, place),
  }
}
