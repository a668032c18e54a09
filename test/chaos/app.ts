// The product as `main/main.ts` starts it, on a folder and port of the chaos run, with two more doors: what any account says, and a stop at every named point of settlement.
import assert from 'node:assert'
import { StartFault } from '../../adapters/process/start-fault.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'
import { runLine, runPress } from '../../core/shared/chat-line.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { Fault } from '../../core/shared/fault.ts'
import { isIssued } from '../../core/shared/press.ts'
import { readConfig } from '../../main/config.ts'
import { createLog } from '../../main/log.ts'
import { startProduct, type Product } from '../../main/product.ts'
import { isOfDiscord, type FromApp, type SaidReply, type ToApp } from './protocol.ts'

const INTERNAL_EXIT = 70
const STOP_LIMIT_MS = 30_000

const [dataFolder, port] = process.argv.slice(2)
assert(dataFolder !== undefined && port !== undefined && process.send !== undefined, 'started by the chaos supervisor')
const read = readConfig({ DATA_DIR: dataFolder, PORT: port, SANDBOX: 'on', LINK_CHECKS: 'off', LOG_LEVEL: 'info' })
assert(read.ok)
const log = createLog('info')
const going = new Map<number, () => void>()
let stops = 0

function tell(message: FromApp): void {
  // Nobody is left to tell when the chaos itself has ended.
  if (process.connected) process.send!(message, () => {})
}

async function start(): Promise<Product> {
  try {
    return await startProduct(read.ok ? read.config : assert.fail(), {
      log,
      tell: (line) => log.info({}, line),
      reportBug(error) {
        tell({ kind: 'bug', text: error instanceof Error ? (error.stack ?? error.message) : String(error) })
        return 'chaos'
      },
      checkpoint: (point) =>
        new Promise((go) => {
          if (!process.connected) return go()
          const id = (stops += 1)
          going.set(id, go)
          tell({ kind: 'at', id, point })
        }),
    })
  } catch (error) {
    log.error({ err: error }, 'the product did not start')
    if (!(error instanceof StartFault)) tell({ kind: 'bug', text: error instanceof Error ? (error.stack ?? error.message) : String(error) })
    // Lets the log and the message out.
    setTimeout(() => process.exit(error instanceof StartFault ? error.exitCode : INTERNAL_EXIT), 100)
    return new Promise(() => {})
  }
}

function outline(reply: Answer['reply']): SaidReply {
  const { tone, code, verbatim, fields, buttons = [], choices = [], ask } = reply
  const question = ask?.input['question']
  const words = JSON.stringify(reply, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
  return {
    tone,
    ...(code === undefined ? {} : { code }),
    ...(verbatim === undefined ? {} : { verbatim }),
    ...(fields === undefined ? {} : { fields }),
    ...(question === undefined ? {} : { question }),
    buttons: buttons.filter(isIssued).map(({ token }) => token),
    options: choices.flatMap(({ options }) => (typeof options === 'string' ? [] : options.map(({ value }) => value))),
    codes: [...new Set(words.match(/\b(?:LINE|SUB|DSP)-\d+\b/g) ?? [])],
  }
}

process.on('message', (message: ToApp) => {
  if (message.kind !== 'go') return
  going.get(message.id)?.()
  going.delete(message.id)
})

const product = await start()
const running = new Set<Promise<void>>()
let isStopping = false
async function stop(exitCode: number): Promise<void> {
  if (isStopping) return
  isStopping = true
  setTimeout(() => process.exit(exitCode === 0 ? 1 : exitCode), STOP_LIMIT_MS).unref()
  // As a bot does: hear nothing new, answer what was heard.
  await Promise.all(running)
  await product.stop()
  process.exit(exitCode)
}

process.on('message', (message: ToApp) => {
  if (message.kind !== 'say' || isStopping) return
  const { id, userId, turn, key } = message
  const platform = isOfDiscord(userId) ? 'discord' : 'console'
  const account: ChatAccount = { platform, userId, name: userId, handle: userId, locale: 'en' }
  const place = { kind: 'private', chatId: userId } as const
  const taking =
    'line' in turn ? runLine(product.chat, account, place, turn.line, key) : runPress(product.chat, account, place, turn.button, key)
  const answering = taking.then(
    ({ reply }) => tell({ kind: 'said', id, reply: outline(reply) }),
    (error: unknown) => {
      // The chat's stores reject with faults; anything else is a bug of theirs.
      if (!(error instanceof Fault)) tell({ kind: 'bug', text: error instanceof Error ? (error.stack ?? error.message) : String(error) })
      tell({ kind: 'unsaid', id, reason: String(error) })
    },
  )
  running.add(answering)
  void answering.then(() => running.delete(answering))
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void stop(0))
process.on('disconnect', () => {
  for (const go of going.values()) go()
  void stop(0)
})
void product.broken.then((sentence) => {
  log.warn({}, sentence)
  return stop(INTERNAL_EXIT)
})
tell({ kind: 'serving', origin: product.origin })
