import { closeSync, fsyncSync, openSync, renameSync, writeFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { z } from 'zod'
import { readIfThere } from '../process/local-process.ts'
import { StartFault } from '../process/start-fault.ts'

/** As much of anvil's state as tells a whole file from a torn or foreign one; anvil itself checks the rest when it loads it. */
const savedState = z.object({ block: z.object({ number: z.string(), timestamp: z.string() }), accounts: z.record(z.string(), z.unknown()) })

/**
 * Writes what `anvil_dumpState` returned (0x-hex of gzipped JSON) so that the file is always a whole state: either the former or this one,
 * whenever the power fails.
 */
export function writeChainState(path: string, dumped: string): void {
  const draft = `${path}.new`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeFileSync(file, gunzipSync(Buffer.from(dumped.slice(2), 'hex')))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}

/**
 * Whether a saved chain is there.
 * @throws StartFault `chain_state_unreadable` when the file holds anything but a chain: starting anew over it would silently lose the ledger's anchor.
 */
export function hasChainState(path: string): boolean {
  let problem: string
  let cause: unknown
  try {
    const text = readIfThere(path)
    if (text === undefined) return false
    const parsed = savedState.safeParse(JSON.parse(text))
    if (parsed.success) return true
    problem = 'it is not a chain state'
    cause = parsed.error
  } catch (error) {
    problem = error instanceof Error ? error.message : String(error)
    cause = error
  }
  throw unreadableChainState(path, problem, cause)
}

/** The fault for a state file that we, or anvil, cannot read. */
export function unreadableChainState(path: string, problem: string, cause?: unknown): StartFault {
  return new StartFault({
    code: 'chain_state_unreadable',
    message: `The saved state of the local chain, ${path}, cannot be read: ${problem}`,
    nextStep:
      'Put a backup of that file in its place, or move it away to begin a new chain: the contracts are then deployed again and the payouts sent to them again.',
    exitCode: 78,
    cause,
  })
}
