#!/usr/bin/env node
// A `solc` that forge can drive: solc-js from npm behind the command line of the native compiler.
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'

const args = process.argv.slice(2)
const require = createRequire(import.meta.url)

function readImport(path) {
  try {
    return { contents: readFileSync(require.resolve(path), 'utf8') }
  } catch {
    return { error: `not found: ${path}` }
  }
}

if (args.includes('--version')) {
  // forge reads the release number only; loading the compiler for its commit would cost a second at every start.
  process.stdout.write(
    `solc, the solidity compiler commandline interface\nVersion: ${require('solc/package.json').version}+commit.00000000.Emscripten.clang\n`,
  )
} else if (args.includes('--standard-json')) {
  process.stdout.write(require('solc').compile(readFileSync(0, 'utf8'), { import: readImport }))
} else {
  console.error('solc.mjs understands --version and --standard-json only, not', args)
  process.exit(1)
}
