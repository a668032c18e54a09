// `npm test [-- --part vitest] [-- --part contracts] [-- arguments for vitest]`: all tests; the last line is always `N passed, N failed`.
import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { z } from 'zod'

interface Counts {
  passed: number
  failed: number
}

const ROOT = resolve(import.meta.dirname, '..')
const BIN = join(ROOT, 'node_modules', '.bin')
const PARTS = ['vitest', 'contracts'] as const
const vitestReport = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numPendingTests: z.number(),
  numFailedTestSuites: z.number(),
})
const forgeReport = z.record(
  z.string(),
  z.object({
    test_results: z.record(z.string(), z.object({ status: z.enum(['Success', 'Failure', 'Skipped']), reason: z.string().nullish() })),
  }),
)

/** Runs a command to its end; resolves to its exit code and, when not shown as it comes, its standard output. */
function run(command: string, args: readonly string[], isShown: boolean): Promise<{ code: number; output: string }> {
  return new Promise((done) => {
    const child = spawn(command, args, {
      cwd: ROOT,
      env: { ...process.env, PATH: [BIN, process.env.PATH].join(delimiter) },
      stdio: ['ignore', isShown ? 'inherit' : 'pipe', 'inherit'],
    })
    let output = ''
    child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', (error) => done({ code: 1, output: error.message }))
    child.once('close', (code) => done({ code: code ?? 1, output }))
  })
}

async function runVitest(args: readonly string[]): Promise<Counts> {
  const folder = mkdtempSync(join(tmpdir(), 'wepos-report-'))
  const file = join(folder, 'report.json')
  try {
    // Native: vitest would otherwise write a copy of its settings into node_modules, which may belong to another account.
    const { code } = await run(
      'vitest',
      ['run', '--configLoader=native', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`, ...args],
      true,
    )
    if (!existsSync(file)) return { passed: 0, failed: 1 }
    const report = vitestReport.parse(JSON.parse(readFileSync(file, 'utf8')))
    if (report.numPendingTests > 0) console.log(`vitest: ${report.numPendingTests} skipped; each tells its reason above or in its name`)
    // A file that does not load, or a fault outside of any test, fails the run without failing a test.
    const failed = report.numFailedTests > 0 || code === 0 ? report.numFailedTests : Math.max(1, report.numFailedTestSuites)
    return { passed: report.numPassedTests, failed }
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function runContracts(): Promise<Counts> {
  const { code, output } = await run('forge', ['test', '--json'], false)
  const start = output.indexOf('{')
  const report = start < 0 ? undefined : forgeReport.safeParse(parseJson(output.slice(start)))
  if (report?.success !== true) {
    console.log(`contracts: forge ended with ${code} and no report\n${output.slice(-8_000)}`)
    return { passed: 0, failed: 1 }
  }
  const counts = { passed: 0, failed: 0 }
  for (const [suite, { test_results: results }] of Object.entries(report.data)) {
    for (const [test, { status, reason }] of Object.entries(results)) {
      if (status === 'Success') counts.passed++
      if (status === 'Failure') {
        counts.failed++
        console.log(
          `contracts: FAIL ${suite} ${test}: ${reason ?? 'no reason given'} (again: forge test --match-test '${test.split('(')[0]}' -vvvv)`,
        )
      }
    }
  }
  return { ...counts, failed: counts.failed === 0 && code !== 0 ? 1 : counts.failed }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const { values, tokens } = parseArgs({
  options: { part: { type: 'string', multiple: true } },
  strict: false,
  allowPositionals: true,
  tokens: true,
})
const parts = z.array(z.enum(PARTS)).safeParse(values.part ?? [...PARTS])
if (!parts.success) {
  console.error(`--part is one of ${PARTS.join(', ')}`)
  process.exit(2)
}
const ownArguments = new Set(
  tokens.flatMap((token) =>
    token.kind === 'option' && token.name === 'part' ? [token.index, token.inlineValue === true ? token.index : token.index + 1] : [],
  ),
)
const vitestArguments = process.argv.slice(2).filter((_argument, at) => !ownArguments.has(at))

const total = { passed: 0, failed: 0 }
for (const part of parts.data) {
  if (part === 'contracts' && !existsSync(join(ROOT, 'foundry.toml'))) continue
  const since = performance.now()
  const { passed, failed } = await (part === 'vitest' ? runVitest(vitestArguments) : runContracts())
  console.log(`${part}: ${passed} of ${passed + failed} in ${((performance.now() - since) / 1_000).toFixed(1)} s\n`)
  total.passed += passed
  total.failed += failed
}
// A run that tested nothing has not shown anything.
if (total.passed + total.failed === 0) total.failed = 1
console.log(`${total.passed} passed, ${total.failed} failed`)
process.exitCode = total.failed === 0 ? 0 : 1
