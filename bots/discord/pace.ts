import { setTimeout as wait } from 'node:timers/promises'

/** Given, so that pacing can be tested without waiting. */
export interface PaceClock {
  /** Milliseconds since any moment. */
  now(): number
  sleep(ms: number): Promise<void>
}

const realClock: PaceClock = { now: () => performance.now(), sleep: (ms) => wait(ms) }

/**
 * Lets callers go on one after another, evenly: no second sees more than `perSecond` of them, wherever it begins. The client's own limit lets all of a second
 * go at its start, and those of two seconds meet in one of the platform's when the network delays the first.
 */
export function createPace(perSecond: number, clock: PaceClock = realClock): () => Promise<void> {
  const gap = 1_000 / perSecond
  let last = Number.NEGATIVE_INFINITY
  let gate = Promise.resolve()
  const pass = async (): Promise<void> => {
    for (let early = last + gap - clock.now(); early > 0; early = last + gap - clock.now()) await clock.sleep(early)
    // When it really went: after a pause of the whole process nobody makes up for lost time.
    last = clock.now()
  }
  return () => (gate = gate.then(pass))
}

/**
 * Runs work of which no `spanMs` milliseconds may see more than `most` arrive somewhere else, however long each is on its way. It arrives at some moment before
 * its answer, so its place is free again when `spanMs` have passed since the answer, and not before.
 */
export function createWindow(
  most: number,
  spanMs: number,
  clock: PaceClock = realClock,
): <Result>(work: () => Promise<Result>) => Promise<Result> {
  const waiting: (() => void)[] = []
  let free = most
  const giveBack = (): void => {
    const next = waiting.shift()
    if (next === undefined) free += 1
    else next()
  }
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      void clock.sleep(spanMs).then(giveBack)
    }
  }
}
