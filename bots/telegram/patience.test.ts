import { expect, it } from 'vitest'
import { createPatience } from './patience.ts'
import type { Timers } from './timers.ts'

/** Nobody's time is ever over. */
const still: Timers = { now: () => 0, sleep: () => new Promise(() => undefined) }
const warnings: string[] = []
const log = { info() {}, warn: (_fields: object, message: string) => void warnings.push(message), error() {} }

it('waits for an answer to be shown, but not while every answer has to wait for its turn', async () => {
  let isFull = false
  const patience = createPatience(still, log, () => isFull)
  const shown = Promise.withResolvers<void>()
  let isOver = false
  const lent = patience.lend(shown.promise).then(() => (isOver = true))
  isFull = true
  // Resolves although nothing is ever shown.
  await patience.lend(new Promise(() => undefined))
  expect(isOver).toBe(false)
  shown.resolve()
  await lent
})

it('tells of an answer that nobody waited for and that failed', async () => {
  const patience = createPatience(still, log, () => true)
  const failing = Promise.reject(new Error('gone'))
  await patience.lend(failing)
  await patience.drain()
  expect(warnings).toEqual(['a late answer could not be shown on Telegram'])
})

it('stays for the answers that wait for their turn when the process stops, but not for ever', async () => {
  const over: { ms: number; ring: () => void }[] = []
  const timers: Timers = { now: () => 0, sleep: (ms) => new Promise((ring) => over.push({ ms, ring })) }
  const patience = createPatience(timers, log, () => true)
  const shown = Promise.withResolvers<void>()
  await patience.lend(shown.promise)
  let isDrained = false
  const drained = patience.drain().then(() => (isDrained = true))
  // Two hundred answers at the platform's pace.
  for (const { ms, ring } of over) if (ms <= 200 * (1_000 / 29)) ring()
  await new Promise((done) => setImmediate(done))
  expect(isDrained).toBe(false)
  shown.resolve()
  await drained
  await patience.lend(new Promise(() => undefined))
  const late = patience.drain()
  for (const { ring } of over) ring()
  await late
  expect(warnings.at(-1)).toBe('answers that waited for their turn on Telegram were not shown')
})
