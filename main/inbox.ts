import type { Database } from '../adapters/postgres/database.ts'
import { isDigestDue, sendDigests } from '../adapters/postgres/digest-store.ts'
import { forgetMessages } from '../adapters/postgres/inbox-store.ts'
import { forgetReminders, isReminderDue, sendReminders } from '../adapters/postgres/reminder-store.ts'
import type { InboxJobParts } from '../jobs/schedule.ts'

/** What the jobs of the inbox work with. */
export function composeInbox(database: Database): InboxJobParts {
  return {
    isDigestDue: (now) => isDigestDue(database, now),
    sendDigests: (now) => sendDigests(database, now),
    isReminderDue: (now) => isReminderDue(database, now),
    sendReminders: (now) => sendReminders(database, now),
    forget: async (now) => ({ messages: await forgetMessages(database, now), reminders: await forgetReminders(database, now) }),
  }
}
