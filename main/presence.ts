import { createServed } from '../adapters/postgres/chat-store.ts'
import type { Database } from '../adapters/postgres/database.ts'
import type { EventStoreOptions } from '../adapters/postgres/event-store.ts'
import { forgetPresence } from '../adapters/postgres/forget-presence.ts'
import { presenceStore, settlePresenceStore, type IdentifyAccount } from '../adapters/postgres/presence-store.ts'
import { settleQuizzesStore } from '../adapters/postgres/quiz-store.ts'
import { followStore } from '../adapters/postgres/scheduled-event-store.ts'
import type { CheckInPort } from '../core/attendance/check-in.port.ts'
import type { PresencePort } from '../core/attendance/presence.port.ts'
import { PRESENCE_KEPT_MS } from '../core/attendance/presence.rules.ts'
import { settlePresence } from '../core/attendance/settle-presence.ts'
import { settleQuizzes } from '../core/attendance/settle-quizzes.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { PresenceJobParts } from '../jobs/schedule.ts'
import { newId } from './ids.ts'

export interface PresenceOptions {
  readonly database: Database
  readonly events: EventStoreOptions
  readonly operators: ReadonlySet<string>
  readonly homes: Readonly<Record<string, readonly string[] | undefined>>
  readonly identify: IdentifyAccount
  readonly submit: CheckInPort['submit']
  readonly now: () => Instant
}

/** Presence in voice channels: what a bot writes, and the settling of it, which any process may do. */
export function composePresence({ database, events, operators, homes, identify, submit, now }: PresenceOptions) {
  const isServed = createServed(database, homes)
  const presence: PresencePort = {
    now,
    newWatch: newId,
    ...presenceStore(database.pool, identify, now),
    follow: followStore({ database, events, operators, isServed: (guild) => isServed('discord', guild), now }),
  }
  return { presence, settling: composeSettling(database, submit) }
}

/** The settling of presence and of quizzes alone, which hears nothing: for jobs. */
export function composeSettling({ pool }: Database, submit: CheckInPort['submit']): PresenceJobParts {
  const port = { ...settlePresenceStore(pool), submit }
  const quizzes = { ...settleQuizzesStore(pool), submit }
  return {
    isDue: async (at) => (await port.running(at)).length > 0 || (await quizzes.unsettled(at, 1)).length > 0,
    settle: async (at) => (await settlePresence(port, at)) + (await settleQuizzes(quizzes, at)),
    forget: (at) => forgetPresence(pool, at - PRESENCE_KEPT_MS),
  }
}
