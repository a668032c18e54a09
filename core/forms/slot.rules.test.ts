import { expect, test } from 'vitest'
import { HOUR } from '../shared/instant.ts'
import { cooldownHindrance, nextSpan, slotSpan, windowHindrance } from './slot.rules.ts'

const at = (text: string) => Date.parse(text)

test.each([
  ['2026-11-21T23:59:59.999Z', '2026-11-21', '2026-W47', '2026-11', '2026-11-22', '2026-11-23', '2026-12-01'],
  ['2027-01-01T00:00:00Z', '2027-01-01', '2026-W53', '2027-01', '2027-01-02', '2027-01-04', '2027-02-01'],
  ['2027-12-31T12:00:00Z', '2027-12-31', '2027-W52', '2027-12', '2028-01-01', '2028-01-03', '2028-01-01'],
  ['2028-02-29T08:00:00Z', '2028-02-29', '2028-W09', '2028-02', '2028-03-01', '2028-03-06', '2028-03-01'],
])('%s', (now, day, week, month, nextDay, nextWeek, nextMonth) => {
  const calendars = ['day', 'week', 'month'] as const
  expect(calendars.map((every) => slotSpan(every, at(now)))).toEqual([day, week, month])
  expect(calendars.map((every) => new Date(nextSpan(every, at(now)) ?? 0).toISOString().slice(0, 10))).toEqual([
    nextDay,
    nextWeek,
    nextMonth,
  ])
  expect([slotSpan('ever', at(now)), nextSpan('ever', at(now))]).toEqual(['ever', undefined])
})

test('a window begins with its first moment and ends before its last', () => {
  const window = { opensAt: '2027-02-01T00:00:00Z', closesAt: '2027-02-02T00:00:00Z' }
  const kind = (now: string, status: 'draft' | 'open' | 'closed' = 'open') => windowHindrance(status, { window }, at(now))?.kind
  expect(kind('2027-01-31T23:59:59.999Z')).toBe('soon')
  expect(kind('2027-02-01T00:00:00Z')).toBeUndefined()
  expect(kind('2027-02-01T23:59:59.999Z')).toBeUndefined()
  expect(kind('2027-02-02T00:00:00Z')).toBe('over')
  expect([kind('2027-02-01T12:00:00Z', 'draft'), kind('2027-02-01T12:00:00Z', 'closed')]).toEqual(['not-open', 'closed'])
})

test('a cooldown counts from the last submission', () => {
  const rule = { cooldownHours: 2 }
  expect(cooldownHindrance(rule, undefined, 0)).toBeUndefined()
  expect(cooldownHindrance(rule, 10, 10 + 2 * HOUR - 1)).toEqual({ kind: 'cooldown', at: 10 + 2 * HOUR })
  expect(cooldownHindrance(rule, 10, 10 + 2 * HOUR)).toBeUndefined()
})
