import { expect, test } from 'vitest'
import { latestSlot } from './cron-slot.ts'

const at = (text: string) => Date.parse(text)

test.each([
  ['*/15 * * * * *', '2027-02-28T10:07:44.999Z', '2027-02-28T10:07:30Z'],
  ['*/15 * * * * *', '2027-02-28T10:07:45Z', '2027-02-28T10:07:45Z'],
  ['*/10 * * * *', '2027-02-28T10:07:44Z', '2027-02-28T10:00:00Z'],
  ['5-55/10 * * * *', '2027-02-28T10:04:59Z', '2027-02-28T09:55:00Z'],
  ['17 * * * *', '2027-03-01T00:16:59Z', '2027-02-28T23:17:00Z'],
  ['40 3 * * *', '2027-03-01T03:39:59Z', '2027-02-28T03:40:00Z'],
  ['0 9 * * 1', '2027-03-07T23:00:00Z', '2027-03-01T09:00:00Z'],
  ['0 0 29 2 *', '2031-06-01T00:00:00Z', '2028-02-29T00:00:00Z'],
])('%s at %s was last due at %s', (cron, now, slot) => {
  expect(new Date(latestSlot(cron, at(now))).toISOString()).toBe(new Date(at(slot)).toISOString())
})

test('an expression that is never due, or none at all, is said to be so', () => {
  expect(() => latestSlot('0 0 29 2 1', at('2027-01-01T00:00:00Z'))).toThrow(/not due for a long time/)
  expect(() => latestSlot('every day', at('2027-01-01T00:00:00Z'))).toThrow(/5 or 6 fields/)
})
