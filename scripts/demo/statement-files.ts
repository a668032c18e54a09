import { mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import type { PeriodView } from '../../core/economy/economy.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { World } from './open-world.ts'

export interface StatementFiles {
  /** Writes the statements that have become final since the last call; returns their periods. */
  writeFinal(now: Instant): Promise<readonly PeriodView[]>
  written(): number
}

/** The final statement of a period, in a folder of statements. */
export function statementPath(folder: string, period: number): string {
  return join(folder, `period-${String(period).padStart(2, '0')}.json`)
}

/** Puts final statements into files as the pages would give them to download. */
export function createStatementFiles({ reads, statements }: Pick<World, 'reads' | 'statements'>, folder: string): StatementFiles {
  mkdirSync(folder, { recursive: true })
  let next = 1
  return {
    written: () => next - 1,
    async writeFinal(now) {
      const final: PeriodView[] = []
      for (;;) {
        const statement = await statements.open(next, now)
        if (statement?.isFinal !== true) break
        const file = await open(statementPath(folder, next), 'w')
        try {
          for await (const chunk of statement.chunks) await file.write(chunk)
        } finally {
          await file.close()
        }
        const view = (await reads.periods(now)).find(({ number }) => number === next)
        if (view === undefined) throw new Error(`period ${next} has a statement and is not known`)
        final.push(view)
        next += 1
      }
      return final
    },
  }
}
