import type { DeskReads } from '../../core/review/desk.port.ts'

/** A desk on which nothing waits, for pages that are shown without a database. */
export const SAMPLE_DESK: DeskReads = {
  queue: async () => ({ lines: [], next: undefined }),
  counts: async () => ({ mine: 0, open: 0 }),
  forms: async () => [],
  item: async () => undefined,
  nextSeat: async () => undefined,
  terms: async () => new Map(),
  history: async () => ({ lines: [], next: undefined }),
  answer: async () => undefined,
}
