import type { PresencePort } from '../../core/attendance/presence.port.ts'
import type { Scheduled } from '../../core/attendance/scheduled-event.rules.ts'

/** Discord allows a hundred scheduled events at a time in one server; whoever makes and removes them in a circle is bounded too. */
const MAX_WAITING = 1_000

export interface CalendarQueue {
  add(guildId: string, scheduled: Scheduled): void
  /** What a server's calendar holds, whole. */
  replace(guildId: string, scheduled: readonly Scheduled[]): void
  /** Has everything that waits followed, oldest first. Rejects when that fails; the rest waits on. */
  flush(): Promise<void>
}

/** Changes of calendars on their way to the product: the newest state of each event, kept until it was followed. */
export function createCalendarQueue(port: Pick<PresencePort, 'follow'>): CalendarQueue {
  const waiting = new Map<string, { readonly guildId: string; readonly scheduled: readonly Scheduled[]; readonly isWhole: boolean }>()
  return {
    add(guildId, scheduled) {
      if (waiting.size < MAX_WAITING) waiting.set(scheduled.id, { guildId, scheduled: [scheduled], isWhole: false })
    },
    replace(guildId, scheduled) {
      waiting.set(guildId, { guildId, scheduled, isWhole: true })
    },
    async flush() {
      for (const [key, entry] of waiting) {
        await port.follow(entry.guildId, entry.scheduled, entry.isWhole)
        // A newer state may have come meanwhile.
        if (waiting.get(key) === entry) waiting.delete(key)
      }
    },
  }
}
