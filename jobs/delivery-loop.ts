export interface Loop {
  /** Resolves when the step in hand is over. */
  stop(): Promise<void>
}

const IDLE_MS = 1_000
/** After a failure: doubled each time, up to a minute. */
const MAX_WAIT_MS = 60_000

/** Calls `step` again and again: at once while it finds work, a second later when it finds none, later and later while it fails. */
export function startLoop(step: () => Promise<number>, onError: (error: unknown) => void): Loop {
  const stopping = new AbortController()
  let wake: () => void = () => {}
  const pause = (ms: number): Promise<void> =>
    new Promise((done) => {
      const timer = setTimeout(done, ms)
      wake = () => {
        clearTimeout(timer)
        done()
      }
    })

  async function run(): Promise<void> {
    let failures = 0
    while (!stopping.signal.aborted) {
      try {
        const handled = await step()
        failures = 0
        if (handled === 0 && !stopping.signal.aborted) await pause(IDLE_MS)
      } catch (error) {
        onError(error)
        failures += 1
        if (!stopping.signal.aborted) await pause(Math.min(MAX_WAIT_MS, IDLE_MS * 2 ** Math.min(failures, 10)))
      }
    }
  }

  const running = run()
  return {
    async stop() {
      stopping.abort()
      wake()
      await running
    },
  }
}
