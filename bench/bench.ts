// `npm run bench [-- NAME... [--seconds 300]]`: measures what the product promises, each beside its own baseline, and ends with 1 when a promise is not kept.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os'
import { parseArgs } from 'node:util'
import { measureAnnouncements } from './announce.ts'
import { measureAcknowledge } from './acknowledge.ts'
import { measureApprovals } from './approvals.ts'
import { measureDesk } from './desk.ts'
import { measureInteractions } from './interactions.ts'
import { measureCheckIns } from './check-ins.ts'
import { measureKills } from './kill-check-ins.ts'
import { measureLeaderboard } from './leaderboard.ts'
import { below, type Figure } from './measure.ts'
import { measurePayoutGas, PAYOUT_GAS_TARGETS } from './payout-gas.ts'
import { measureColdStart, measureStart } from './start.ts'
import { measureSimilar } from './similar.ts'
import { measureStatement } from './statement.ts'

const { values, positionals } = parseArgs({ options: { seconds: { type: 'string' } }, allowPositionals: true })
/** Of `interactions`, which is as long as it is told to be. */
const seconds = values.seconds === undefined ? undefined : Number(values.seconds)
if (seconds !== undefined && !(Number.isInteger(seconds) && seconds >= 10 && seconds <= 86_400)) {
  console.error('--seconds is a whole number from 10 to 86400')
  process.exit(2)
}

/** Needs the registry of packages: measured only when it is named. */
const ON_REQUEST: ReadonlySet<string> = new Set(['start-cold'])

const PARTS: Readonly<Record<string, () => Promise<readonly Figure[]>>> = {
  'check-ins': measureCheckIns,
  kill: measureKills,
  leaderboard: () => measureLeaderboard(),
  statement: statementFigures,
  gas: gasFigures,
  acknowledge: measureAcknowledge,
  interactions: () => measureInteractions(seconds),
  announce: measureAnnouncements,
  desk: measureDesk,
  approvals: measureApprovals,
  similar: measureSimilar,
  start: measureStart,
  'start-cold': measureColdStart,
}

async function statementFigures(): Promise<readonly Figure[]> {
  const measured = await measureStatement()
  const { buildSeconds, verifySeconds, peakMegabytes, ratio, leavesPerSecond, openZeppelinLeavesPerSecond } = measured
  const file = `${measured.lines.toLocaleString('en')} lines, ${measured.fileMegabytes} MB`
  return [
    below('statement: build', 's', 60, buildSeconds, file),
    below('statement: verify', 's', 60, verifySeconds, file),
    below('statement: memory', 'MB', 1_000, peakMegabytes),
    {
      name: 'statement: leaves a second against OpenZeppelin merkle-tree',
      bound: '>= 25x',
      measured: `${ratio.toFixed(1)}x (${Math.round(leavesPerSecond).toLocaleString('en')}/s against ${Math.round(openZeppelinLeavesPerSecond).toLocaleString('en')}/s)`,
      isMet: ratio >= 25,
    },
  ]
}

async function gasFigures(): Promise<readonly Figure[]> {
  const { vault, distributorLoop, fullBatch, recipients } = await measurePayoutGas()
  const figure = (name: string, bound: number, measured: number, detail: string): Figure => ({
    name,
    bound: `<= ${bound.toLocaleString('en')} gas`,
    measured: `${Math.round(measured).toLocaleString('en')} gas (${detail})`,
    isMet: measured <= bound,
  })
  const loop = (gas: number) => `${recipients} recipients; a plain distributor that loops: ${Math.round(gas).toLocaleString('en')}`
  return [
    figure('payout: fresh recipient', PAYOUT_GAS_TARGETS.fresh, vault.fresh, loop(distributorLoop.fresh)),
    figure('payout: recipient who holds', PAYOUT_GAS_TARGETS.repeat, vault.repeat, loop(distributorLoop.repeat)),
    figure('payout: largest batch', PAYOUT_GAS_TARGETS.fullBatch, fullBatch, '500 fresh lines, cap of a transaction'),
  ]
}

function machine(): string {
  const memory = Math.round(totalmem() / 2 ** 30)
  return `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${memory} GB, Node ${process.version}, load ${loadavg()[0]!.toFixed(1)}`
}

function print(figures: readonly Figure[]): void {
  const widths = { name: Math.max(...figures.map(({ name }) => name.length)), bound: Math.max(...figures.map(({ bound }) => bound.length)) }
  for (const { name, bound, measured, isMet } of figures)
    console.log(`${isMet ? '  ' : '! '}${name.padEnd(widths.name)}  ${bound.padEnd(widths.bound)}  ${measured}`)
}

const names = positionals.length > 0 ? positionals : Object.keys(PARTS).filter((part) => !ON_REQUEST.has(part))
const unknown = names.filter((name) => !Object.hasOwn(PARTS, name))
if (unknown.length > 0) {
  console.error(`There is no ${unknown.join(', ')}; choose of ${Object.keys(PARTS).join(', ')}.`)
  process.exit(2)
}
const [name] = names
process.exitCode = names.length === 1 && name !== undefined ? await runPart(name) : await runEach(names)

async function runPart(part: string): Promise<number> {
  const figures = await PARTS[part]!()
  print(figures)
  return figures.every(({ isMet }) => isMet) ? 0 : 1
}

/** Each part in a process of its own: what one leaves in memory is not counted against the next. */
async function runEach(parts: readonly string[]): Promise<number> {
  console.log(machine())
  const missed: string[] = []
  for (const part of parts) {
    const child = spawn(
      process.execPath,
      [...process.execArgv, import.meta.filename, part, ...(values.seconds === undefined ? [] : ['--seconds', values.seconds])],
      { stdio: 'inherit' },
    )
    const [code] = await once(child, 'exit')
    if (code !== 0) missed.push(part)
  }
  console.log(missed.length === 0 ? `all bounds of ${parts.join(', ')} are kept` : `not kept: ${missed.join(', ')}`)
  return missed.length === 0 ? 0 : 1
}
