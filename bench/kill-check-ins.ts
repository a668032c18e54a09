// Kills a process that stores check-ins at full speed, again and again, and counts what it had acknowledged against what is there.
import assert from 'node:assert'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type pg from 'pg'
import { hmacSha256 } from '../adapters/hashing/hmac-sha256.ts'
import { createCheckInStore } from '../adapters/postgres/check-in-store.ts'
import { createPool } from '../adapters/postgres/pool.ts'
import { rotatingCode } from '../core/attendance/check-in-code.ts'
import { startBenchDatabase } from './bench-database.ts'
import { buildScene, itemOf, memberId } from './check-in-scene.ts'
import { whole, type Figure } from './measure.ts'

export interface KillReport {
  readonly kills: number
  readonly asked: number
  /** Check-ins that were acknowledged before their process was killed. */
  readonly acknowledged: number
  /** Of these, not in the database right after the kill. */
  readonly lost: number
  /** Rows beyond one for each check-in, in any table, after everything was sent again to the end. */
  readonly doubled: number
  /** Check-ins that are not there at the end. */
  readonly missing: number
  /** Nano by which the ledger is off. */
  readonly ledgerError: bigint
}

const IN_FLIGHT = 256

/** Sends `asked` check-ins through a process of its own, kills it `kills` times at moments spread over the work, and sends everything again each time. */
export async function killCheckIns(url: string, asked: number, kills: number): Promise<KillReport> {
  const pool = createPool(url, 2)
  try {
    const scene = await buildScene(pool, asked)
    const event = await scene.openEvent()
    const start = () =>
      spawn(
        process.execPath,
        ['--disable-warning=ExperimentalWarning', import.meta.filename, url, String(event.number), String(scene.genesis), String(asked)],
        { stdio: ['ignore', 'pipe', 'inherit'] },
      )
    const acknowledged = new Set<string>()
    let lost = 0
    for (let kill = 0; kill < kills; kill += 1) {
      const fresh = await runUntil(start(), Math.floor((asked * (kill + 1)) / (kills + 1)))
      for (const index of fresh) acknowledged.add(memberId(index))
      lost += await countAbsent(pool, event.number, [...acknowledged])
    }
    const last = await runUntil(start(), Number.POSITIVE_INFINITY)
    assert.equal(last.length, asked, 'the last process came to its end')
    return { kills, asked, acknowledged: acknowledged.size, lost, ...(await countRows(pool, event.number, asked)) }
  } finally {
    await pool.end()
  }
}

/** Reads acknowledgements; kills the process without warning when it has given so many. */
async function runUntil(child: ReturnType<typeof spawn>, count: number): Promise<number[]> {
  const seen: number[] = []
  assert(child.stdout !== null)
  const exited = once(child, 'exit')
  for await (const line of createInterface({ input: child.stdout })) {
    seen.push(Number(line))
    if (seen.length === count) child.kill('SIGKILL')
  }
  await exited
  return seen
}

async function countAbsent(pool: pg.Pool, event: number, members: readonly string[]): Promise<number> {
  const { rows } = await pool.query<{ absent: bigint }>(
    `SELECT count(*) AS absent FROM unnest($1::text[]) AS m (id)
     WHERE NOT EXISTS (SELECT 1 FROM attendance a JOIN transfer t ON t.id = 'grant:' || a.grant_id JOIN audit_line l ON l.key = 'kill:' || a.member_id
                       WHERE a.event = $2 AND a.member_id = m.id)`,
    [members, event],
  )
  return Number(rows[0]!.absent)
}

async function countRows(pool: pg.Pool, event: number, asked: number) {
  const { rows } = await pool.query<
    Record<'attended' | 'counted' | 'rewards' | 'transfers' | 'lines' | 'value' | 'paid' | 'earned', bigint>
  >(
    `SELECT (SELECT count(*) FROM attendance WHERE event = $1) AS attended, (SELECT attendees::bigint FROM event WHERE number = $1) AS counted,
            (SELECT count(*) FROM reward) AS rewards, (SELECT count(*) FROM transfer WHERE kind = 'grant') AS transfers,
            (SELECT count(*) FROM audit_line) AS lines, (SELECT sum(balance) FROM account)::bigint AS value,
            (SELECT coalesce(sum(amount), 0) FROM transfer WHERE kind = 'grant')::bigint AS paid, (SELECT sum(earned) FROM account)::bigint AS earned`,
    [event],
  )
  const { attended, counted, rewards, transfers, lines, value, paid, earned } = rows[0]!
  const off = [attended, counted, rewards, transfers, lines].map((rowsOf) => Number(rowsOf) - asked)
  const difference = value - 10n ** 17n + (paid - earned)
  return {
    doubled: Math.max(0, ...off),
    missing: Math.max(0, ...off.map((count) => -count)),
    ledgerError: difference < 0n ? -difference : difference,
  }
}

/** The process that is killed: says the number of each member whose check-in it was told is durable. */
async function serve(url: string, number: number, genesis: number, asked: number): Promise<void> {
  const pool = createPool(url, 4)
  const { rows } = await pool.query<{ code_secret: Buffer }>('SELECT code_secret FROM event WHERE number = $1', [number])
  const secret = rows[0]!.code_secret
  const submit = createCheckInStore({ pool, hmac: hmacSha256, genesis, openInLedger: () => assert.fail('the period is open') })
  let next = 0
  async function lane(): Promise<void> {
    while (next < asked) {
      const index = next++
      const at = Date.now()
      const checkIn = { memberId: memberId(index), event: number, evidence: 'code' as const, codeHash: undefined, at }
      const result = await submit(itemOf({ ...checkIn, code: rotatingCode(hmacSha256, secret, at) }, `kill:${memberId(index)}`))
      assert('replayed' in result ? result.replayed.tone === 'done' : result.decision.ok)
      process.stdout.write(`${index}\n`)
    }
  }
  await Promise.all(Array.from({ length: IN_FLIGHT }, lane))
  await pool.end()
}

export async function measureKills(): Promise<readonly Figure[]> {
  const server = await startBenchDatabase()
  try {
    const { kills, asked, acknowledged, lost, doubled, missing, ledgerError } = await killCheckIns(server.url, 20_000, 5)
    const none = (name: string, count: number | bigint, detail: string): Figure => ({
      name: `kill: ${name}`,
      bound: '0',
      measured: `${count} (${detail})`,
      isMet: Number(count) === 0,
    })
    return [
      none('acknowledged check-ins lost', lost, `of ${whole(acknowledged)} acknowledged before ${kills} kills`),
      none('check-ins twice or missing after sending all again', doubled + missing, `of ${whole(asked)}`),
      none('nano that the ledger is off', ledgerError, 'sum of balances and of what was earned'),
    ]
  } finally {
    await server.stop()
  }
}

if (import.meta.main) {
  const [url, ...numbers] = process.argv.slice(2)
  const [number, genesis, asked] = numbers.map(Number)
  assert(url !== undefined && number !== undefined && genesis !== undefined && asked !== undefined)
  await serve(url, number, genesis, asked)
}
