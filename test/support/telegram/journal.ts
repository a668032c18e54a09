import type { SentMessage } from './sent-message.ts'
import type { CallbackAnswer, RequestRecord } from './telegram-fake.types.ts'

export type JournalEntry =
  | { kind: 'sent' | 'edited'; message: SentMessage }
  | { kind: 'deleted'; chatId: number; messageId: number }
  | { kind: 'callback'; queryId: string; answer: CallbackAnswer }
  | { kind: 'confirmed'; updateId: number }
  | { kind: 'dropped'; updateId: number; reason: string }
  | { kind: 'polling' }
  | { kind: 'request'; request: RequestRecord }

const MAX_ENTRIES = 200_000

/** Everything that happened, in order, and the one place where a test waits for something to happen. */
export class Journal {
  private readonly entries: JournalEntry[] = []
  private readonly probes = new Set<() => void>()
  private readonly aborts = new Set<(why: Error) => void>()
  private closed = false

  /** The position after the newest entry: `since(mark)` gives what came later. */
  get mark(): number {
    return this.entries.length
  }

  since(mark: number): readonly JournalEntry[] {
    return this.entries.slice(mark)
  }

  append(entry: JournalEntry): void {
    if (this.entries.length >= MAX_ENTRIES) throw new Error(`the journal of the Telegram fake holds ${MAX_ENTRIES} entries: a loop?`)
    this.entries.push(entry)
    for (const probe of this.probes) probe()
  }

  /**
   * Waits until `probe` gives something else than undefined; it is asked now and after every entry.
   * @throws Error naming `awaited` and what happened instead, after `timeoutMs` milliseconds or when the fake closes.
   */
  until<T>(probe: () => T | undefined, awaited: string, timeoutMs: number): Promise<T> {
    const mark = this.mark
    const now = probe()
    if (now !== undefined) return Promise.resolve(now)
    if (this.closed) return Promise.reject(new Error(`the Telegram fake is closed; awaited: ${awaited}`))
    return new Promise<T>((resolve, reject) => {
      const done = (settle: () => void) => {
        clearTimeout(timer)
        this.probes.delete(check)
        this.aborts.delete(abort)
        settle()
      }
      const check = () => {
        try {
          const value = probe()
          if (value !== undefined) done(() => resolve(value))
        } catch (error) {
          done(() => reject(error instanceof Error ? error : new Error(String(error))))
        }
      }
      const abort = (why: Error) => done(() => reject(why))
      const timer = setTimeout(() => abort(new Error(`waited ${timeoutMs} ms for ${awaited}; meanwhile: ${this.tell(mark)}`)), timeoutMs)
      this.probes.add(check)
      this.aborts.add(abort)
    })
  }

  close(): void {
    this.closed = true
    for (const abort of this.aborts) abort(new Error('the Telegram fake was closed while a test waited for the bot'))
  }

  private tell(mark: number): string {
    const lines = this.since(mark).map(describe).slice(-12)
    return lines.length === 0 ? 'nothing happened' : lines.join('; ')
  }
}

function describe(entry: JournalEntry): string {
  switch (entry.kind) {
    case 'sent':
    case 'edited':
      return `${entry.kind} in ${entry.message.chatId}: ${JSON.stringify(entry.message.text.slice(0, 80))}`
    case 'deleted':
      return `deleted ${entry.messageId} in ${entry.chatId}`
    case 'callback':
      return `callback query ${entry.queryId} answered`
    case 'confirmed':
      return `update ${entry.updateId} confirmed`
    case 'dropped':
      return `update ${entry.updateId} dropped: ${entry.reason}`
    case 'request':
      return `${entry.request.method} -> ${entry.request.code}${entry.request.description ? ` ${entry.request.description}` : ''}`
    default:
      return 'the bot polls'
  }
}
