import type { Database } from '../adapters/postgres/database.ts'
import { moveChainTime } from '../adapters/chain/chain-clock.ts'
import type { Instant } from '../core/shared/instant.ts'

const OFFSET = 'clock:offset'

/** The product's time. Real everywhere but in the sandbox, where a visitor may move it forward; it never goes back. */
export interface Clock {
  readonly now: () => Instant
  /** Sandbox only: moves this clock and the local chain's to `target`, and keeps the distance over restarts. */
  moveTo(target: Instant): Promise<void>
}

export async function openClock({ prisma }: Database, localChainUrl: string | undefined): Promise<Clock> {
  const saved = await prisma.setting.findUnique({ where: { key: OFFSET } })
  let offset = saved === null || localChainUrl === undefined ? 0 : Number(saved.value)
  const now = () => Date.now() + offset
  if (offset > 0 && localChainUrl !== undefined) await moveChainTime(localChainUrl, now())
  return {
    now,
    async moveTo(target) {
      if (localChainUrl === undefined) throw new Error('only a sandbox has a clock that can be moved')
      const moved = Math.max(offset, target - Date.now())
      await prisma.setting.upsert({
        where: { key: OFFSET },
        create: { key: OFFSET, value: String(moved) },
        update: { value: String(moved) },
      })
      offset = moved
      await moveChainTime(localChainUrl, now())
    },
  }
}
