import { randomInt } from 'node:crypto'
import { freePort } from '../../adapters/process/local-process.ts'

/** Below what Linux, macOS and Windows give to outgoing connections: one of those could have the port just when it is to be listened on again. */
const RANGE = [20_000, 32_000] as const
const ATTEMPTS = 100

/** A free port on which a product can be started again after it was killed. */
export async function stablePort(): Promise<number> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const wanted = randomInt(...RANGE)
    if ((await freePort(wanted)) === wanted) return wanted
  }
  throw new Error(`no free port from ${RANGE[0]} to ${RANGE[1]}`)
}
