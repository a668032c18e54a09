import assert from 'node:assert'
import { createHash } from 'node:crypto'
import { setTimeout as pause } from 'node:timers/promises'
import { privateKeyToAccount, type PrivateKeyAccount } from 'viem/accounts'
import type { Answered, Asker } from './asker.ts'
import type { Book } from './book.ts'
import { contribute, dispute, type Chat } from './contributions.ts'
import { Dice } from '../support/dice.ts'
import type { RunRecord } from './run-record.ts'

const POS = 1_000_000_000n
/** What a withdrawal may ask for at least and at most; see `core/economy/withdraw.rules.ts`. */
const MOST_AT_ONCE = 900_000n * POS
/** Members whom the sandbox lets anybody play; they come over HTTP, which takes two commands a second. */
const PERSONAS = ['ann', 'bob', 'chen']
const DISCORD_EPOCH = 1_420_070_400_000
const FIVE_DAYS_MS = 432_000_000

/** A member of the community who does one thing after another until told to stop. */
export class Member {
  readonly userId: string
  readonly wallet: PrivateKeyAccount
  readonly #place: number
  readonly #dice: Dice
  readonly #asker: Asker
  readonly #book: Book
  readonly #record: RunRecord
  readonly #isPersona: boolean
  readonly #tried = new Map<number, number>()
  readonly #chat: Chat
  #isLinked = false
  #isAutomatic: boolean
  #requests = 0

  constructor(userId: string, place: number, ports: { asker: Asker; book: Book; record: RunRecord }) {
    this.userId = userId
    this.wallet = privateKeyToAccount(`0x${createHash('sha256').update(`${ports.record.seed} ${userId}`).digest('hex')}`)
    this.#place = place
    this.#dice = new Dice(ports.record.seed, `member ${userId}`)
    this.#asker = ports.asker
    this.#book = ports.book
    this.#record = ports.record
    this.#isPersona = PERSONAS.includes(userId)
    this.#isAutomatic = !this.#dice.chance(0.25)
    this.#chat = {
      say: (line) => this.#say(line),
      press: (button) => this.#asker.press(userId, button, this.#newKey()),
    }
  }

  async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.#act()
      await pause(this.#isPersona ? this.#dice.between(3_000, 6_000) : this.#dice.between(100, 1_400))
    }
  }

  async #act(): Promise<void> {
    const open = this.#book.openEvents.filter(({ number }) => (this.#tried.get(number) ?? 0) < 2)
    const event = this.#dice.pick(open)
    if (event !== undefined && this.#dice.chance(0.6)) return this.#checkIn(event.number, event.codes[this.#place % event.codes.length]!)
    // Forms ask by buttons, which come over the channel alone.
    if (!this.#isPersona && this.#dice.chance(0.05)) return this.#contribute()
    if (!this.#isPersona && this.#book.isInDispute && this.#dice.chance(0.3)) return this.#dispute()
    if (!this.#isLinked) return this.#link()
    if (!this.#isAutomatic) return this.#turnAutomatic()
    if (this.#dice.chance(0.4)) return this.#withdraw()
    await this.#say('/balance')
  }

  /** Now and then twice at once: with the same key, as a platform delivers again, or with another, as an impatient member presses again. */
  async #checkIn(event: number, code: string): Promise<void> {
    this.#tried.set(event, (this.#tried.get(event) ?? 0) + 1)
    const key = this.#newKey()
    const keys = [key, ...(this.#dice.chance(0.1) ? [key] : []), ...(this.#dice.chance(0.1) ? [this.#newKey()] : [])]
    await Promise.all(
      keys.map(async (each) => {
        const attempt = this.#book.noteCheckIn(this.userId, event, this.#auditKey(each))
        const answer = await this.#say(`/checkin ${code}`, each)
        attempt.outcome = outcomeOf(answer)
        this.#count('check-ins', answer)
      }),
    )
  }

  async #contribute(): Promise<void> {
    this.#record.count(`reports: ${await contribute(this.#chat, this.#dice)}`)
  }

  async #dispute(): Promise<void> {
    this.#record.count(`disputes: ${await dispute(this.#chat, this.#dice)}`)
  }

  async #link(): Promise<void> {
    const asked = await this.#say(`/wallet link ${this.wallet.address}`)
    if (asked.code === 'wallet.already_linked') this.#isLinked = true
    if (asked.verbatim === undefined) return
    const confirmed = await this.#say(`/wallet confirm ${await this.wallet.signMessage({ message: asked.verbatim })}`)
    if (confirmed.tone === 'done') this.#isLinked = true
    this.#count('wallets', confirmed)
  }

  async #turnAutomatic(): Promise<void> {
    const answer = await this.#say('/payout auto on')
    this.#isAutomatic = answer.tone === 'done'
    this.#count('automatic payouts', answer)
  }

  async #withdraw(): Promise<void> {
    const withdrawable = this.#isPersona ? 20n * POS : (await this.#say('/balance')).amounts[1]
    assert(withdrawable !== undefined, 'the balance says what can be withdrawn')
    const wish = (withdrawable * BigInt(this.#dice.between(5, 60))) / 100n
    if (wish < POS) return
    const amount = this.#book.ownAmount(wish > MOST_AT_ONCE ? MOST_AT_ONCE : wish)
    const key = this.#newKey()
    const attempt = this.#book.noteWithdrawal({
      userId: this.userId,
      key: this.#auditKey(key),
      amount,
      address: this.wallet.address,
      outcome: undefined,
    })
    const line = `/withdraw ${amount / POS}.${String(amount % POS).padStart(9, '0')}`
    const answers = await Promise.all([key, ...(this.#dice.chance(0.15) ? [key] : [])].map((each) => this.#say(line, each)))
    const answer = answers.find(({ tone }) => tone === 'done') ?? answers[0]!
    attempt.outcome = outcomeOf(answer)
    this.#count('withdrawals', answer)
  }

  async #say(line: string, key = this.#newKey()): Promise<Answered> {
    return this.#isPersona ? this.#asker.post(this.userId, line, key) : this.#asker.say(this.userId, line, key)
  }

  #newKey(): string {
    this.#requests += 1
    return `chaos-${this.userId}-${this.#requests}`
  }

  /** The server marks the keys of its clients, so that none can be mistaken for a platform's. */
  #auditKey(key: string): string {
    return this.#isPersona ? `api:${key}` : key
  }

  #count(what: string, answer: Answered): void {
    this.#record.count(`${what}: ${outcomeOf(answer)}`)
  }
}

function outcomeOf(answer: Answered): string {
  return answer.tone === 'done' ? 'done' : (answer.code ?? answer.tone)
}

/** The personas and as many others as make up `count`. */
export function gatherMembers(count: number, ports: { asker: Asker; book: Book; record: RunRecord }): Member[] {
  const names = [
    ...PERSONAS,
    ...Array.from({ length: count - PERSONAS.length }, (_, index) => `member${String(index + 1).padStart(3, '0')}`),
  ]
  return names.map((name, place) => new Member(name, place, ports))
}

/** Accounts of Discord that were made days ago: the crowd of the first day with them among it is striking, and their payouts wait. */
export function gatherNewcomers(
  count: number,
  place: number,
  now: number,
  ports: { asker: Asker; book: Book; record: RunRecord },
): Member[] {
  return Array.from({ length: count }, (_, index) => {
    const madeAt = BigInt(now - DISCORD_EPOCH - FIVE_DAYS_MS - index)
    return new Member(String(madeAt << 22n), place + index, ports)
  })
}
