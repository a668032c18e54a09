import { expect, test } from 'vitest'
import { Idempotency } from './idempotency.ts'

const final = () => true

test('an answer that rejects is not kept', async () => {
  const idempotency = new Idempotency()
  await expect(idempotency.once('key-0001', 'a', () => Promise.reject(new Error('away')), final)).rejects.toThrow('away')
  expect(await idempotency.once('key-0001', 'b', () => Promise.resolve(1), final)).toEqual({ answer: 1, isRepeated: false })
})

test('an answer that is not final is given to whoever waits for it, and then made anew', async () => {
  const idempotency = new Idempotency()
  const gate = Promise.withResolvers<string>()
  const first = idempotency.once(
    'key-0001',
    'a',
    () => gate.promise,
    () => false,
  )
  const second = idempotency.once('key-0001', 'a', () => Promise.resolve('other'), final)
  gate.resolve('busy')
  expect((await first).answer).toBe('busy')
  expect(await second).toEqual({ answer: 'busy', isRepeated: true })
  expect(await idempotency.once('key-0001', 'a', () => Promise.resolve('done'), final)).toEqual({ answer: 'done', isRepeated: false })
})

test('keeps two hundred answers, the newest', async () => {
  const idempotency = new Idempotency()
  let made = 0
  const ask = (number: number) => idempotency.once(`key-${number}`, 'a', () => Promise.resolve((made += 1)), final)
  for (let number = 0; number <= 200; number += 1) await ask(number)
  expect((await ask(1)).isRepeated).toBe(true)
  expect((await ask(0)).isRepeated).toBe(false)
  expect(made).toBe(202)
})
