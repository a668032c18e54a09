import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import type { CheckpointName } from '../../core/settlement/settlement.port.ts'
import type { FromApp, SaidReply, ToApp, Turn } from './protocol.ts'
import type { RunRecord } from './run-record.ts'

/** The product's process while it serves. */
export interface Live {
  readonly origin: string
  readonly child: ChildProcess
}

export interface SupervisorOptions {
  /** Holds `data`, the product's folder, and `app.log`. */
  readonly folder: string
  readonly port: number
  readonly record: RunRecord
  /** Longest time from the start of the process to its first answer, in milliseconds. */
  readonly maxRecovery: number
  /** Settlement stands at a point; it goes on when `go` is called. */
  readonly onPoint: (point: CheckpointName, go: () => void) => void
}

const RESTART_AFTER_MS = 100
const ASK_TIMEOUT_MS = 8_000
const PROBE_EVERY_MS = 50
const PROBE_TIMEOUT_MS = 2_000
/** Starts in a row that end before the product has answered; a supervisor of the real world gives up as well. */
const MAX_FAILED_STARTS = 12

class Gone extends Error {}

/** Starts the product, starts it again whenever it ends, and measures how long it takes until it answers. */
export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #log: number
  #live: Live | undefined
  #child: ChildProcess | undefined
  #isStopping = false
  #failedStarts = 0
  #probes = 0
  #asked = 0
  readonly #answers = new Map<number, { resolve: (said: SaidReply) => void; reject: (error: Error) => void }>()
  #changed = Promise.withResolvers<void>()
  #isProven = false
  #hasStarted = false

  constructor(options: SupervisorOptions) {
    this.#options = options
    this.#log = openSync(join(options.folder, 'app.log'), 'a')
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  /** Whether the present process has answered a command since it started. */
  get isProven(): boolean {
    return this.#isProven
  }

  get hasGivenUp(): boolean {
    return this.#failedStarts > MAX_FAILED_STARTS
  }

  start(): void {
    const { record, onPoint } = this.#options
    const startedAt = performance.now()
    const child = fork(join(import.meta.dirname, 'app.ts'), [join(this.#options.folder, 'data'), String(this.#options.port)], {
      execArgv: ['--disable-warning=ExperimentalWarning'],
      // Amounts are bigints.
      serialization: 'advanced',
      stdio: ['ignore', this.#log, this.#log, 'ipc'],
    })
    this.#child = child
    child.on('message', (message: FromApp) => {
      if (message.kind === 'serving') {
        this.#live = { origin: message.origin, child }
        this.#tellChange()
        void this.#proveStart(child, startedAt)
      } else if (message.kind === 'at') {
        const { id, point } = message
        record.count(`points passed: ${point}`)
        onPoint(point, () => this.#tell(child, { kind: 'go', id }))
      } else if (message.kind === 'bug') record.violation(`the product reports a bug: ${message.text.slice(0, 1_500)}`)
      else this.#take(message)
    })
    child.on('error', () => {})
    child.once('exit', (code, signal) => this.#ended(child, code, signal))
  }

  /** The product while it serves; waits for it when it does not. */
  async live(): Promise<Live> {
    while (this.#live === undefined) await this.#nextChange()
    return this.#live
  }

  /** Resolves when the present process, or one that takes its place, has answered a command. */
  async proven(): Promise<void> {
    while (!this.#isProven) await this.#nextChange()
  }

  /** A turn of an account over the process's own channel. Rejects when the process ends or does not answer in time. */
  async say(userId: string, turn: Turn, key: string): Promise<SaidReply> {
    const { child } = await this.live()
    const id = (this.#asked += 1)
    const { promise, resolve, reject } = Promise.withResolvers<SaidReply>()
    const timer = setTimeout(() => reject(new Error('no answer in time')), ASK_TIMEOUT_MS)
    this.#answers.set(id, { resolve, reject })
    this.#tell(child, { kind: 'say', id, userId, turn, key })
    try {
      return await promise
    } finally {
      clearTimeout(timer)
      this.#answers.delete(id)
    }
  }

  /** Resolves when the product says that it is ready and has carried out a command; the time from now on is its recovery from `what`. */
  async prove(what: string): Promise<void> {
    const since = performance.now()
    while (!(await this.#probe())) {
      if (this.hasGivenUp) throw new Error('the product does not start any more')
      await pause(PROBE_EVERY_MS)
    }
    this.#keep(what, performance.now() - since)
  }

  /** Ends the product as an operator does; gives its exit code. */
  async stop(): Promise<number | null> {
    this.#isStopping = true
    const child = this.#child
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return null
    const exited = once(child, 'exit')
    child.kill('SIGTERM')
    await exited
    closeSync(this.#log)
    return child.exitCode
  }

  async #proveStart(child: ChildProcess, startedAt: number): Promise<void> {
    while (this.#child === child && child.exitCode === null && child.signalCode === null) {
      if (await this.#probe()) {
        if (this.#child !== child) return
        this.#isProven = true
        this.#failedStarts = 0
        this.#keepStart(performance.now() - startedAt)
        this.#tellChange()
        return
      }
      await pause(PROBE_EVERY_MS)
    }
  }

  /** The first start makes the database and deploys the contracts; nobody waits for it to come back. */
  #keepStart(ms: number): void {
    if (this.#hasStarted) return this.#keep('start of the process', ms)
    this.#hasStarted = true
    this.#options.record.most('first start, from an empty folder', ms)
    this.#options.record.say(`the product runs, ${(ms / 1_000).toFixed(2)} s after its first start`)
  }

  #keep(what: string, ms: number): void {
    const { record, maxRecovery } = this.#options
    record.most(`recovery, ${what}`, ms)
    record.say(`answers again, ${(ms / 1_000).toFixed(2)} s after the ${what}`)
    if (ms > maxRecovery) record.violation(`${(ms / 1_000).toFixed(2)} s until the first answer after the ${what}`)
  }

  /** Ready by its own word, and a command that writes is carried out. */
  async #probe(): Promise<boolean> {
    const live = this.#live
    if (live === undefined) return false
    const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS)
    try {
      const ready = await fetch(`${live.origin}/health/ready`, { signal })
      await ready.arrayBuffer()
      if (ready.status !== 200) return false
      const key = `probe-${this.#options.record.seed}-${process.pid}-${(this.#probes += 1)}`
      return (await this.say('prober', { line: `/language ${this.#probes % 2 === 0 ? 'en' : 'zh'}` }, key)).tone === 'done'
    } catch {
      return false
    }
  }

  #ended(child: ChildProcess, code: number | null, signal: NodeJS.Signals | null): void {
    if (this.#child !== child) return
    const { record } = this.#options
    record.say(`the product's process ended with ${code ?? signal}`)
    record.count(`ends of the product: ${code === null ? signal : `exit code ${code}`}`)
    if (!this.#isProven) this.#failedStarts += 1
    this.#live = undefined
    this.#isProven = false
    for (const { reject } of this.#answers.values()) reject(new Gone('the process has ended'))
    this.#tellChange()
    if (this.#isStopping) return
    if (this.hasGivenUp) record.violation(`the product did not start ${this.#failedStarts} times in a row`)
    else setTimeout(() => this.#isStopping || this.start(), RESTART_AFTER_MS)
  }

  #take(message: Extract<FromApp, { kind: 'said' | 'unsaid' }>): void {
    const waiting = this.#answers.get(message.id)
    if (message.kind === 'said') waiting?.resolve(message.reply)
    else waiting?.reject(new Error(message.reason))
  }

  #tell(child: ChildProcess, message: ToApp): void {
    if (child.connected) child.send(message, () => {})
  }

  #tellChange(): void {
    this.#changed.resolve()
    this.#changed = Promise.withResolvers()
  }

  async #nextChange(): Promise<void> {
    if (this.hasGivenUp) throw new Error('the product does not start any more')
    await this.#changed.promise
  }
}
