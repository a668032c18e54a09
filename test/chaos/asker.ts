import { setTimeout as pause } from 'node:timers/promises'
import { z } from 'zod'
import type { SaidReply, Turn } from './protocol.ts'
import type { RunRecord } from './run-record.ts'
import type { Supervisor } from './supervisor.ts'

/** An answer as far as the community cares. */
export interface Answered {
  readonly tone: 'done' | 'info' | 'refused'
  readonly code: string | undefined
  readonly title: string | undefined
  readonly verbatim: string | undefined
  readonly file: string | undefined
  /** Known over the channel only, like what follows. */
  readonly buttons: SaidReply['buttons']
  readonly options: SaidReply['options']
  readonly question: string | undefined
  readonly codes: SaidReply['codes']
  /** Values of the fields that are amounts, in nano. */
  readonly amounts: readonly bigint[]
}

const HTTP_TIMEOUT_MS = 8_000
/** Running every job that a month has made due takes longer than an answer. */
const SKIP_TIMEOUT_MS = 30_000
const AGAIN_AFTER_MS = 150
const BUSY_AFTER_MS = 2_000

const AnswerJson = z.object({
  tone: z.enum(['done', 'info', 'refused', 'fault']),
  code: z.string().nullable(),
  title: z.string().nullable(),
  verbatim: z.string().nullable(),
  file: z.object({ content: z.string() }).nullable(),
})
/** A server that is closing answers by itself, without a code of ours. */
const ProblemJson = z.object({ code: z.string().optional() })

export class RunIsOver extends Error {}

/** Asks until it is answered: the same key again after every silence, fault and crash, as a careful client does. */
export class Asker {
  readonly #supervisor: Supervisor
  readonly #record: RunRecord
  /** After it nothing is tried again. */
  #isOver = false

  constructor(supervisor: Supervisor, record: RunRecord) {
    this.#supervisor = supervisor
    this.#record = record
  }

  end(): void {
    this.#isOver = true
  }

  /** A line of an account, over the process's channel. */
  async say(userId: string, line: string, key: string): Promise<Answered> {
    return this.#take(userId, { line }, key)
  }

  /** A press on what an earlier answer offered. */
  async press(userId: string, button: string, key: string): Promise<Answered> {
    return this.#take(userId, { button }, key)
  }

  #take(userId: string, turn: Turn, key: string): Promise<Answered> {
    return this.#until(async () => {
      const { tone, code, verbatim, question, fields = [], buttons, options, codes } = await this.#supervisor.say(userId, turn, key)
      if (tone === 'fault') {
        const what = 'line' in turn ? turn.line.split(' ')[0]! : 'a press'
        if (code === 'bug') this.#record.violation(`a fault of the world was answered as a bug: ${what}`)
        return undefined
      }
      const amounts = fields.flatMap(({ value }) => (typeof value === 'bigint' ? [value] : []))
      return { tone, code, verbatim, question, buttons, options, codes, title: undefined, file: undefined, amounts }
    })
  }

  /** A line of a persona, over HTTP. */
  async post(persona: string, line: string, key: string): Promise<Answered> {
    return this.#until(async () => {
      const found = await this.#request('/api/v1/sandbox/commands', { persona, line }, key, HTTP_TIMEOUT_MS)
      if (found === undefined) return undefined
      const { tone, code, title, verbatim, file } = AnswerJson.parse(found)
      if (tone === 'fault') return undefined
      const orNone = (text: string | null) => text ?? undefined
      const known = { code: orNone(code), title: orNone(title), verbatim: orNone(verbatim), file: file?.content }
      return { tone, ...known, question: undefined, buttons: [], options: [], codes: [], amounts: [] }
    })
  }

  /**
   * Sets the product's clock forward, over HTTP; every job that falls due runs before it is answered. Across a crash the server does not know the key any more:
   * `isDone` tells whether the clock was moved all the same.
   */
  async skip(target: string, key: string, isDone: () => Promise<boolean>): Promise<void> {
    const since = performance.now()
    let attempts = 0
    await this.#until(async () => {
      attempts += 1
      if (attempts > 1 && (await isDone())) return 'done'
      return this.#request('/api/v1/sandbox/time', { target }, key, SKIP_TIMEOUT_MS)
    })
    this.#record.count(`time jumps: ${target}`)
    this.#record.say(`time: ${target} (${((performance.now() - since) / 1_000).toFixed(2)} s)`)
  }

  /** Undefined when it should be tried again. */
  async #request(path: string, body: object, key: string, timeout: number): Promise<unknown> {
    const { origin } = await this.#supervisor.live()
    const response = await fetch(`${origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(timeout),
    })
    const found: unknown = await response.json()
    if (response.ok) return found
    const { code = 'none' } = ProblemJson.parse(found)
    const { status } = response
    this.#record.count(`problems by HTTP: ${status} ${code}`)
    if (status === 429) await pause(BUSY_AFTER_MS)
    else if (status !== 503) this.#record.violation(`${path} was answered with ${status} ${code}`)
    return undefined
  }

  async #until<Found>(attempt: () => Promise<Found | undefined>): Promise<Found> {
    for (;;) {
      if (this.#isOver) throw new RunIsOver()
      try {
        const found = await attempt()
        if (found !== undefined) {
          this.#record.count('requests: answered')
          return found
        }
        this.#record.count('requests: told to try again')
      } catch (error) {
        if (this.#supervisor.hasGivenUp) throw new RunIsOver()
        if (error instanceof z.ZodError) throw error
        this.#record.count('requests: no answer, sent again')
      }
      await pause(AGAIN_AFTER_MS)
    }
  }
}
