/** Runs work in order within a lane and beside each other across lanes. */
export interface UpdateLanes {
  /** Resolves when the work has run (`done`), or will never begin because the lanes were closed (`dropped`). Work must not throw. */
  run(lane: number, work: () => Promise<void>): Promise<'done' | 'dropped'>
  /** Begins nothing more; resolves when all that runs has ended. */
  close(): Promise<void>
}

/** @param most how much runs at once */
export function createUpdateLanes(most: number): UpdateLanes {
  const tails = new Map<number, Promise<unknown>>()
  const running = new Set<Promise<void>>()
  const waiting: (() => void)[] = []
  let free = most
  let isClosed = false

  async function take(): Promise<void> {
    if (free > 0) free--
    else await new Promise<void>((resolve) => waiting.push(resolve))
  }
  function give(): void {
    const next = waiting.shift()
    if (next === undefined) free++
    else next()
  }
  async function work(before: Promise<unknown>, task: () => Promise<void>): Promise<'done' | 'dropped'> {
    await before
    await take()
    try {
      if (isClosed) return 'dropped'
      const run = task()
      running.add(run)
      await run
      running.delete(run)
      return 'done'
    } finally {
      give()
    }
  }

  return {
    run(lane, task) {
      const result = work(tails.get(lane) ?? Promise.resolve(), task)
      tails.set(lane, result)
      void result.finally(() => {
        if (tails.get(lane) === result) tails.delete(lane)
      })
      return result
    },
    async close() {
      isClosed = true
      await Promise.all(running)
    },
  }
}
