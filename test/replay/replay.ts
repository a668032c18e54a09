// `npm run replay [-- --seed 7] [--crowds 10] [--seats 40]`: what people do in two rounds, through both real bots over the strict stand-ins and PostgreSQL, once
// as they meant it and once as platforms deliver it at their worst. Exits with 1 when the two end states differ in anything, with the seed to do it again.
import { randomInt } from 'node:crypto'
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { Client } from 'pg'
import { z } from 'zod'
import { startEmbeddedPostgres } from '../../adapters/postgres/embedded-postgres.ts'
import { migrate } from '../../adapters/postgres/migrate.ts'
import { runReplay, type ReplayReport } from './run-replay.ts'

const SHOWN_DIFFERENCES = 20
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)
const Options = z.object({
  seed: whole(0, 2 ** 31 - 1).default(() => randomInt(2 ** 31)),
  crowds: whole(2, 100).default(10),
  seats: whole(10, 40).default(40),
})
const { values } = parseArgs({ options: { seed: { type: 'string' }, crowds: { type: 'string' }, seats: { type: 'string' } } })
const options = Options.safeParse(values)
if (!options.success) {
  console.error(z.prettifyError(options.error))
  process.exit(2)
}
const { seed, crowds, seats } = options.data
const folder = mkdtempSync(join(tmpdir(), 'wepos-replay-'))
// The server runs as another account when we are root.
chmodSync(folder, 0o755)
const server = await startEmbeddedPostgres({ dataFolder: join(folder, 'data'), durable: false })
try {
  const began = performance.now()
  const report = await runReplay({ seed, crowds, seats, database: newDatabase })
  print(report, (performance.now() - began) / 1_000)
  process.exitCode = report.differences.length === 0 ? 0 : 1
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await server.stop()
  rmSync(folder, { recursive: true, force: true })
}
console.log(`again: npm run replay -- --seed ${seed} --crowds ${crowds} --seats ${seats}`)
// A try that was lost on Discord still waits for its time to be over.
process.exit()

async function newDatabase(): Promise<string> {
  const name = `replay_${randomInt(2 ** 40)}`
  const client = new Client({ connectionString: server.url('postgres') })
  await client.connect()
  await client.query(`CREATE DATABASE ${name}`)
  await client.end()
  await migrate(server.url(name))
  return server.url(name)
}

function print({ figures, effects, restarts, cuts, differences }: ReplayReport, seconds: number): void {
  const { discord, telegram } = figures
  const rows: [string, ...(string | number)[]][] = [
    ['', 'Discord', 'Telegram'],
    ['delivered', discord.given, telegram.given],
    ['delivered again', discord.again, telegram.again],
    ['out of order', discord.disordered, telegram.disordered],
    ['late, in a later wave', discord.late, telegram.late],
  ]
  for (const [name, ...cells] of rows) console.log(`${name.padEnd(24)}${cells.map((cell) => String(cell).padStart(10)).join('')}`)
  console.log(
    `each bot: ${restarts} restarts and ${cuts} cuts in the middle of a wave, a quiet week after which numbers begin among used ones, a new session`,
  )
  console.log(
    `left behind: ${Object.entries(effects)
      .map(([kind, count]) => `${kind} ${count}`)
      .join(', ')}`,
  )
  for (const difference of differences.slice(0, SHOWN_DIFFERENCES)) console.log(`! ${difference.slice(0, 600)}`)
  console.log(`differences from the clean stream: ${differences.length} (${seconds.toFixed(0)} s)`)
}
