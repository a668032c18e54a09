import type { RewardTablePort } from '../../core/economy/economy.port.ts'
import { REWARD_KINDS, type RewardKind, type RewardRate } from '../../core/economy/reward-table.rules.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** The reward table's changes: append only, and of one kind one after the other. */
export function rewardTableStore(tx: Tx): RewardTablePort {
  return {
    async lockNewest(kind) {
      // The first row, which is there from the start, is the lock; the trigger that keeps changes in order takes the same one.
      await tx.$executeRaw(Prisma.sql`SELECT 1 FROM reward_rate WHERE kind = ${kind} ORDER BY valid_from LIMIT 1 FOR UPDATE`)
      return toRate(await tx.rewardRate.findFirstOrThrow({ where: { kind }, orderBy: { validFrom: 'desc' } }))
    },
    async saveRate({ validFrom, ...rate }) {
      await tx.rewardRate.create({ data: { ...rate, validFrom: new Date(validFrom) } })
    },
  }
}

/** The rows of the table that matter at a moment: of each of `kinds` the last that holds by then, so at most one a kind. */
export async function ratesUntil(tx: Tx, at: Instant, kinds: readonly RewardKind[] = REWARD_KINDS): Promise<readonly RewardRate[]> {
  // One look into the index a kind, however often the table was changed.
  const rows = await tx.$queryRaw<RateRow[]>(Prisma.sql`
    SELECT rate.kind, rate.valid_from AS "validFrom", rate.lowest, rate.highest
    FROM unnest(${[...kinds]}::text[]) AS wanted (kind)
    CROSS JOIN LATERAL (
      SELECT * FROM reward_rate r WHERE r.kind = wanted.kind AND r.valid_from <= ${new Date(at)} ORDER BY r.valid_from DESC LIMIT 1
    ) rate`)
  return rows.map(toRate)
}

interface RateRow {
  readonly kind: string
  readonly validFrom: Date
  readonly lowest: bigint
  readonly highest: bigint
}

function toRate({ kind: text, validFrom, lowest, highest }: RateRow): RewardRate {
  const kind = REWARD_KINDS.find((known) => known === text)
  if (kind === undefined) throw new Error(`the reward table has the unknown kind ${text}`)
  return { kind, validFrom: validFrom.getTime(), lowest, highest }
}
