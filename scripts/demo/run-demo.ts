import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join, relative, resolve } from 'node:path'
import { freePort } from '../../adapters/process/local-process.ts'
import { LAST_PERIOD } from '../../core/economy/release-schedule.ts'
import type { Language } from '../../core/shared/text.ts'
import { createLog } from '../../main/log.ts'
import { openClock, type Clock } from '../../main/clock.ts'
import { PERSONAS } from '../../main/sandbox.ts'
import type { DemoOptions } from './demo-options.ts'
import { demoTexts } from './demo.texts.ts'
import { judgeResult } from './judge-result.ts'
import { openWorld, type World } from './open-world.ts'
import { createPeople } from './people.ts'
import { play } from './play.ts'
import { readResult } from './read-result.ts'
import { serve, type ServeOptions } from './serve.ts'
import { startParts, type DemoParts } from './start-parts.ts'
import { statementPath } from './statement-files.ts'
import { speakDemo, tellEqualities, tellMonths, tellResult } from './tell.ts'

const { say } = demoTexts
const JOBS_EVERY = 3
const ROOT = resolve(import.meta.dirname, '..', '..')

/** Plays, checks and, when wanted, serves until `untilStopped` resolves. Returns the exit code: 1 when any equality does not hold. */
export async function runDemo(options: DemoOptions, print: (line: string) => void, untilStopped: () => Promise<void>): Promise<0 | 1> {
  const { members, seed, folder, language } = options
  const tell = speakDemo(language)
  print(tell(say('begins', { members, seed: String(seed) })))
  print(tell(say('notDurable', { folder: shown(folder) })))
  const parts = await startParts(folder, print)
  try {
    const port = await freePort(options.port)
    const world = await openWorld({ ...parts, publicOrigin: `http://localhost:${port}`, language, log: createLog('warn') })
    try {
      print(tell(say('ready', { seconds: seconds() })))
      const people = createPeople(seed, members, PERSONAS)
      await play({
        world,
        people,
        seed,
        statementsFolder: parts.statementsFolder,
        listener: tellMonths(language, print),
        jobsEvery: JOBS_EVERY,
      })
      const isGood = await check(world, parts, language, print)
      const clock = await startClock(world)
      await parts.saveChain()
      print(tell(say('took', { seconds: seconds() })))
      if (options.serve ?? process.stdout.isTTY) await serveResult(world, parts, { port, language, clock }, print, untilStopped)
      print(tell(say('continueHint', { folder: shown(folder) })))
      return isGood ? 0 : 1
    } finally {
      await world.close()
    }
  } finally {
    await parts.stop()
  }
}

/** From now on time goes by itself, from where the story ended; the product, started on the same folder, goes on from there too. */
async function startClock({ clock, database, nodeUrl }: World): Promise<Clock> {
  const running = await openClock(database, nodeUrl)
  await running.moveTo(clock.now())
  clock.follow(() => running.now())
  return running
}

async function check(world: World, parts: DemoParts, language: Language, print: (line: string) => void): Promise<boolean> {
  const tell = speakDemo(language)
  print(tell(say('checking')))
  const result = await readResult(world, parts.statementsFolder, language)
  tellResult(result, language, print)
  const isEqual = tellEqualities(judgeResult(result), language, print)
  const file = statementPath(parts.statementsFolder, LAST_PERIOD)
  print(tell(say('verifying', { file: shown(file), url: parts.nodeUrl })))
  const isVerified = await runVerifier(parts, language, print)
  if (!isVerified) print(tell(say('verifyFailed', { file: shown(file) })))
  print(tell(say('statements', { folder: shown(parts.statementsFolder) })))
  return isEqual && isVerified
}

/** The verifier as everybody runs it, on the last statement; its verdict is shown, and everything that it says when it finds a fault. */
async function runVerifier({ statementsFolder, nodeUrl }: DemoParts, language: Language, print: (line: string) => void): Promise<boolean> {
  const [file, previous] = [LAST_PERIOD, LAST_PERIOD - 1].map((period) => statementPath(statementsFolder, period))
  const args = [file!, '--rpc', nodeUrl, '--previous', previous!, '--language', language]
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(ROOT, 'scripts', 'verify.ts'), ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text))
  await once(child, 'close')
  const lines = output.trim().split('\n')
  for (const line of child.exitCode === 0 ? lines.slice(-1) : lines) print(`  ${line}`)
  return child.exitCode === 0
}

async function serveResult(
  world: World,
  parts: DemoParts,
  options: ServeOptions,
  print: (line: string) => void,
  untilStopped: () => Promise<void>,
): Promise<void> {
  const tell = speakDemo(options.language)
  const serving = await serve(world, options)
  print(`${tell(say('address', { url: serving.url }))} ${tell(say('stopHint'))}`)
  await untilStopped()
  await serving.stop()
  await parts.saveChain()
}

/** Since the process began, in tenths. */
function seconds(): string {
  return (performance.now() / 1_000).toFixed(1)
}

/** A path as one would type it here. */
function shown(path: string): string {
  const near = relative(process.cwd(), path)
  return near.startsWith('..') ? path : near
}
