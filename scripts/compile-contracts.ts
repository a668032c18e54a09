// Solidity to typed ABIs: contracts/src/*.sol and the parts of OpenZeppelin that we deploy as they are -> contracts/generated/<Name>.ts.
// The result is committed, so that nobody needs a compiler to run the product. `--check` says whether it is stale, from content keys alone.
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { z } from 'zod'

const require = createRequire(import.meta.url)
const root = resolve(import.meta.dirname, '..')
const generatedFolder = join(root, 'contracts', 'generated')
const keyFile = join(generatedFolder, 'key.json')

/** Runtime code above this is refused by every EVM chain (EIP-170). */
const MAX_CODE_BYTES = 24_576
const DEPLOYED_AS_THEY_ARE = ['@openzeppelin/contracts/governance/TimelockController.sol']
/** Raise when `renderGenerated` writes the same contract in another way. */
const GENERATED_FORMAT = 1
const SETTINGS = {
  optimizer: { enabled: true, runs: 10_000 },
  evmVersion: 'prague',
  metadata: { bytecodeHash: 'none' },
  outputSelection: { '*': { '*': ['abi', 'evm.bytecode.object', 'evm.deployedBytecode.object'] } },
}

const abiEntrySchema = z.looseObject({ type: z.string(), name: z.string().optional() })
const contractSchema = z.object({
  abi: z.array(abiEntrySchema),
  evm: z.object({ bytecode: z.object({ object: z.string() }), deployedBytecode: z.object({ object: z.string() }) }),
})
const outputSchema = z.object({
  errors: z
    .array(z.object({ severity: z.string(), formattedMessage: z.string(), sourceLocation: z.object({ file: z.string() }).optional() }))
    .default([]),
  contracts: z.record(z.string(), z.record(z.string(), contractSchema)).default({}),
})
const keySchema = z.object({ input: z.string(), generated: z.string() })

/** An entry of a contract's JSON ABI, as solc writes it. */
export type AbiEntry = z.infer<typeof abiEntrySchema>
/** `bytecode` is the creation code with 0x; `size` the bytes of the runtime code. */
export type CompiledContract = { abi: AbiEntry[]; bytecode: `0x${string}`; size: number }

type Solc = { compile(input: string, callbacks: { import(path: string): { contents: string } | { error: string } }): string }

/** Only this one of its functions is used; solc has no types of its own. */
function isSolc(value: unknown): value is Solc {
  return typeof value === 'object' && value !== null && 'compile' in value
}

function readImport(path: string): { contents: string } | { error: string } {
  try {
    const file = path.startsWith('contracts/') ? join(root, path) : require.resolve(path)
    return { contents: readFileSync(file, 'utf8') }
  } catch {
    return { error: `not found: ${path}` }
  }
}

/**
 * Compiles sources with the pinned solc and the settings of the committed output. Keys of `sources` are paths from the project root or of packages;
 * the answer holds every contract that those files define, by name. Throws with solc's own text on an error or on a warning in our files.
 */
export function compileSolidity(sources: Record<string, { content: string }>): Map<string, CompiledContract> {
  const solc: unknown = require('solc')
  assert(isSolc(solc), 'the package solc has no compile function')
  const input = JSON.stringify({ language: 'Solidity', sources, settings: SETTINGS })
  const output = outputSchema.parse(JSON.parse(solc.compile(input, { import: readImport })))
  const problems = output.errors.filter(
    (entry) => entry.severity === 'error' || (entry.sourceLocation?.file ?? '').startsWith('contracts/'),
  )
  if (problems.length > 0) throw new Error(problems.map((entry) => entry.formattedMessage).join('\n'))
  const compiled = new Map<string, CompiledContract>()
  for (const file of Object.keys(sources)) {
    for (const [name, contract] of Object.entries(output.contracts[file] ?? {})) {
      const { bytecode, deployedBytecode } = contract.evm
      compiled.set(name, { abi: contract.abi, bytecode: `0x${bytecode.object}`, size: deployedBytecode.object.length / 2 })
    }
  }
  return compiled
}

/** All our sources and the OpenZeppelin contracts that we deploy, as solc wants them. */
export function deployableSources(): Record<string, { content: string }> {
  const folder = join(root, 'contracts', 'src')
  const own = readdirSync(folder)
    .filter((name) => name.endsWith('.sol'))
    .sort()
    .map((name) => [`contracts/src/${name}`, { content: readFileSync(join(folder, name), 'utf8') }] as const)
  const others = DEPLOYED_AS_THEY_ARE.map((path) => [path, { content: readFileSync(require.resolve(path), 'utf8') }] as const)
  return Object.fromEntries([...own, ...others])
}

/** The text of the generated file for each deployable contract (those with code: libraries of internal functions and interfaces have none). */
export function renderGenerated(compiled: Map<string, CompiledContract>): Map<string, string> {
  const files = new Map<string, string>()
  for (const [name, { abi, bytecode, size }] of [...compiled].sort(([a], [b]) => (a < b ? -1 : 1))) {
    // The stub that solc makes of a library with internal functions only has no function to call.
    if (bytecode === '0x' || !abi.some((entry) => entry.type === 'function')) continue
    if (size > MAX_CODE_BYTES) throw new Error(`${name} has ${size} bytes of code, the limit of EIP-170 is ${MAX_CODE_BYTES}`)
    const entries = abi.map((entry) => `    ${JSON.stringify(entry)},\n`).join('')
    files.set(
      `${name}.ts`,
      `// Generated by scripts/compile-contracts.ts\nexport const ${name} = {\n  abi: [\n${entries}  ],\n  bytecode:\n    '${bytecode}',\n} as const\n`,
    )
  }
  return files
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function versionOf(name: string): string {
  return z.object({ version: z.string() }).parse(require(`${name}/package.json`)).version
}

function inputKey(): string {
  return sha256(JSON.stringify([deployableSources(), SETTINGS, versionOf('solc'), versionOf('@openzeppelin/contracts'), GENERATED_FORMAT]))
}

function generatedKey(): string {
  const names = existsSync(generatedFolder) ? readdirSync(generatedFolder).filter((name) => name.endsWith('.ts')) : []
  return sha256(JSON.stringify(names.sort().map((name) => [name, readFileSync(join(generatedFolder, name), 'utf8')])))
}

/** Whether contracts/generated belongs to the present sources, settings and compiler; milliseconds, nothing is compiled. */
export function isGeneratedFresh(): boolean {
  if (!existsSync(keyFile)) return false
  const key = keySchema.parse(JSON.parse(readFileSync(keyFile, 'utf8')))
  return key.input === inputKey() && key.generated === generatedKey()
}

function main(): void {
  if (isGeneratedFresh()) {
    console.log('contracts/generated is up to date')
    return
  }
  if (process.argv.includes('--check')) {
    console.error('contracts/generated is stale: run "node scripts/compile-contracts.ts" and commit the result')
    process.exitCode = 1
    return
  }
  const compiled = compileSolidity(deployableSources())
  const files = renderGenerated(compiled)
  rmSync(generatedFolder, { recursive: true, force: true })
  mkdirSync(generatedFolder, { recursive: true })
  for (const [name, text] of files) {
    writeFileSync(join(generatedFolder, name), text)
    console.log(`${name.padEnd(24)} ${String(compiled.get(name.slice(0, -3))?.size).padStart(6)} bytes of code`)
  }
  writeFileSync(keyFile, `${JSON.stringify({ input: inputKey(), generated: generatedKey() }, null, 2)}\n`)
}

if (import.meta.main) main()
