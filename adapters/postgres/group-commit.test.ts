import { describe, expect, test } from 'vitest'
import { Fault } from '../../core/shared/fault.ts'
import { classifyPostgresError, createGroupCommit, type WriteFailure } from './group-commit.ts'

/** A group commit over numbers whose writes wait until they are let through; `fail` decides each. */
function build(options: { fail?: (items: readonly number[]) => WriteFailure | undefined; maxBatch?: number; maxWaiting?: number } = {}) {
  const writes: number[][] = []
  let open: () => void = () => {}
  let gate: Promise<void> | undefined
  const submit = createGroupCommit<number, number>({
    async write(items) {
      await gate
      writes.push([...items])
      const failure = options.fail?.(items)
      if (failure !== undefined) throw Object.assign(new Error(failure), { failure })
      return items.map((item) => item * 10)
    },
    classify: (error) => (error as { failure: WriteFailure }).failure ?? 'give-up',
    maxBatch: options.maxBatch ?? 100,
    maxWaiting: options.maxWaiting ?? 100,
    maxAttempts: 3,
    pauseMs: 1,
  })
  return {
    submit,
    writes,
    hold() {
      gate = new Promise((done) => (open = done))
    },
    letGo: () => open(),
  }
}

const settled = (asked: readonly Promise<number>[]) =>
  Promise.allSettled(asked).then((all) => all.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason))))

describe('grouping', () => {
  test('one at a time is written at once; what arrives meanwhile goes together in the next write, in order', async () => {
    const group = build()
    expect(await group.submit(1)).toBe(10)
    group.hold()
    const first = group.submit(2)
    await new Promise(setImmediate)
    const rest = [3, 4, 5].map(group.submit)
    group.letGo()
    expect(await Promise.all([first, ...rest])).toEqual([20, 30, 40, 50])
    expect(group.writes).toEqual([[1], [2], [3, 4, 5]])
  })

  test('a write has at most `maxBatch` items', async () => {
    const group = build({ maxBatch: 2 })
    await Promise.all([1, 2, 3, 4, 5].map(group.submit))
    expect(group.writes).toEqual([[1, 2], [3, 4], [5]])
  })

  test('one more than may wait is refused as overload, and the others are answered', async () => {
    const group = build({ maxWaiting: 2 })
    group.hold()
    const running = group.submit(1)
    await new Promise(setImmediate)
    const waiting = [2, 3].map(group.submit)
    await expect(group.submit(4)).rejects.toMatchObject({ source: 'overload', retryable: true })
    group.letGo()
    expect(await Promise.all([running, ...waiting])).toEqual([10, 20, 30])
  })
})

describe('failing', () => {
  test('one poisoned item fails alone, wherever it stands', async () => {
    for (let bad = 1; bad <= 7; bad += 1) {
      const group = build({ fail: (items) => (items.includes(bad) ? 'split' : undefined) })
      const answers = await settled([1, 2, 3, 4, 5, 6, 7].map(group.submit))
      expect(answers).toEqual([1, 2, 3, 4, 5, 6, 7].map((item) => (item === bad ? 'Error: split' : item * 10)))
    }
  })

  test('a lost race is tried again as a whole, then divided, then passed on', async () => {
    let left = 2
    const lucky = build({ fail: () => ((left -= 1) >= 0 ? 'again' : undefined) })
    expect(await Promise.all([1, 2].map(lucky.submit))).toEqual([10, 20])
    expect(lucky.writes).toEqual([
      [1, 2],
      [1, 2],
      [1, 2],
    ])
    const never = build({ fail: (items) => (items.includes(2) ? 'again' : undefined) })
    expect(await settled([1, 2].map(never.submit))).toEqual([10, 'Error: again'])
    expect(never.writes).toHaveLength(3 + 1 + 3)
  })

  test('a database that is away is tried again, and its items are never divided', async () => {
    let left = 2
    const back = build({ fail: () => ((left -= 1) >= 0 ? 'unavailable' : undefined) })
    expect(await Promise.all([1, 2].map(back.submit))).toEqual([10, 20])
    const away = build({ fail: () => 'unavailable' })
    expect(await settled([1, 2].map(away.submit))).toEqual(['Error: unavailable', 'Error: unavailable'])
    expect(away.writes).toHaveLength(3)
  })

  test('a bug fails its batch once, and the next batch is written', async () => {
    const group = build({ fail: (items) => (items.includes(1) ? 'give-up' : undefined) })
    expect(await settled([1, 2].map(group.submit))).toEqual(['Error: give-up', 'Error: give-up'])
    expect(await group.submit(3)).toBe(30)
    const short = createGroupCommit<number, number>({
      write: async () => [],
      classify: classifyPostgresError,
      maxBatch: 9,
      maxWaiting: 9,
      maxAttempts: 9,
    })
    await expect(short(1)).rejects.toThrow('a group write of 1 items answered 0')
  })
})

test('what errors of PostgreSQL mean', () => {
  const meanings = [
    ['again', ['23505', '23514', '40001', '40P01']],
    ['split', ['22021', '22P02', '23503', 'WP001']],
    ['unavailable', ['57P01', '57P03', '53300', 'ECONNREFUSED', 'ECONNRESET']],
    ['give-up', ['42P01', '53100', 'XX000']],
  ] as const
  for (const [meaning, codes] of meanings)
    for (const code of codes) expect([code, classifyPostgresError(Object.assign(new Error('x'), { code }))]).toEqual([code, meaning])
  expect(classifyPostgresError(new Error('Connection terminated unexpectedly'))).toBe('unavailable')
  expect(classifyPostgresError(new Fault('database', 'away', { retryable: true }))).toBe('unavailable')
  expect(classifyPostgresError(new Error('a bug'))).toBe('give-up')
})
