import { expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../shared/instant.ts'
import { readSpan } from './read-span.ts'

test.each([
  ['8h', 8 * HOUR],
  [' 3D ', 3 * DAY],
  ['３０m', 30 * MINUTE],
  ['10 m', 10 * MINUTE],
  ['60d', 60 * DAY],
  ['2小时', 2 * HOUR],
  ['45 分钟', 45 * MINUTE],
  ['3天', 3 * DAY],
  ['off', 'off'],
  ['关', 'off'],
  ['9m', 'unreadable'],
  ['61d', 'unreadable'],
  ['8', 'unreadable'],
  ['-8h', 'unreadable'],
  ['1.5h', 'unreadable'],
  ['99999h', 'unreadable'],
  ['for ever', 'unreadable'],
  ['', 'unreadable'],
])('%s', (typed, span) => {
  expect(readSpan(typed)).toBe(span)
})
