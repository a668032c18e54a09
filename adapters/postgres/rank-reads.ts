import type { LeaderboardRow } from '../../core/economy/economy.types.ts'
import { memberAccount } from '../../core/ledger/ledger.types.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** Members who hide are left out of the list and still counted in ranks: with this many more rows than asked for the list is full all the same. */
const ROOM_FOR_HIDDEN = 100

/** The best members by what they earned in all, equal sums sharing a rank. An index range, whatever the number of members. */
export async function leaderboard(tx: Tx, limit: number): Promise<readonly LeaderboardRow[]> {
  const rows = await tx.$queryRaw<{ rank: bigint; id: string; name: string; earned: bigint }[]>(Prisma.sql`
    WITH best AS (SELECT name AS account, earned FROM account WHERE earned > 0 ORDER BY earned DESC, name LIMIT ${limit + ROOM_FOR_HIDDEN}),
         ranked AS (SELECT account, earned, rank() OVER (ORDER BY earned DESC) AS rank FROM best)
    SELECT ranked.rank, m.id, m.name, ranked.earned
    FROM ranked JOIN member m ON m.id = substr(ranked.account, 8)
    WHERE NOT m.hidden ORDER BY ranked.rank, ranked.account LIMIT ${limit}`)
  return rows.map(({ rank, id, name, earned }) => ({ rank: Number(rank), memberId: id, name, earned }))
}

/**
 * One more than the number of members who earned more; null for who has earned nothing. Higher buckets of the histogram are summed, only the own bucket is
 * counted: `earned > 0` is said again for the planner, which else can not use the index of those who earned.
 */
export async function rankOf(tx: Tx, memberId: string): Promise<number | null> {
  const rows = await tx.$queryRaw<{ rank: bigint }[]>(Prisma.sql`
    WITH own AS MATERIALIZED (
      SELECT earned, rank_bucket_of(earned) AS bucket FROM account WHERE name = ${memberAccount(memberId)} AND earned > 0
    )
    SELECT 1 + (SELECT coalesce(sum(members), 0) FROM rank_bucket higher WHERE higher.bucket > own.bucket)::bigint
             + (SELECT count(*) FROM account other
                WHERE other.earned > 0 AND other.earned > own.earned AND other.earned <= rank_bucket_top(own.bucket)) AS rank
    FROM own`)
  return rows[0] === undefined ? null : Number(rows[0].rank)
}
