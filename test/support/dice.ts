/**
 * Choices from a seed. Every actor throws dice of its own (`stream`), so that one actor's timing does not change another's choices: the same seed gives the
 * same decks, members and delays, while the moments at which the machine gets to them still differ from run to run.
 */
export class Dice {
  #state: number

  constructor(seed: number, stream: string) {
    // FNV-1a over the name: streams with neighbouring names begin far apart.
    let hash = 2_166_136_261 ^ seed
    for (const character of stream) hash = Math.imul(hash ^ character.charCodeAt(0), 16_777_619)
    this.#state = hash >>> 0
  }

  /** Uniform in [0, 1). Mulberry32. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0
    let mixed = this.#state
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }

  /** Uniform, both ends included. */
  between(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1))
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  pick<Item>(items: readonly Item[]): Item | undefined {
    return items[Math.floor(this.next() * items.length)]
  }

  shuffle<Item>(items: readonly Item[]): Item[] {
    const shuffled = [...items]
    for (let last = shuffled.length - 1; last > 0; last -= 1) {
      const other = this.between(0, last)
      ;[shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!]
    }
    return shuffled
  }
}

/** Cards dealt in a new order each time all are gone: everything comes up before anything comes up twice as often. */
export class Deck<Card> {
  readonly #cards: readonly Card[]
  readonly #dice: Dice
  #left: Card[]

  /** @param first these are dealt once, in some order, before all others */
  constructor(cards: readonly [Card, ...Card[]], dice: Dice, first: readonly Card[] = []) {
    this.#cards = cards
    this.#dice = dice
    this.#left = dice.shuffle(first)
  }

  deal(): Card {
    if (this.#left.length === 0) this.#left = this.#dice.shuffle(this.#cards)
    return this.#left.pop()!
  }
}
