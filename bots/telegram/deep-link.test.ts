import fc from 'fast-check'
import { expect, it } from 'vitest'
import { againPayload, keptPayload, MAX_PAYLOAD, readPayload, startLink } from './deep-link.ts'
import { createLinkTags } from './link-tags.ts'

it.each([
  ['', { kind: 'plain' }],
  ['checkin_12-7K3M-9QRT', { kind: 'checkin', code: '12-7K3M-9QRT' }],
  ['checkin_', { kind: 'plain' }],
  ['c_event_list', { kind: 'open', line: 'event list' }],
  ['c_balance', { kind: 'open', line: 'balance' }],
  ['k_AbC-_9', { kind: 'kept', id: 'AbC-_9' }],
  ['r_zz_short_AA', { kind: 'plain' }],
  ['r_zz_AAAAAAAA_AA', { kind: 'plain' }],
  ['whatever', { kind: 'plain' }],
  ['has space', { kind: 'plain' }],
  ['x'.repeat(65), { kind: 'plain' }],
])('reads %j', (payload, link) => {
  expect(readPayload(payload)).toEqual(link)
})

it('carries a line there and back, or says that it is too long', () => {
  const key = fc.tuple(fc.integer({ min: 0, max: 2 ** 31 }), fc.integer({ min: 0, max: 40_000 }))
  const tag = fc.string({ unit: fc.constantFrom('a', 'Z', '9', '_', '-'), minLength: 8, maxLength: 8 })
  fc.assert(
    fc.property(key, tag, fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }), ([updateId, day], tag, line) => {
      const payload = againPayload(`${updateId}.${day.toString(36)}`, tag, line)
      expect(payload === undefined).toBe(
        `r_${updateId.toString(36)}-${day.toString(36)}_${tag}_${Buffer.from(line).toString('base64url')}`.length > MAX_PAYLOAD,
      )
      const link = payload === undefined ? undefined : readPayload(payload)
      expect([undefined, { kind: 'again', key: `${updateId}.${day.toString(36)}`, tag, line: line.toWellFormed() }]).toContainEqual(link)
    }),
  )
  // A press is no line that could run again.
  expect(againPayload('9.81729182736455', 'AAAAAAAA', 'balance')).toBeUndefined()
  expect(readPayload(keptPayload('abc'))).toEqual({ kind: 'kept', id: 'abc' })
  expect(startLink('pos_bot')).toBe('https://t.me/pos_bot')
  expect(startLink('pos_bot', 'k_abc')).toBe('https://t.me/pos_bot?start=k_abc')
})

it('knows its own tags, for one member, one update and one line', () => {
  const tags = createLinkTags('123:secret')
  const tag = tags.tagOf(1, '2.a', 'balance')
  expect(tag).toMatch(/^[A-Za-z0-9_-]{8}$/)
  expect(createLinkTags('123:secret').isOurs(tag, 1, '2.a', 'balance')).toBe(true)
  expect(createLinkTags('123:other').isOurs(tag, 1, '2.a', 'balance')).toBe(false)
  for (const [user, update, line] of [
    [2, '2.a', 'balance'],
    [1, '3.a', 'balance'],
    [1, '2.b', 'balance'],
    [1, '2.a', 'wait'],
  ] as const)
    expect(tags.isOurs(tag, user, update, line)).toBe(false)
})
