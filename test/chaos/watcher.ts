import { setTimeout as pause } from 'node:timers/promises'
import { join } from 'node:path'
import pg from 'pg'
import { loadKeccak256 } from '../../adapters/hashing/keccak256.ts'
import { readDeployment } from '../../main/deployment.ts'
import { readRunning } from '../../main/running-note.ts'
import type { Book } from './book.ts'
import { checkChain } from './check-chain.ts'
import { checkLedger } from './check-ledger.ts'
import { checkStatements } from './check-statements.ts'
import type { RunRecord } from './run-record.ts'

const EVERY_MS = 1_500
const QUERY_TIMEOUT_MS = 5_000

/** Looks at the database and the chain from outside, with connections of its own. */
export class Watcher {
  readonly #dataFolder: string
  readonly #book: Book
  readonly #record: RunRecord

  constructor(ports: { dataFolder: string; book: Book; record: RunRecord }) {
    this.#dataFolder = ports.dataFolder
    this.#book = ports.book
    this.#record = ports.record
  }

  async live(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        await this.check(false)
        this.#record.count('checks of ledger and chain while running')
      } catch {
        // A part is down at this moment; what it holds is looked at when it is back.
        this.#record.count('checks that found a part down')
      }
      await pause(EVERY_MS)
    }
  }

  /** Checks everything that can be at this moment. Rejects when a part does not answer. */
  async check(isFinal: boolean): Promise<void> {
    const running = readRunning(this.#dataFolder)
    const deployment = readDeployment(join(this.#dataFolder, 'chain', 'deployment.json'))
    if (running === undefined || deployment === undefined) throw new Error('the product does not run')
    const keccak = await loadKeccak256()
    await this.#withClient(running.databaseUrl, async (client) => {
      this.#note(await checkLedger(client, this.#book, isFinal))
      this.#note(await checkChain(client, { url: running.chainUrl, deployment, keccak }, isFinal))
    })
  }

  /** Verifies the statements of all closed periods; gives how many there are. */
  async checkStatements(origin: string, folder: string): Promise<number> {
    const running = readRunning(this.#dataFolder)
    if (running === undefined) throw new Error('the product does not run')
    const last = Number(await this.#ask('SELECT count(*) FROM period WHERE closed_at IS NOT NULL'))
    this.#note(await checkStatements(origin, running.chainUrl, last, folder))
    return last
  }

  /** Sentences about what is still under way; none when the product has nothing left to do. */
  async unfinished(): Promise<string> {
    return this.#ask(`SELECT concat_ws(', ',
      (SELECT count(*) || ' transactions' FROM chain_intent WHERE state <> 'settled' HAVING count(*) > 0),
      (SELECT count(*) || ' withdrawals' FROM withdrawal WHERE paid_at IS NULL HAVING count(*) > 0),
      (SELECT count(*) || ' grants without a number' FROM reward WHERE status = 'granted' AND serial IS NULL HAVING count(*) > 0),
      (SELECT count(*) || ' periods' FROM period WHERE closed_at IS NULL AND number < (SELECT max(number) FROM period) HAVING count(*) > 0),
      (SELECT 'payouts are halted' FROM setting WHERE key = 'payouts-halted'))`)
  }

  /** How far the product's clock is ahead, in milliseconds. */
  async clockOffset(): Promise<number> {
    return Number(await this.#ask(`SELECT value FROM setting WHERE key = 'clock:offset'`))
  }

  /** How much was really paid and closed, for the summary. */
  async countWork(): Promise<void> {
    for (const [what, sql] of Object.entries({
      'in the end: check-ins': 'SELECT count(*) FROM attendance',
      'in the end: rewards granted': `SELECT count(*) FROM reward WHERE status = 'granted'`,
      'in the end: rewards unfunded': `SELECT count(*) FROM reward WHERE status = 'unfunded'`,
      'in the end: withdrawals paid': 'SELECT count(*) FROM withdrawal WHERE paid_at IS NOT NULL',
      'in the end: of these automatic': `SELECT count(*) FROM withdrawal WHERE paid_at IS NOT NULL AND id LIKE 'auto:%'`,
      'in the end: periods closed': 'SELECT count(*) FROM period WHERE closed_at IS NOT NULL',
      'in the end: chain transactions settled': `SELECT count(*) FROM chain_intent WHERE state = 'settled'`,
      'in the end: transactions signed for them': 'SELECT count(*) FROM chain_attempt',
      'in the end: times the chain went back behind what was settled': `SELECT count(*) FROM outbox WHERE subject = 'chain-went-back'`,
    }))
      this.#record.count(what, Number(await this.#ask(sql)))
  }

  #note(violations: readonly string[]): void {
    for (const violation of violations) this.#record.violation(violation)
  }

  async #ask(sql: string): Promise<string> {
    const running = readRunning(this.#dataFolder)
    if (running === undefined) throw new Error('the product does not run')
    return this.#withClient(running.databaseUrl, async (client) => {
      const { rows } = await client.query<{ answer: string | null }>(`SELECT (${sql})::text AS answer`)
      return rows[0]?.answer ?? ''
    })
  }

  async #withClient<Result>(url: string, work: (client: pg.Client) => Promise<Result>): Promise<Result> {
    const client = new pg.Client({
      connectionString: url,
      connectionTimeoutMillis: QUERY_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
      application_name: 'chaos',
    })
    client.on('error', () => {})
    await client.connect()
    try {
      return await work(client)
    } finally {
      await client.end().catch(() => {})
    }
  }
}
