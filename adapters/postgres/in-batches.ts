import type { Database, Tx } from './database.ts'

/** What one transaction took, and how much of it came to something. */
export interface Batch {
  readonly seen: number
  readonly sent: number
}

/** Repeats a transaction that takes at most `atOnce` until one takes fewer. Gives how much came to something in all. */
export async function inBatches(database: Database, atOnce: number, take: (tx: Tx) => Promise<Batch>): Promise<number> {
  let sent = 0
  for (;;) {
    const batch = await database.transaction(async (tx) => ({ keep: true, value: await take(tx) }))
    sent += batch.sent
    if (batch.seen < atOnce) return sent
  }
}
