import { describe, expect, test } from 'vitest'
import { listFiles } from './source-files.ts'
import { findTidyFaults, findWhitespaceFaults } from './tidiness.ts'

test('the project is tidy', () => {
  const files = listFiles(['.ts', '.mts', '.mjs', '.sol', '.css'])
  expect(files.length).toBeGreaterThan(20)
  expect(findTidyFaults(files)).toEqual([])
})

test('no file has stray whitespace or marks of a conflict', () => {
  expect(
    findWhitespaceFaults(listFiles(['.ts', '.mts', '.mjs', '.sol', '.css', '.json', '.md', '.prisma', '.yml', '.toml', '.example'])),
  ).toEqual([])
})

describe('the rules', () => {
  test.each([
    ['core/a/b.rules.ts', 'const now = Date.now()\n', true],
    ['core/a/b.rules.ts', 'const at = new Date()\n', true],
    ['core/a/b.rules.ts', 'const at = new Date(instant)\n', false],
    ['core/a/b.rules.ts', 'const id = crypto.randomUUID()\n', true],
    ['core/a/b.test.ts', 'const id = crypto.randomUUID()\n', false],
    ['adapters/clock.ts', 'const now = Date.now()\n', false],
    ['adapters/a.ts', 'const key = process.env.KEY\n', true],
    ['main/config.ts', 'const key = process.env.KEY\n', false],
    ['main/compose.ts', 'const key = process.env.KEY\n', true],
    ['scripts/a.ts', 'console.log(process.env.KEY)\n', false],
    ['server/a.ts', "console.error('x')\n", true],
    ['jobs/a.ts', '// TODO: later\n', true],
    ['jobs/a.test.ts', "test.only('x', () => {})\n", true],
    ['jobs/a.test.ts', "test.skipIf(noBrowser)('x', () => {})\n", false],
    ['core/date-utils.ts', 'export const x = 1\n', true],
    ['core/index.ts', 'export const x = 1\n', true],
    ['core/CamelCase.ts', 'export const x = 1\n', true],
    ['contracts/src/PosToken.sol', 'contract PosToken {}\n', false],
    ['core/all.ts', "// everything\nexport { a } from './a.ts'\nexport type { B } from './b.ts'\n", true],
    ['core/some.ts', "export { a } from './a.ts'\nexport const b = 1\n", false],
    ['core/long.ts', 'x\n'.repeat(400), true],
    ['core/long.ts', 'x\n'.repeat(399), false],
  ])('%s with %j is a fault: %s', (path, text, isFault) => {
    expect(findTidyFaults([{ path, text }]).length > 0).toBe(isFault)
  })

  test('whitespace', () => {
    const faults = findWhitespaceFaults([{ path: 'a.md', text: `ok\nspace \ncr\r\n${'<'.repeat(7)} ours\nend` }])
    expect(faults).toHaveLength(4)
  })
})
