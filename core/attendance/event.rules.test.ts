import { describe, expect, it } from 'vitest'
import { eventState, MAX_ROSTER_LINES, readRoster } from './event.rules.ts'
import { sortRoster } from './roster.rules.ts'

describe('the state of an event', () => {
  const event = { opensAt: 100, closesAt: 200, closedAt: null }
  it.each([
    [99, 'soon'],
    [100, 'open'],
    [199, 'open'],
    [200, 'closed'],
  ])('at %i is %s', (now, state) => {
    expect(eventState(event, now)).toBe(state)
  })
  it('is closed once the host has closed it', () => {
    expect(eventState({ ...event, closedAt: 150 }, 120)).toBe('closed')
  })
})

describe('reading a roster', () => {
  const references = (text: string) => {
    const read = readRoster(text)
    return read.ok ? read.lines.map(({ line, reference }) => `${line}:${reference}`) : read
  }

  it('takes the first column, quoted or not, with any separator and line ending', () => {
    expect(references('\ufeffmember,note\r\n@ann,late\r"bob ""the"" b",x\n\ncyd;1\ndan\t2\n')).toEqual([
      '2:@ann',
      '3:bob "the" b',
      '5:cyd',
      '6:dan',
    ])
  })
  it('keeps a first line that is no header', () => {
    expect(references('@ann\n@bob')).toEqual(['1:@ann', '2:@bob'])
  })
  it('names the line that is not UTF-8, or that holds NUL', () => {
    expect(references('ann\nb\ufffdb')).toEqual({ ok: false, problem: 'encoding', line: 2 })
    expect(references('a\0b')).toEqual({ ok: false, problem: 'encoding', line: 1 })
  })
  it('is bounded and never empty', () => {
    expect(references('a\n'.repeat(MAX_ROSTER_LINES))).toHaveLength(MAX_ROSTER_LINES)
    expect(references('a\n'.repeat(MAX_ROSTER_LINES + 1))).toEqual({ ok: false, problem: 'too_long' })
    expect(references('member\n \n')).toEqual({ ok: false, problem: 'empty' })
  })
  it('shows what is left of a name with tricks in it', () => {
    expect(references('\u202eann\u200b')).toEqual(['1:ann'])
  })
})

describe('sorting a roster', () => {
  const ann = { memberId: 'a', name: 'Ann' }
  const bob = { memberId: 'b', name: 'Bob' }
  const lines = ['ann', 'who', 'sam', 'bob', '@ann', 'x'.repeat(101)].map((reference, index) => ({ line: index + 1, reference }))
  const sorted = sortRoster(lines, [ann, undefined, 'many', bob, ann, ann], new Set(['b']))

  it('puts every line into exactly one of the two lists, with its reason', () => {
    expect(sorted.good).toEqual([ann])
    expect(sorted.bad.map(({ line, problem }) => [line, problem.key])).toEqual([
      [2, 'attendance.rosterUnknown'],
      [3, 'attendance.rosterMany'],
      [4, 'attendance.rosterAttended'],
      [5, 'attendance.rosterDouble'],
      [6, 'attendance.rosterLong'],
    ])
  })
})
