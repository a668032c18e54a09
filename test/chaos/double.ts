import { setTimeout as pause } from 'node:timers/promises'
import { Dice } from '../support/dice.ts'
import type { Answered, Asker } from './asker.ts'
import type { Book } from './book.ts'
import type { RunRecord } from './run-record.ts'

/** Somebody who has an account in the terminal, as a member who lives by itself, and one on Discord; links the two, parts them and links them again. */
export class Double {
  readonly #partner: string
  readonly #userId: string
  readonly #dice: Dice
  readonly #asker: Asker
  readonly #book: Book
  readonly #record: RunRecord
  readonly #tried = new Set<number>()
  #requests = 0

  /** @param userId an account of Discord that is years old */
  constructor(partner: string, userId: string, ports: { asker: Asker; book: Book; record: RunRecord }) {
    this.#partner = partner
    this.#userId = userId
    this.#dice = new Dice(ports.record.seed, `double ${userId}`)
    this.#asker = ports.asker
    this.#book = ports.book
    this.#record = ports.record
    // What one account attended may be shown as the other's.
    this.#book.joined.add(partner)
  }

  async live(signal: AbortSignal): Promise<void> {
    await this.#say(this.#userId, '/start')
    while (!signal.aborted) {
      const event = this.#book.openEvents.find(({ number, codes }) => codes.length === 1 && !this.#tried.has(number))
      if (event !== undefined) {
        this.#tried.add(event.number)
        this.#count('check-ins of second accounts', await this.#say(this.#userId, `/checkin ${event.codes[0]!}`))
      } else if (this.#dice.chance(0.6)) await this.#join()
      else await this.#part()
      await pause(this.#dice.between(500, 4_000))
    }
  }

  async #join(): Promise<void> {
    const { verbatim } = await this.#say(this.#partner, '/link')
    if (verbatim === undefined) return
    const shown = await this.#say(this.#userId, `/link ${verbatim}`)
    this.#count('links', shown.buttons[0] === undefined ? shown : await this.#press(shown.buttons[0]))
  }

  async #part(): Promise<void> {
    const shown = await this.#say(this.#userId, '/unlink')
    this.#count('links undone', shown.buttons[0] === undefined ? shown : await this.#press(shown.buttons[0]))
  }

  #say(userId: string, line: string): Promise<Answered> {
    return this.#asker.say(userId, line, this.#newKey())
  }

  #press(button: string): Promise<Answered> {
    return this.#asker.press(this.#userId, button, this.#newKey())
  }

  #newKey(): string {
    this.#requests += 1
    return `chaos-double-${this.#userId}-${this.#requests}`
  }

  #count(what: string, { tone, code }: Answered): void {
    this.#record.count(`${what}: ${tone === 'done' ? tone : (code ?? tone)}`)
  }
}
