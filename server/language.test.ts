import { expect, test } from 'vitest'
import { acceptedLanguage } from './language.ts'

test.each([
  [undefined, undefined],
  ['', undefined],
  ['zh', 'zh'],
  ['zh-Hant-TW', 'zh'],
  ['ZH-cn', 'zh'],
  ['en-GB,en;q=0.9,zh;q=0.8', 'en'],
  ['fr-FR, de;q=0.9', undefined],
  ['fr, zh;q=0.4, en;q=0.5', 'en'],
  ['en;q=0, zh;q=0.1', 'zh'],
  ['en;q=2, zh', 'zh'],
  ['*', undefined],
  ['zho', undefined],
  [`${'fr,'.repeat(500)}zh`, undefined],
])('%s is %s', (header, language) => {
  expect(acceptedLanguage(header)).toBe(language)
})
