import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createPresenceRecorder, type PresenceBatch, type PresenceRecorder } from './presence-recorder.ts'
import { timePresent, type Interval } from './presence.rules.ts'
import type { VoiceState } from './voice-book.ts'

const EVENT = { event: 7, channelId: 'hall' }
const USERS = ['ann', 'bob', 'cyd']
const WINDOW: Interval = { from: 0, to: 1_000_000 }

/** The table as PostgreSQL keeps it: rows upserted, watches that only move forward. */
function createStore() {
  const watches = new Map<string, number>()
  const rows = new Map<string, { watch: string; userId: string; event: number; from: number; to: number | null }>()
  return {
    write({ watch, seenUntil, rows: batch }: PresenceBatch) {
      watches.set(watch, Math.max(watches.get(watch) ?? 0, seenUntil))
      for (const row of batch) rows.set(`${watch} ${row.event} ${row.userId} ${row.from}`, { watch, ...row })
    },
    counted: (userId: string, event = EVENT.event) =>
      timePresent(
        [...rows.values()]
          .filter((row) => row.userId === userId && row.event === event)
          .map(({ watch, from, to }) => ({ from, to: to ?? watches.get(watch) ?? from })),
        WINDOW,
      ),
  }
}

type Happening =
  | { readonly what: 'state'; readonly user: number; readonly channel: 'hall' | 'lounge' | null; readonly isDeaf: boolean }
  /** Written, or not because the database is away. */
  | { readonly what: 'beat'; readonly isKept: boolean }
  /** A batch is on its way to a slow database, or arrives there. */
  | { readonly what: 'take' | 'give' }
  /** Lines are asked for a proof. */
  | { readonly what: 'ask' }
  /** Lines hold back what is sent over them, and let it go. */
  | { readonly what: 'stall' | 'flow' }
  /** The process is killed and another one starts after a while. */
  | { readonly what: 'kill' }
  /** The line is lost; what happens until it is back is replayed, or not told at all. */
  | { readonly what: 'lose' | 'resume' | 'reidentify' }
  /** A second process starts beside the first, or the first one is stopped. */
  | { readonly what: 'overlap' | 'retire' }

const state = fc.record({
  what: fc.constant('state' as const),
  user: fc.nat(USERS.length - 1),
  channel: fc.constantFrom('hall' as const, 'hall' as const, 'lounge' as const, null),
  isDeaf: fc.boolean(),
})
const beat = (isKept: fc.Arbitrary<boolean>) => fc.record({ what: fc.constant('beat' as const), isKept })
const slowness = fc.record({ what: fc.constantFrom('take', 'give') })
const ask = fc.record({ what: fc.constant('ask' as const) })
const trouble = fc.record({ what: fc.constantFrom('kill', 'stall', 'flow', 'lose', 'resume', 'reidentify', 'overlap', 'retire') })
const story = (happening: fc.Arbitrary<Happening>) =>
  fc.array(fc.tuple(fc.integer({ min: 1, max: 60 }), happening), { minLength: 30, maxLength: 100 })

interface Process {
  readonly recorder: PresenceRecorder
  /** What is on its way over the line, in order: states, and the times of questions that are answered. */
  line: (VoiceState | number)[]
  isStalled: boolean
  isCut: boolean
  onItsWay: PresenceBatch | undefined
}

/**
 * Plays a history against processes that hear it as a gateway tells it; gives the truth and what the store counts.
 * @param isAlwaysAsked whether lines are asked whenever time has gone by
 */
function play(history: readonly (readonly [after: number, happening: Happening])[], isAlwaysAsked: boolean) {
  const store = createStore()
  const truth = new Map<string, VoiceState>()
  const present = new Map(USERS.map((user) => [user, 0]))
  let watches = 0
  let now = 0
  let processes: Process[] = []

  const snapshot = ({ recorder }: Process) => recorder.hear({ kind: 'snapshot', at: now, states: [...truth.values()] })
  const start = () => {
    const recorder = createPresenceRecorder(() => `w${(watches += 1)}`)
    recorder.watch([EVENT])
    const process: Process = { recorder, line: [], isStalled: false, isCut: false, onItsWay: undefined }
    snapshot(process)
    processes.push(process)
  }
  const flow = (process: Process) => {
    if (process.isStalled || process.isCut) return
    for (const told of process.line.splice(0))
      process.recorder.hear(typeof told === 'number' ? { kind: 'proven', at: told } : { kind: 'state', at: now, state: told })
  }
  const askAll = (): void =>
    processes.forEach((process) => {
      if (!process.isCut) process.line.push(now)
      flow(process)
    })
  const take = (process: Process) => {
    process.onItsWay ??= process.recorder.pending()
  }
  const give = (process: Process) => {
    if (process.onItsWay === undefined) return
    store.write(process.onItsWay)
    process.recorder.written(process.onItsWay)
    process.onItsWay = undefined
  }
  const write = (process: Process) => {
    take(process)
    give(process)
  }
  const pass = (ms: number) => {
    for (const { userId, channelId, isDeaf } of truth.values())
      if (channelId === 'hall' && !isDeaf) present.set(userId, present.get(userId)! + ms)
    now += ms
    if (isAlwaysAsked) askAll()
  }
  start()
  for (const [after, happening] of history) {
    pass(after)
    const first = processes[0]
    switch (happening.what) {
      case 'state': {
        const one = { userId: USERS[happening.user]!, channelId: happening.channel, isDeaf: happening.isDeaf }
        truth.set(one.userId, one)
        for (const process of processes) process.line.push(one)
        processes.forEach(flow)
        break
      }
      case 'beat':
        if (happening.isKept) processes.forEach(write)
        break
      case 'ask':
        askAll()
        break
      case 'take':
        processes.forEach(take)
        break
      case 'give':
        processes.forEach(give)
        break
      case 'stall':
      case 'flow':
        for (const process of processes) {
          process.isStalled = happening.what === 'stall'
          flow(process)
        }
        break
      case 'kill':
        processes = []
        pass(20)
        start()
        break
      case 'lose':
        for (const process of processes) process.isCut = true
        break
      case 'resume':
      case 'reidentify':
        for (const process of processes.filter(({ isCut }) => isCut)) {
          process.isCut = false
          process.isStalled = false
          if (happening.what === 'reidentify') {
            process.line = []
            process.recorder.hear({ kind: 'lost' })
            snapshot(process)
          }
          flow(process)
        }
        break
      case 'overlap':
        if (processes.length < 3) start()
        break
      case 'retire':
        if (first !== undefined && processes.length > 1) {
          write(first)
          write(first)
          processes.shift()
        }
        break
    }
  }
  return {
    store,
    present,
    end: (): void => {
      askAll()
      processes.forEach((process) => {
        give(process)
        write(process)
      })
    },
  }
}

test('over lines that are always proven the store holds the truth to the millisecond, however often the database was away', () => {
  fc.assert(
    fc.property(story(fc.oneof({ weight: 4, arbitrary: state }, beat(fc.boolean()), slowness)), (history) => {
      const { store, present, end } = play(history, true)
      end()
      for (const user of USERS) expect(store.counted(user)).toBe(present.get(user))
    }),
    { numRuns: 300 },
  )
})

test('whatever dies, stalls, is lost, replayed or doubled, and however seldom lines are asked, the store never holds more than the truth', () => {
  const happening = fc.oneof({ weight: 4, arbitrary: state }, beat(fc.boolean()), slowness, ask, { weight: 2, arbitrary: trouble })
  fc.assert(
    fc.property(story(happening), fc.boolean(), (history, isAlwaysAsked) => {
      const { store, present, end } = play(history, isAlwaysAsked)
      for (const user of USERS) expect(store.counted(user)).toBeLessThanOrEqual(present.get(user)!)
      end()
      for (const user of USERS) expect(store.counted(user)).toBeLessThanOrEqual(present.get(user)!)
    }),
    { numRuns: 1_000 },
  )
})

test('an event that is watched no longer, and then again, counts no time in between', () => {
  const store = createStore()
  const recorder = createPresenceRecorder(() => 'w1')
  const write = () => {
    const batch = recorder.pending()
    if (batch !== undefined) {
      store.write(batch)
      recorder.written(batch)
    }
  }
  const hear = (at: number, channelId: string | null) =>
    recorder.hear({ kind: 'state', at, state: { userId: 'ann', channelId, isDeaf: false } })
  recorder.watch([EVENT])
  hear(100, 'hall')
  recorder.hear({ kind: 'proven', at: 200 })
  write()
  recorder.watch([])
  hear(300, null)
  write()
  recorder.watch([EVENT])
  recorder.hear({ kind: 'proven', at: 900 })
  write()
  expect(store.counted('ann')).toBe(100)
})

test('an event that is watched after people came counts their time from when they came', () => {
  const store = createStore()
  const recorder = createPresenceRecorder(() => 'w1')
  recorder.hear({ kind: 'snapshot', at: 100, states: [{ userId: 'ann', channelId: 'hall', isDeaf: false }] })
  expect(recorder.pending()).toBeUndefined()
  recorder.watch([EVENT, { event: 8, channelId: 'hall' }])
  recorder.hear({ kind: 'proven', at: 250 })
  store.write(recorder.pending()!)
  expect([store.counted('ann', 7), store.counted('ann', 8)]).toEqual([150, 150])
})

test('what ends while it is being written is written next', () => {
  const store = createStore()
  const recorder = createPresenceRecorder(() => 'w1')
  recorder.watch([EVENT])
  const hear = (at: number, channelId: string | null) =>
    recorder.hear({ kind: 'state', at, state: { userId: 'ann', channelId, isDeaf: false } })
  hear(100, 'hall')
  recorder.hear({ kind: 'proven', at: 110 })
  const batch = recorder.pending()!
  recorder.hear({ kind: 'proven', at: 150 })
  hear(150, null)
  store.write(batch)
  recorder.written(batch)
  recorder.hear({ kind: 'proven', at: 500 })
  store.write(recorder.pending()!)
  expect(store.counted('ann')).toBe(50)
})
