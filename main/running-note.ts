import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { processFacts } from '../adapters/process/local-process.ts'

const Note = z.object({ pid: z.number().int(), databaseUrl: z.string(), chainUrl: z.string() })

/** Where the parts of a running product are, for `npm run job` beside it. */
export type RunningNote = z.infer<typeof Note>

const fileOf = (dataFolder: string) => join(dataFolder, 'running.json')

export function noteRunning(dataFolder: string, note: RunningNote): void {
  writeFileSync(fileOf(dataFolder), `${JSON.stringify(note)}\n`, { mode: 0o600 })
}

export function forgetRunning(dataFolder: string): void {
  rmSync(fileOf(dataFolder), { force: true })
}

/** The product that runs over this folder now; undefined when none does, or a killed one left its note behind. */
export function readRunning(dataFolder: string): RunningNote | undefined {
  if (!existsSync(fileOf(dataFolder))) return undefined
  try {
    const note = Note.parse(JSON.parse(readFileSync(fileOf(dataFolder), 'utf8')))
    return processFacts(note.pid) === undefined ? undefined : note
  } catch {
    return undefined
  }
}
