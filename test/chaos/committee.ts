import assert from 'node:assert'
import { setTimeout as pause } from 'node:timers/promises'
import { Dice } from '../support/dice.ts'
import type { Answered, Asker } from './asker.ts'
import type { RunRecord } from './run-record.ts'

const REVIEWERS = ['rae', 'rob', 'ren', 'ruth'] as const
const CHAIR = 'cora'
/** The card of an item begins with buttons that approve it, for a fixed amount with one, else with three. */
const APPROVING = 3

/** Reviewers who answer what they are asked, and a chair who clears whoever is held. */
export class Committee {
  readonly #asker: Asker
  readonly #record: RunRecord
  #requests = 0

  constructor(ports: { asker: Asker; record: RunRecord }) {
    this.#asker = ports.asker
    this.#record = ports.record
  }

  /** They come, get their roles, and work until told to stop. */
  async live(signal: AbortSignal): Promise<void> {
    for (const [name, role] of [...REVIEWERS.map((each) => [each, 'reviewer'] as const), [CHAIR, 'chair'] as const]) {
      await this.#say(name, '/start')
      const granted = await this.#asker.post('olga', `/role grant @${name} ${role}`, this.#newKey('olga'))
      assert(granted.tone === 'done', `${name} becomes ${role}: ${granted.code ?? granted.tone}`)
    }
    await Promise.all([...REVIEWERS.map((name) => this.#review(name, signal)), this.#preside(signal)])
  }

  /** Whoever is held may be paid again. */
  async clearHolds(): Promise<void> {
    const { options: held } = await this.#say(CHAIR, '/hold list')
    for (const memberId of held) {
      const { tone, code } = await this.#say(CHAIR, `/hold clear ${memberId} Known to us.`)
      this.#record.count(`holds cleared: ${tone === 'done' ? tone : (code ?? tone)}`)
    }
  }

  async #preside(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.clearHolds()
      await pause(3_000)
    }
  }

  async #review(name: string, signal: AbortSignal): Promise<void> {
    const dice = new Dice(this.#record.seed, `reviewer ${name}`)
    while (!signal.aborted) {
      const { options: asked } = await this.#say(name, '/review list')
      // A disputed line waits for days only, and the close of its month for it.
      const subject = asked.find((each) => each.startsWith('DSP')) ?? asked[0]
      const { buttons } = subject === undefined ? { buttons: [] } : await this.#say(name, `/review show ${subject}`)
      const button = dice.pick(buttons.slice(0, buttons.length > APPROVING + 1 ? APPROVING : 1))
      if (button !== undefined) {
        const { tone, code } = await this.#asker.press(name, button, this.#newKey(name))
        const what = subject?.startsWith('DSP') === true ? 'disputes' : 'submissions'
        this.#record.count(`opinions about ${what}: ${tone === 'refused' ? (code ?? tone) : 'given'}`)
      }
      await pause(dice.between(50, 500))
    }
  }

  #say(name: string, line: string): Promise<Answered> {
    return this.#asker.say(name, line, this.#newKey(name))
  }

  #newKey(name: string): string {
    this.#requests += 1
    return `chaos-${name}-${this.#requests}`
  }
}
