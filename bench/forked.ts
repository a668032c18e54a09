import assert from 'node:assert'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** A process beside the measured one. */
export interface Forked<Says, Hears> {
  /** What it says next. @throws when it ends instead */
  heard(): Promise<Says>
  tell(message: Hears): void
  readonly ended: Promise<unknown>
}

/** Starts a file of this folder in a process of its own, whose messages `read` takes as what they are: it is our own other half that speaks. */
export function forkBeside<Says, Hears extends object | string>(file: string, read: (message: unknown) => Says): Forked<Says, Hears> {
  const child = fork(join(import.meta.dirname, file), { serialization: 'advanced' })
  return {
    tell: (message) => void child.send(message),
    ended: once(child, 'exit'),
    async heard() {
      const ended = new AbortController()
      const { signal } = ended
      try {
        const [message] = await Promise.race([
          once(child, 'message', { signal }),
          once(child, 'exit', { signal }).then(([code]) => assert.fail(`${file} ended with ${code}`)),
        ])
        return read(message)
      } finally {
        ended.abort()
      }
    },
  }
}
