import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { startParts } from './start-parts.ts'

let home: string
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'wepos-demo-'))
})
afterEach(() => rmSync(home, { recursive: true }))

test('a folder that no demo has made is refused, and nothing in it is touched', async () => {
  mkdirSync(join(home, 'statements'))
  writeFileSync(join(home, 'statements', 'mine.txt'), 'do not lose me')
  await expect(startParts(home, () => {})).rejects.toMatchObject({ code: 'not_a_demo_folder', exitCode: 78 })
  expect(readdirSync(home)).toEqual(['statements'])
  expect(readFileSync(join(home, 'statements', 'mine.txt'), 'utf8')).toBe('do not lose me')
})
