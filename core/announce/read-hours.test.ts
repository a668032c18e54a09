import { expect, test } from 'vitest'
import { readDigestHour, readQuietHours } from './read-hours.ts'

test.each([
  ['22:00-08:00', { from: 1_320, until: 480 }],
  ['22-8', { from: 1_320, until: 480 }],
  ['２２：００－８：３０', { from: 1_320, until: 510 }],
  ['22:00 至 7:15', { from: 1_320, until: 435 }],
  ['18:00-24:00', { from: 1_080, until: 0 }],
  ['off', 'off'],
  ['关', 'off'],
  ['22:00', 'unreadable'],
  ['8-8', 'unreadable'],
  ['25-8', 'unreadable'],
  ['22:60-8:00', 'unreadable'],
  ['', 'unreadable'],
])('quiet hours %s', (typed, expected) => {
  expect(readQuietHours(typed)).toEqual(expected)
})

test.each([
  ['18', 18],
  ['0', 0],
  ['9:00', 9],
  ['Off', 'off'],
  ['24', 'unreadable'],
  ['18:30', 'unreadable'],
  ['-1', 'unreadable'],
  ['', 'unreadable'],
])('digest hour %s', (typed, expected) => {
  expect(readDigestHour(typed)).toBe(expected)
})
