import { expect, test } from 'vitest'
import { createLineQuestions } from './line-questions.ts'

test('an answer tells when its question was asked, settles those before it, and counts once and on its own line', () => {
  const questions = createLineQuestions()
  const [a, b, c] = [questions.ask(0, 10), questions.ask(0, 20), questions.ask(0, 30)]
  expect(questions.answer(1, b)).toBeUndefined()
  expect(questions.answer(0, b)).toBe(20)
  expect([questions.answer(0, a), questions.answer(0, b), questions.answer(0, undefined), questions.answer(0, 'other')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ])
  expect([questions.areOpen(), questions.answer(0, c), questions.areOpen()]).toEqual([true, 30, false])
})

test('a line that never answers keeps a bounded number of questions, and is asked on', () => {
  const questions = createLineQuestions()
  const asked = Array.from({ length: 500 }, (_, at) => questions.ask(0, at))
  expect(questions.answer(0, asked[399])).toBeUndefined()
  expect(questions.answer(0, asked[400])).toBe(400)
  questions.forget(0)
  expect([questions.areOpen(), questions.answer(0, asked[499])]).toEqual([false, undefined])
})
