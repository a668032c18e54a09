import { expect, test } from 'vitest'
import { findBoundaryFaults, importsOf } from './boundaries.ts'
import { listFiles } from './source-files.ts'

const faultsOf = (path: string, text: string) => findBoundaryFaults([{ path, text }], 1)

test('the project keeps its boundaries', () => {
  expect(findBoundaryFaults(listFiles(['.ts', '.mts']))).toEqual([])
})

test('every form of import is seen', () => {
  const text = [
    "import { a,\n  b } from './one.ts'",
    "import type { C } from '../two/three.ts'",
    "export type { D } from 'four'",
    "import './five.ts'",
    "const six = await import('six')",
    "type E = typeof import('./seven.ts')",
    "// import { f } from './comment.ts'",
    " * import { g } from './docs.ts'",
  ].join('\n')
  const seen = importsOf({ path: 'core/x/here.ts', text }).map((found) => found.to)
  expect(seen.sort()).toEqual(['core/two/three.ts', 'core/x/five.ts', 'core/x/one.ts', 'core/x/seven.ts', 'four', 'six'])
})

test.each([
  ['core/a/b.ts', "import { x } from '../../adapters/c.ts'", true],
  ['core/a/b.ts', "import type { X } from '../../adapters/c.ts'", true],
  ['core/a/b.ts', "import { readFile } from 'node:fs/promises'", true],
  ['core/a/b.ts', "import { keccak256 } from 'viem'", true],
  ['core/a/b.ts', "import { z } from 'zod'", false],
  ['core/a/b.ts', "import assert from 'node:assert/strict'", false],
  ['core/a/b.test.ts', "import fc from 'fast-check'", false],
  ['adapters/a/b.ts', "import { abi } from '../../contracts/generated/Pos.ts'", false],
  ['adapters/a/b.ts', "import { x } from '../../contracts/test/x.ts'", true],
  ['adapters/a/b.ts', "import { x } from '../../main/config.ts'", true],
  ['bots/a/b.ts', "import { x } from '../../adapters/c.ts'", true],
  ['bots/a/b.ts', "import { x } from '../../server/c.ts'", true],
  ['server/b.ts', "import { x } from '../jobs/c.ts'", true],
  ['jobs/b.ts', "const x = await import('../bots/c.ts')", true],
  ['jobs/b.ts', "import { x } from '../core/c.ts'", false],
  ['main/b.ts', "import { x } from '../test/c.ts'", true],
  ['elsewhere/b.ts', "import { x } from './c.ts'", true],
])('%s: %s is a fault: %s', (path, text, isFault) => {
  expect(faultsOf(path, text).length > 0).toBe(isFault)
})

test('a circle is named from its beginning to its end', () => {
  const circle = ['a', 'b', 'c'].map((name, at, all) => ({
    path: `core/${name}.ts`,
    text: `import { x } from './${all[(at + 1) % 3]}.ts'`,
  }))
  expect(findBoundaryFaults(circle, 3)).toEqual(['imports go round in a circle: core/a.ts -> core/b.ts -> core/c.ts -> core/a.ts'])
})

test('seeing too few modules is a fault of its own', () => {
  expect(findBoundaryFaults([], 5)).toEqual(['only 0 modules were seen, at least 5 are there'])
})
