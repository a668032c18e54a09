// `npm run check`: everything that can be said about the source without running it. One line per check, all failures at the end, exit code 1 if there are any.
import { spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { delimiter, join } from 'node:path'
import { findBoundaryFaults } from '../test/tidy/boundaries.ts'
import { listFiles, ROOT } from '../test/tidy/source-files.ts'
import { findTidyFaults, findWhitespaceFaults } from '../test/tidy/tidiness.ts'

interface Check {
  name: string
  /** What is wrong, empty when nothing is. */
  run: () => Promise<string>
}

const BIN = join(ROOT, 'node_modules', '.bin')
const TIME_LIMIT = 300_000
const SOURCES = ['.ts', '.mts', '.mjs', '.sol', '.css']
const TEXTS = [...SOURCES, '.json', '.md', '.prisma', '.sql', '.yml', '.yaml', '.toml', '.example', '.html']

/** A tool that speaks by its exit code; its output is shown only when it fails. */
function tool(command: string, args: readonly string[], environment: Record<string, string> = {}): () => Promise<string> {
  return () =>
    new Promise((done) => {
      const child = spawn(command, args, {
        cwd: ROOT,
        env: { ...process.env, PATH: [BIN, process.env.PATH].join(delimiter), ...environment },
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: TIME_LIMIT,
      })
      let output = ''
      for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
      child.once('error', (error) => done(`${command} could not be started: ${error.message}`))
      child.once('close', (code, signal) => done(code === 0 ? '' : `${output.trim()}\n(${command} ended with ${code ?? signal})`))
    })
}

const lines = (find: () => string[]) => () => Promise.resolve(find().join('\n'))
// The Prisma command line looks for an engine that these commands do not run.
const PRISMA = { PRISMA_SCHEMA_ENGINE_BINARY: '/bin/true', CHECKPOINT_DISABLE: '1' }
const COMPILER = join(ROOT, 'scripts', 'compile-contracts.ts')

const CHECKS: readonly Check[] = [
  { name: 'lint', run: tool('oxlint', ['--type-aware', '--max-warnings=0']) },
  { name: 'unused', run: tool('knip', ['--no-progress', '--no-config-hints']) },
  { name: 'types', run: tool('tsc', ['-p', '.']) },
  // npm writes package.json in an order of its own.
  { name: 'format', run: tool('oxfmt', ['--check', '.', '!package.json']) },
  { name: 'schema', run: tool('prisma', ['validate'], PRISMA) },
  { name: 'boundaries', run: lines(() => findBoundaryFaults(listFiles(['.ts', '.mts']))) },
  { name: 'tidy', run: lines(() => findTidyFaults(listFiles(SOURCES))) },
  { name: 'whitespace', run: lines(() => findWhitespaceFaults(listFiles(TEXTS))) },
  ...(existsSync(COMPILER) ? [{ name: 'generated', run: tool(process.execPath, [COMPILER, '--check']) }] : []),
]

const started = performance.now()
const seconds = (since: number) => `${((performance.now() - since) / 1_000).toFixed(1)} s`
const failures: { name: string; problem: string }[] = []
const waiting = [...CHECKS]

async function work(): Promise<void> {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const since = performance.now()
    const problem = await check.run()
    if (problem !== '') failures.push({ name: check.name, problem })
    console.log(`${problem === '' ? 'ok  ' : 'FAIL'}  ${check.name.padEnd(12)}${seconds(since)}`)
  }
}

await Promise.all(Array.from({ length: Math.max(2, availableParallelism()) }, work))
for (const { name, problem } of failures) console.log(`\n--- ${name}\n${problem}`)
const verdict = failures.length === 0 ? `all ${CHECKS.length} checks passed` : `${failures.length} of ${CHECKS.length} checks failed`
console.log(`\n${verdict} in ${seconds(started)}`)
process.exitCode = failures.length === 0 ? 0 : 1
