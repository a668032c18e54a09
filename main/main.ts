// `npm start`: the whole product. Everything has a default; .env.example says what can be set.
import { randomUUID } from 'node:crypto'
import { constants } from 'node:os'
import { StartFault } from '../adapters/process/start-fault.ts'
import { startTerminal } from '../bots/console/terminal.ts'
import { describeProblems, readConfig, readEnvironment } from './config.ts'
import { createLog } from './log.ts'
import { startProduct, type Product } from './product.ts'
import { PERSONAS } from './sandbox.ts'

const CONFIG_EXIT = 78
const INTERNAL_EXIT = 70
/** A stop that takes longer is cut off; everything that matters is durable before it is said. */
const STOP_LIMIT_MS = 30_000

const read = readConfig(readEnvironment())
if (!read.ok) {
  process.stderr.write(describeProblems(read.problems))
  process.exit(CONFIG_EXIT)
}
const { config } = read
const isTerminal = config.isSandbox && process.stdin.isTTY && process.stdout.isTTY
// In a terminal chat the log would run through the conversation; warnings still show.
const log = createLog(isTerminal && config.logLevel === 'info' ? 'warn' : config.logLevel)
const sentry = config.sentryDsn === undefined ? undefined : await import('@sentry/node')

function reportBug(error: unknown, context: object): string {
  return sentry?.captureException(error, { extra: { ...context } }) ?? randomUUID()
}

function fail(error: unknown): never {
  if (error instanceof StartFault) {
    process.stderr.write(`\n${error.message}\n${error.nextStep}\n(${error.code})\n`)
    process.exit(error.exitCode)
  }
  const id = reportBug(error, { command: 'start' })
  log.error({ err: error, id }, 'the product could not start because of a bug')
  process.exit(INTERNAL_EXIT)
}

const SIGNALS = ['SIGINT', 'SIGTERM'] as const
/** Nothing was answered yet, so nothing has to be finished; what was started already ends with the process. */
const endStart = (signal: NodeJS.Signals) => process.exit(128 + constants.signals[signal])
for (const signal of SIGNALS) process.on(signal, endStart)

let product: Product
try {
  product = await startProduct(config, { log, tell: (line) => process.stdout.write(`${line}\n`), reportBug })
} catch (error) {
  fail(error)
}

let isStopping = false
async function stop(exitCode: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  setTimeout(() => process.exit(exitCode === 0 ? 1 : exitCode), STOP_LIMIT_MS).unref()
  await terminal?.stop()
  await product.stop()
  await sentry?.close(2_000)
  process.exit(exitCode)
}

for (const signal of SIGNALS) {
  process.off(signal, endStart)
  process.on(signal, () => void stop(0))
}
process.stdout.write(
  `\nWePoS runs. Open ${product.origin}${config.isSandbox ? `\nTry everything in the sandbox: ${product.origin}/sandbox` : ''}\nCtrl-C stops it.\n\n`,
)
const terminal = isTerminal
  ? startTerminal({
      app: product.chat,
      input: process.stdin,
      output: process.stdout,
      personas: PERSONAS,
      notices: product.notices,
      onEnd: () => void stop(0),
    })
  : undefined
const sentence = await product.broken
if (!isStopping) {
  process.stderr.write(`\n${sentence}\nStart again with npm start; nothing that was answered is lost.\n`)
  await stop(INTERNAL_EXIT)
}
