// `npm run job -- NAME`: runs one job now, beside a running product or by itself. Safe at any time: every job is harmless when run twice.
import { createCheckLink } from '../adapters/links/check-link.ts'
import { openDatabase } from '../adapters/postgres/database.ts'
import { hmacSha256 } from '../adapters/hashing/hmac-sha256.ts'
import { createCheckInStore } from '../adapters/postgres/check-in-store.ts'
import { createJobDesk } from '../adapters/postgres/job-desk.ts'
import { StartFault } from '../adapters/process/start-fault.ts'
import { runJobByHand } from '../jobs/run-job.ts'
import { openClock } from './clock.ts'
import { describeProblems, readConfig, readEnvironment } from './config.ts'
import { composeJobs } from './jobs.ts'
import { joinParts, startParts } from './parts.ts'
import { composeSettling } from './presence.ts'
import { readRunning } from './running-note.ts'
import { composeSettlement } from './settlement.ts'

const USAGE_EXIT = 64
const CONFIG_EXIT = 78

const read = readConfig(readEnvironment())
if (!read.ok) {
  process.stderr.write(describeProblems(read.problems))
  process.exit(CONFIG_EXIT)
}
const { config } = read
const tell = (line: string) => process.stderr.write(`${line}\n`)

try {
  const running = readRunning(config.dataFolder)
  const parts = running === undefined ? await startParts(config, Date.now(), tell) : await joinParts(config, running)
  const database = openDatabase(parts.databaseUrl, { connections: 4 })
  try {
    const clock = await openClock(database, config.isSandbox && parts.chain.isLocal ? parts.chain.url : undefined)
    const { settlement } = await composeSettlement(database, parts.chain, new AbortController().signal)
    const desk = createJobDesk({ database, url: parts.databaseUrl, onError: (error) => tell(String(error)) })
    const { genesis } = parts.chain.deployment
    const submit = createCheckInStore({ pool: database.pool, hmac: hmacSha256, genesis, openInLedger: settlement.openInLedger })
    const checkLink = config.looksAtLinks ? createCheckLink() : undefined
    const jobs = composeJobs({
      database,
      genesis,
      chain: parts.chain,
      settlement,
      settling: composeSettling(database, submit),
      desk,
      checkLink,
    })
    const name = process.argv[2]
    if (name === undefined || jobs.every((job) => job.name !== name)) {
      tell(`Usage: npm run job -- NAME\nJobs: ${jobs.map((job) => job.name).join(', ')}`)
      process.exitCode = USAGE_EXIT
    } else {
      process.stdout.write(`${await runJobByHand({ jobs, desk, clock: clock.now }, name, clock.now())}\n`)
    }
    await desk.stop()
  } finally {
    await database.close()
    await parts.stop()
  }
} catch (error) {
  if (!(error instanceof StartFault)) throw error
  process.stderr.write(`\n${error.message}\n${error.nextStep}\n(${error.code})\n`)
  process.exitCode = error.exitCode
}
