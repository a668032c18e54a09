import type { PresencePort } from '../../core/attendance/presence.port.ts'
import type { Scheduled } from '../../core/attendance/scheduled-event.rules.ts'

/** Discord allows a hundred scheduled events at a time in one server; whoever makes and removes them in a circle is bounded too. */
const MAX_WAITING = 1_000

export interface CalendarQueue {
  add(guildId: string, scheduled: Scheduled): void
  /** What a server's calendar holds, whole. */
  replace(guildId: string, scheduled: readonly Scheduled[]): void
  /** Has everything that waits followed, server by server. Rejects when that fails; the rest waits on. */
  flush(): Promise<void>
}

interface Waiting {
  readonly isWhole: boolean
  readonly scheduled: ReadonlyMap<string, Scheduled>
}

const NOTHING: Waiting = { isWhole: false, scheduled: new Map() }

/** Changes of calendars on their way to the product: the newest state of each event, kept until it was followed, which a server may have to be known for. */
export function createCalendarQueue(port: Pick<PresencePort, 'follow'>): CalendarQueue {
  const waiting = new Map<string, Waiting>()

  function putBack(guildId: string, older: Waiting): void {
    const newer = waiting.get(guildId) ?? NOTHING
    if (newer.isWhole) return
    waiting.set(guildId, { isWhole: older.isWhole, scheduled: new Map([...older.scheduled, ...newer.scheduled]) })
  }

  return {
    add(guildId, scheduled) {
      const before = waiting.get(guildId) ?? NOTHING
      if (before.scheduled.size >= MAX_WAITING && !before.scheduled.has(scheduled.id)) return
      waiting.set(guildId, { ...before, scheduled: new Map([...before.scheduled, [scheduled.id, scheduled]]) })
    },
    replace(guildId, scheduled) {
      waiting.set(guildId, { isWhole: true, scheduled: new Map(scheduled.map((one) => [one.id, one])) })
    },
    async flush() {
      // What is put back waits for the next time.
      const taken = [...waiting]
      for (const [guildId, entry] of taken) {
        waiting.delete(guildId)
        let isFollowed = false
        try {
          isFollowed = await port.follow(guildId, [...entry.scheduled.values()], entry.isWhole)
        } finally {
          if (!isFollowed) putBack(guildId, entry)
        }
      }
    },
  }
}
