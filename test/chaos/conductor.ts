import { setTimeout as pause } from 'node:timers/promises'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import type { CheckpointName } from '../../core/settlement/settlement.port.ts'
import { readRunning } from '../../main/running-note.ts'
import { Deck, Dice } from '../support/dice.ts'
import type { RunRecord } from './run-record.ts'
import type { Supervisor } from './supervisor.ts'
import { signal, type Victims } from './victims.ts'

type Act =
  | 'kill app'
  | 'kill app while it starts'
  | 'kill postgres'
  | 'kill postgres session'
  | 'kill chain'
  | 'kill everything'
  | 'freeze app'
  | 'freeze postgres'
  | 'freeze chain'
  | 'reorganise chain'
  | 'restart app'

const AT_RANDOM: readonly [Act, ...Act[]] = [
  'kill app',
  'kill app while it starts',
  'kill postgres',
  'kill postgres session',
  'kill chain',
  'kill everything',
  'freeze app',
  'freeze postgres',
  'freeze chain',
  'reorganise chain',
  'reorganise chain',
  'reorganise chain',
  'restart app',
]
/** Without these a run has shown nothing. */
const FIRST: readonly Act[] = ['kill app', 'kill postgres', 'kill chain', 'freeze postgres', 'freeze chain', 'reorganise chain']
const AT_A_POINT: readonly [Act, ...Act[]] = [
  'kill app',
  'kill app',
  'kill app',
  'kill postgres',
  'kill chain',
  'kill everything',
  'freeze postgres',
  'freeze chain',
  'reorganise chain',
  'reorganise chain',
]
/** A point at which nothing has happened yet is nearly always used, another one now and then. */
const USE_NEW_POINT = 0.9
const USE_POINT_AGAIN = 0.12
/** Between the recovery from one disturbance and the next one at a point: load must go on in between. */
const REST_MS = 600
const RPC_TIMEOUT_MS = 5_000

/** Kills, freezes and reorganises, one disturbance at a time: at random moments, and at the named points of settlement. */
export class Conductor {
  readonly #supervisor: Supervisor
  readonly #victims: Victims
  readonly #record: RunRecord
  readonly #dataFolder: string
  readonly #moments: Dice
  readonly #points: Dice
  readonly #atRandom: Deck<Act>
  readonly #depths: Deck<number>
  readonly #atPoint = new Map<CheckpointName, Deck<Act>>()
  #running: Promise<void> | undefined
  #isOn = false
  #owedDepth: number | undefined
  #restedAt = 0

  constructor(ports: { supervisor: Supervisor; victims: Victims; record: RunRecord; dataFolder: string }) {
    this.#supervisor = ports.supervisor
    this.#victims = ports.victims
    this.#record = ports.record
    this.#dataFolder = ports.dataFolder
    this.#moments = new Dice(ports.record.seed, 'moments')
    this.#points = new Dice(ports.record.seed, 'points')
    this.#atRandom = new Deck(AT_RANDOM, new Dice(ports.record.seed, 'acts'), FIRST)
    this.#depths = new Deck([1, 2, 3, 4, 5], new Dice(ports.record.seed, 'depths'))
  }

  /** Whether everything has happened once without which a run shows nothing. */
  get isComplete(): boolean {
    return FIRST.every((act) => this.#record.countUnder(act) > 0)
  }

  /** Disturbs until told to stop; resolves when what was begun is over. */
  async live(stop: AbortSignal): Promise<void> {
    this.#isOn = true
    while (!stop.aborted) {
      await pause(this.#moments.between(300, 2_500))
      if (stop.aborted || this.#running !== undefined) continue
      await this.#run(this.#atRandom.deal(), undefined)
    }
    this.#isOn = false
    await this.#running
  }

  /** Settlement stands at a point: go on at once, or disturb first. */
  at(point: CheckpointName, go: () => void): void {
    if (!this.#isOn || this.#running !== undefined || !this.#supervisor.isProven) return go()
    const isNew = !this.#atPoint.has(point)
    const isRested = performance.now() > this.#restedAt + REST_MS
    // A new point may not come again soon: it is used even if the last disturbance has only just ended.
    if (!this.#points.chance(isNew ? USE_NEW_POINT : isRested ? USE_POINT_AGAIN : 0)) return go()
    const deck = this.#atPoint.get(point) ?? new Deck(AT_A_POINT, new Dice(this.#record.seed, `acts at ${point}`))
    this.#atPoint.set(point, deck)
    void this.#run(deck.deal(), { point, go })
  }

  #run(act: Act, place: { point: CheckpointName; go: () => void } | undefined): Promise<void> {
    this.#running = this.#disturb(act, place)
      .catch((error: unknown) => {
        // A part that ended at the same moment by itself, say; the checks tell whether anything is wrong.
        this.#record.say(`${act} came to nothing: ${error instanceof Error ? error.message : String(error)}`)
      })
      .finally(() => {
        place?.go()
        this.#running = undefined
        this.#restedAt = performance.now()
      })
    return this.#running
  }

  async #disturb(act: Act, place: { point: CheckpointName; go: () => void } | undefined): Promise<void> {
    const at = place === undefined ? 'at random' : `at ${place.point}`
    const name = `${act} ${at}`
    const [verb] = act.split(' ')
    const app = this.#supervisor.pid
    if (app === undefined) return
    if (verb === 'reorganise') {
      await this.#reorganise(at)
      place?.go()
      return this.#supervisor.prove(`reorganisation ${at}`)
    }
    const pids = this.#pidsOf(act, app)
    if (pids.length === 0) return
    this.#record.say(name)
    this.#record.count(name)
    const since = performance.now()
    if (verb === 'freeze') {
      const ms = this.#moments.between(500, 4_000)
      signal(pids, 'SIGSTOP')
      place?.go()
      await pause(ms)
      signal(pids, 'SIGCONT')
      return this.#supervisor.prove(`end of ${name}`)
    }
    signal(pids, verb === 'restart' ? 'SIGTERM' : 'SIGKILL')
    if (act !== 'kill app') place?.go()
    if (act === 'kill postgres session') return this.#supervisor.prove(name)
    // The process ends, and the one after it answers.
    await this.#untilAnother(app)
    this.#record.most(`the old process ends after ${act}`, performance.now() - since)
    if (act === 'kill app while it starts') {
      await pause(this.#moments.between(100, 2_500))
      const next = this.#supervisor.pid
      if (!this.#supervisor.isProven && next !== undefined) {
        signal([next], 'SIGKILL')
        await this.#untilAnother(next)
      }
    }
    await this.#supervisor.proven()
    this.#record.most(`outage, ${act}`, performance.now() - since)
  }

  async #untilAnother(app: number): Promise<void> {
    while (this.#supervisor.pid === app && !this.#supervisor.hasGivenUp) await pause(20)
  }

  #pidsOf(act: Act, app: number): number[] {
    if (act.endsWith('session')) return this.#victims.sessions().slice(0, 1)
    if (act.endsWith('postgres')) {
      const all = this.#victims.postgres()
      // Now the server alone, as when its memory runs out, now all of it.
      return act === 'kill postgres' && this.#points.chance(0.5) ? all.slice(0, 1) : all
    }
    if (act.endsWith('chain')) return this.#victims.chain()
    if (act.endsWith('everything')) return [app, ...this.#victims.postgres(), ...this.#victims.chain()]
    return [app]
  }

  async #reorganise(at: string): Promise<void> {
    const chain = readRunning(this.#dataFolder)?.chainUrl
    if (chain === undefined) return
    const wish = this.#owedDepth ?? this.#depths.deal()
    // After a restart the node has no state older than the block at which it was saved: what is too deep now is done the next time.
    for (let depth = wish; depth > 0; depth -= 1) {
      try {
        await nodeRequest(chain, 'anvil_reorg', [depth, []], RPC_TIMEOUT_MS)
        this.#owedDepth = depth < wish ? wish : undefined
        this.#record.say(`reorganise chain ${depth} deep ${at}`)
        this.#record.count(`reorganise chain ${depth} deep`)
        if (at !== 'at random') this.#record.count(`reorganise chain ${at}`)
        return
      } catch (error) {
        if (!/Required data unavailable|reorg/i.test(String(error))) throw error
      }
    }
  }
}
