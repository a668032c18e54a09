// Are the contracts' tests any good? Plants the faults of contracts/test/mutants.ts one by one in a copy of the contracts, runs the forge tests, and
// fails when one goes unnoticed: `node scripts/mutate-contracts.ts [words of the faults to try]`. About a quarter of an hour for all of them.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { MUTANTS, type Mutant } from '../contracts/test/mutants.ts'

const root = resolve(import.meta.dirname, '..')
const FORGE_TIMEOUT_MS = 300_000
const CAMPAIGN = 'InvariantsTest'

/** What a forge run says: `failed` holds "reason test" for each failing test. A run that only missed its coverage noticed nothing. */
type ForgeRun = { passed: number; failed: string[]; output: string }

function forgePath(): string {
  const arch = process.arch === 'x64' ? 'amd64' : process.arch
  return createRequire(import.meta.url).resolve(`@foundry-rs/forge-${process.platform}-${arch}/bin/forge`)
}

function runForge(folder: string, args: string[]): Promise<ForgeRun> {
  // Failing sequences of the fault before would be replayed, and shrinking a sequence that nobody reads takes minutes.
  for (const kept of ['fuzz', 'invariant']) rmSync(join(folder, 'data', 'forge', kept), { recursive: true, force: true })
  const { promise, resolve, reject } = Promise.withResolvers<ForgeRun>()
  // A fault may leave a variable unused: that is a warning of the compiler, and not what is to be shown here.
  const env = { ...process.env, FOUNDRY_INVARIANT_SHRINK_RUN_LIMIT: '0', FOUNDRY_DENY: 'never', NO_COLOR: '1' }
  const child = spawn(forgePath(), ['test', ...args], { cwd: folder, env, stdio: ['ignore', 'pipe', 'pipe'], timeout: FORGE_TIMEOUT_MS })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.once('error', reject)
  child.once('close', () => {
    const details = output.split('Failing tests:')[0] ?? ''
    const failed = [...details.matchAll(/^\[FAIL(?:: (.*?))?\]/gm)].map((match) => match[1] ?? 'failed')
    resolve({
      passed: details.match(/^\[PASS\]/gm)?.length ?? 0,
      failed: failed.filter((reason) => !reason.startsWith('coverage:')),
      output,
    })
  })
  return promise
}

const runUnits = (folder: string): Promise<ForgeRun> => runForge(folder, ['--no-match-contract', CAMPAIGN])
const runCampaign = (folder: string): Promise<ForgeRun> => runForge(folder, ['--match-contract', CAMPAIGN])

/** The source with the fault in it. Asserts that the place exists and is the only one, so that no fault goes stale in silence. */
function plant(source: string, { file, what, find, put, nth }: Mutant): string {
  const parts = source.split(find)
  const places = parts.length - 1
  assert(nth === undefined ? places === 1 : nth <= places, `${file}: "${what}" has ${places} places`)
  const at = nth ?? 1
  return `${parts.slice(0, at).join(find)}${put}${parts.slice(at).join(find)}`
}

function copyContracts(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wepos-mutants-'))
  for (const path of ['contracts/src', 'contracts/test', 'contracts/tools', 'foundry.toml'])
    cpSync(join(root, path), join(folder, path), { recursive: true })
  symlinkSync(join(root, 'node_modules'), join(folder, 'node_modules'))
  return folder
}

function assertGreen(run: ForgeRun, name: string): void {
  if (run.passed === 0 || run.output.includes('[FAIL'))
    throw new Error(`the ${name} fail without any fault:\n${run.failed.join('\n')}\n${run.output.slice(0, 2_000)}`)
}

/** Undefined when the fault was noticed where it has to be, else what went wrong. */
async function tryMutant(folder: string, mutant: Mutant): Promise<string | undefined> {
  const file = join(folder, 'contracts', 'src', `${mutant.file}.sol`)
  const original = readFileSync(file, 'utf8')
  writeFileSync(file, plant(original, mutant))
  try {
    const units = await runUnits(folder)
    if (units.passed + units.failed.length === 0) return `does not compile:\n${units.output.slice(0, 2_000)}`
    const campaign = mutant.breaks === undefined ? undefined : await runCampaign(folder)
    console.log(`  tests: ${units.failed.length} failed${units.failed[0] === undefined ? '' : ` (${units.failed[0].slice(0, 80)})`}`)
    if (campaign !== undefined) console.log(`  campaign: ${campaign.failed[0]?.slice(0, 110) ?? 'noticed nothing'}`)
    if (campaign !== undefined && campaign.failed.length === 0) return `the campaign did not notice, though ${mutant.breaks} is broken`
    return units.failed.length + (campaign?.failed.length ?? 0) === 0 ? 'nobody noticed' : undefined
  } finally {
    writeFileSync(file, original)
  }
}

async function main(): Promise<void> {
  const wanted = process.argv.slice(2).join(' ')
  const mutants = MUTANTS.filter(({ file, what }) => `${file} ${what}`.includes(wanted))
  const folder = copyContracts()
  const survivors: string[] = []
  process.once('SIGINT', () => process.exit(130))
  process.once('SIGTERM', () => process.exit(143))
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
  assertGreen(await runUnits(folder), 'tests')
  assertGreen(await runCampaign(folder), 'invariants')
  console.log(`without a fault: green. ${mutants.length} faults to plant`)
  for (const [index, mutant] of mutants.entries()) {
    console.log(`${index + 1}/${mutants.length} ${mutant.file} ${mutant.what}${mutant.breaks === undefined ? '' : ` [${mutant.breaks}]`}`)
    const problem = await tryMutant(folder, mutant)
    if (problem !== undefined) survivors.push(`${mutant.file} ${mutant.what}: ${problem}`)
  }
  console.log(`${mutants.length - survivors.length} of ${mutants.length} faults caught`)
  for (const survivor of survivors) console.error(`NOT CAUGHT  ${survivor}`)
  if (survivors.length > 0) process.exitCode = 1
}

await main()
