import { expect, test } from 'vitest'
import { FormDefinition } from '../forms/form-definition.ts'
import type { FormStatus } from '../forms/form.types.ts'
import { HOUR, MINUTE } from '../shared/instant.ts'
import { readEventCode } from './check-in-code.ts'
import { QUIZ_WAIT_MS, quizMisfit, tryHindrance, versionMoment } from './quiz.rules.ts'

const START = Date.UTC(2027, 2, 1, 18)
const words = { en: 'Words', zh: '文字' }
const question = (id: string) => ({ kind: 'short-text', id, label: words, expected: { answers: ['x'], points: 1 } })
const form = (changes: object = {}) =>
  FormDefinition.parse({
    title: words,
    intro: words,
    fields: [question('a')],
    passMark: 1,
    reward: { kind: 'none' },
    review: { rule: 'none' },
    ...changes,
  })
const from = START - 15 * MINUTE
const to = START + HOUR
const iso = (at: number) => new Date(at).toISOString()

test.each<[string | undefined, FormStatus, object]>([
  [undefined, 'open', {}],
  [undefined, 'open', { fields: ['a', 'b', 'c'].map(question) }],
  ['too_long', 'open', { fields: ['a', 'b', 'c', 'd'].map(question) }],
  ['no_pass_mark', 'open', { passMark: undefined }],
  ['pays', 'open', { reward: { kind: 'form-submission' } }],
  ['pays', 'open', { reward: { kind: 'campaign', lowest: '1', highest: '1' } }],
  ['reviewed', 'open', { review: { rule: 'panel' } }],
  ['not_open', 'draft', {}],
  ['not_open', 'closed', {}],
  [undefined, 'open', { window: { opensAt: iso(from), closesAt: iso(to) } }],
  ['window', 'open', { window: { opensAt: iso(from + 1) } }],
  ['window', 'open', { window: { closesAt: iso(to - 1) } }],
  // What the form is about comes before whether it is open.
  ['no_pass_mark', 'closed', { passMark: undefined, reward: { kind: 'form-submission' } }],
])('misfit %s of a form that is %s with %o', (misfit, status, changes) => {
  expect(quizMisfit(status, form(changes), { from, to })).toBe(misfit)
})

test.each([
  [[], START, undefined],
  [[START], START + QUIZ_WAIT_MS - 1, { kind: 'wait', at: START + QUIZ_WAIT_MS }],
  [[START], START + QUIZ_WAIT_MS, undefined],
  [[START, START + HOUR], START + 10 * HOUR, { kind: 'spent' }],
])('after tries at %o, at %d: %o', (tries, now, hindrance) => {
  expect(
    tryHindrance(
      tries.map((at) => ({ isPassed: false, at })),
      now,
    ),
  ).toEqual(hindrance)
})

test('the newest version counts until the start, then the one of the start, or of the making of an event that began before', () => {
  const before = { startsAt: START, createdAt: START - HOUR }
  expect(versionMoment(before, START - MINUTE)).toBe(START - MINUTE)
  expect(versionMoment(before, START + MINUTE)).toBe(START)
  expect(versionMoment({ startsAt: START, createdAt: START + MINUTE }, START + HOUR)).toBe(START + MINUTE)
})

test.each([
  ['EVT-12', 12],
  [' evt - 12 ', 12],
  ['ＥＶＴ－12', 12],
  ['evt12', 12],
  ['EVT-1234567', 1_234_567],
  ['EVT12345', undefined],
  ['EVT1-2345', undefined],
  ['12-EVT1-2345', undefined],
  ['12-7K3M-9QRT', undefined],
  ['EVT-', undefined],
  ['12', undefined],
])('an event named instead of a code: %s', (typed, number) => {
  expect(readEventCode(typed)).toBe(number)
})
