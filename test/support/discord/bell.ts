/** Thrown when something a test waited for did not happen within its bound. */
export class WaitedTooLong extends Error {
  constructor(what: string, timeoutMs: number, seen: string) {
    super(`waited ${timeoutMs} ms for ${what}${seen === '' ? '' : `\n${seen}`}`)
    this.name = 'WaitedTooLong'
  }
}

/** A signal that something changed. Waiters look again at every ring; nothing polls. */
export class Bell {
  readonly #waiting = new Set<() => void>()
  #closed = false

  /** Tells every waiter to look again. */
  ring(): void {
    // A waiter that is done leaves the set while it is walked; sets allow that.
    for (const look of this.#waiting) look()
  }

  /** Ends every wait with an error, so that nothing outlives the test. */
  close(): void {
    this.#closed = true
    this.ring()
  }

  /**
   * Resolves with the first value of `read` that is not undefined.
   * @param seen told in the error when the time is over
   */
  until<T>(what: string, timeoutMs: number, read: () => T | undefined, seen: () => string = () => ''): Promise<T> {
    return new Promise((resolve, reject) => {
      const finish = (end: () => void): void => {
        clearTimeout(timer)
        this.#waiting.delete(look)
        end()
      }
      const look = (): void => {
        try {
          if (this.#closed) throw new Error(`closed while waiting for ${what}`)
          const value = read()
          if (value !== undefined) finish(() => resolve(value))
        } catch (error) {
          finish(() => reject(error instanceof Error ? error : new Error(String(error))))
        }
      }
      const timer = setTimeout(() => finish(() => reject(new WaitedTooLong(what, timeoutMs, seen()))), timeoutMs)
      this.#waiting.add(look)
      look()
    })
  }
}
