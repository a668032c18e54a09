import type { Journal, JournalEntry } from './journal.ts'
import type { Answer, CallbackAnswer, PressResult } from './telegram-fake.types.ts'

/** One update under watch: what follows `mark` in these chats (undefined: anywhere) counts as its effect. */
export interface Watched {
  mark: number
  updateId: number
  chats: readonly number[] | undefined
}

type Shown = Extract<JournalEntry, { kind: 'sent' | 'edited' }>

/** Finds in the journal what the bot did about an update, and waits for it. */
export class Reactions {
  private readonly journal: Journal

  constructor(journal: Journal) {
    this.journal = journal
  }

  /** Resolves when the update is confirmed and at least `count` messages or edits are there. */
  answer(watched: Watched, count: number, awaited: string, timeoutMs: number): Promise<Answer> {
    const probe = () => (this.isConfirmed(watched) && this.shown(watched).length >= count ? this.collect(watched) : undefined)
    return this.journal.until(probe, awaited, timeoutMs)
  }

  /** Resolves when the update is confirmed, whatever was shown. */
  settled(watched: Watched, awaited: string, timeoutMs: number): Promise<Answer> {
    return this.journal.until(() => (this.isConfirmed(watched) ? this.collect(watched) : undefined), awaited, timeoutMs)
  }

  /** Resolves when the callback query is answered and its update confirmed; an expired query cannot be answered. */
  press(watched: Watched, queryId: string, expired: boolean, awaited: string, timeoutMs: number): Promise<PressResult> {
    const probe = (): PressResult | undefined => {
      const callbackAnswer = this.callbackAnswer(watched, queryId)
      if (!this.isConfirmed(watched) || (callbackAnswer === undefined && !expired)) return undefined
      const deleted = this.journal.since(watched.mark).flatMap((entry) => {
        return entry.kind === 'deleted' ? [{ chatId: entry.chatId, messageId: entry.messageId }] : []
      })
      return { ...this.collect(watched), callbackAnswer, deleted }
    }
    return this.journal.until(probe, awaited, timeoutMs)
  }

  private isConfirmed(watched: Watched): boolean {
    const dropped = this.journal.since(watched.mark).find((entry) => entry.kind === 'dropped' && entry.updateId === watched.updateId)
    if (dropped?.kind === 'dropped') throw new Error(`update ${watched.updateId} never reached the bot: ${dropped.reason}`)
    return this.journal.since(watched.mark).some((entry) => entry.kind === 'confirmed' && entry.updateId === watched.updateId)
  }

  private shown(watched: Watched): readonly Shown[] {
    return this.journal.since(watched.mark).filter((entry): entry is Shown => {
      if (entry.kind !== 'sent' && entry.kind !== 'edited') return false
      return watched.chats === undefined || watched.chats.includes(entry.message.chatId)
    })
  }

  private callbackAnswer(watched: Watched, queryId: string): CallbackAnswer | undefined {
    const found = this.journal.since(watched.mark).find((entry) => entry.kind === 'callback' && entry.queryId === queryId)
    return found?.kind === 'callback' ? found.answer : undefined
  }

  private collect(watched: Watched): Answer {
    const shown = this.shown(watched)
    const last = shown.at(-1)?.message
    return {
      updateId: watched.updateId,
      messages: shown.filter((entry) => entry.kind === 'sent').map((entry) => entry.message),
      edited: shown.filter((entry) => entry.kind === 'edited').map((entry) => entry.message),
      text: shown.map((entry) => entry.message.text).join('\n'),
      buttons: shown.flatMap((entry) => entry.message.buttons),
      parseMode: last?.parseMode,
      last,
    }
  }
}
