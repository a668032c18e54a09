import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { CATALOGUES } from '../../main/catalogues.ts'

interface Entry {
  readonly english: string
  readonly chinese: string
  readonly avoided: readonly string[]
}

const text = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'GLOSSARY.md'), 'utf8')
const words = (cell = '') => cell.split(',').flatMap((word) => (word.trim() === '' ? [] : [word.trim()]))
const entries: readonly Entry[] = text
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .slice(1)
  .map((line) => {
    const [, english = '', chinese = '', , inEnglish, inChinese] = line.split('|').map((cell) => cell.trim())
    return { english, chinese, avoided: [...words(inEnglish), ...words(inChinese)] }
  })

/** Words of other things that hold an avoided one: what Telegram and Discord themselves call it. */
const ALLOWED = /@ 加用户名|user name|username/g

test('each thing has one word, and no sentence uses another', () => {
  expect(entries.length).toBeGreaterThan(20)
  const found = CATALOGUES.flatMap(({ slice, en, zh }) =>
    [...Object.entries(en), ...Object.entries(zh)].flatMap(([key, sentence]) =>
      entries.flatMap(({ english, chinese, avoided }) =>
        avoided
          .filter((word) => new RegExp(/[a-z]/i.test(word) ? `\\b${word}s?\\b` : word, 'iu').test(sentence.replaceAll(ALLOWED, '')))
          .map((word) => `${slice}.${key}: “${word}” instead of “${english}” · “${chinese}”`),
      ),
    ),
  )
  expect(found).toEqual([])
})

test('each word of the glossary stands for one thing only', () => {
  for (const language of ['english', 'chinese'] as const) {
    const said = entries.map((entry) => entry[language])
    expect(new Set(said).size).toBe(said.length)
  }
})
