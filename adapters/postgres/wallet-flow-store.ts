import type { FlowStore } from '../../core/holds/wallet-trace.port.ts'
import { SHARED_BY, SHARED_BY_MOST } from '../../core/holds/shared-wallets.rules.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database } from './database.ts'
import { cursorOf, holdBySignals, moveCursor } from './note-signals.ts'
import { lockUntilCommit } from './settlement-alerts.ts'

/** Rows of what was found that are judged in one transaction. */
const FLOWS_AT_ONCE = 500
/** A row of `setting`: number of the last one that was judged. */
const JUDGED_UNTIL = 'flows-judged-until'

/** Between whose wallets and which addresses PoS went. */
export function walletFlowStore(database: Database): FlowStore {
  return {
    async due(confirmed, limit) {
      const rows = await database.prisma.$queryRaw<{ wallet: string; after: bigint | null }[]>(Prisma.sql`
        SELECT lower(address) AS wallet, traced_to AS after FROM wallet
        WHERE coalesce(traced_to, -1) < ${confirmed} AND traced_to IS NOT DISTINCT FROM (
          SELECT traced_to FROM wallet WHERE coalesce(traced_to, -1) < ${confirmed} ORDER BY traced_to DESC NULLS LAST LIMIT 1
        ) ORDER BY address LIMIT ${limit}`)
      const after = rows[0]?.after
      if (after === undefined) return undefined
      return { wallets: rows.map(({ wallet }) => wallet), after: after === null ? undefined : Number(after) }
    },
    keep: ({ wallets, after }, to, flows) =>
      database.transaction(async (tx) => {
        // One process at a time, so that no number becomes visible below one that was judged.
        await lockUntilCommit(tx, 'signals')
        await tx.$executeRaw(Prisma.sql`
          INSERT INTO wallet_flow (wallet, other, direction)
          SELECT w.address, f.other, f.direction
          FROM unnest(${flows.map(({ wallet }) => wallet)}::text[], ${flows.map(({ other }) => other)}::text[],
                      ${flows.map(({ direction }) => direction)}::text[]) AS f (wallet, other, direction)
          JOIN wallet w ON lower(w.address) = f.wallet
          ORDER BY 1, 2, 3 ON CONFLICT (wallet, other, direction) DO NOTHING`)
        await tx.$executeRaw(Prisma.sql`
          UPDATE wallet SET traced_to = ${to}
          WHERE lower(address) = ANY (${[...wallets]}::text[]) AND traced_to IS NOT DISTINCT FROM ${after ?? null}::bigint`)
        return { keep: true, value: undefined }
      }),
    async unjudged() {
      const after = await cursorOf(database.prisma, JUDGED_UNTIL)
      const [part] = await database.prisma.$queryRaw<{ until: bigint | null }[]>(Prisma.sql`
        SELECT max(seq) AS until FROM (SELECT seq FROM wallet_flow WHERE seq > ${after} ORDER BY seq LIMIT ${FLOWS_AT_ONCE}) n`)
      const until = part?.until ?? undefined
      if (until === undefined) return undefined
      // A wallet of the member's own at the other end tells of nobody else.
      const shared = await database.prisma.$queryRaw<{ address: string; members: string[] }[]>(Prisma.sql`
        SELECT f.other AS address, array_agg(DISTINCT m.root ORDER BY m.root) AS members
        FROM (SELECT DISTINCT other, direction FROM wallet_flow WHERE seq > ${after} AND seq <= ${until}) n
        JOIN wallet_flow f USING (other, direction) JOIN wallet w ON w.address = f.wallet
        CROSS JOIN LATERAL (SELECT member_root(w.member_id) AS root) m
        WHERE NOT EXISTS (SELECT 1 FROM wallet o WHERE lower(o.address) = f.other AND member_root(o.member_id) = m.root)
        GROUP BY f.other, f.direction HAVING count(DISTINCT m.root) BETWEEN ${SHARED_BY} AND ${SHARED_BY_MOST} ORDER BY 1`)
      return { after, until, shared }
    },
    judge: ({ after, until }, signals, now) =>
      database.transaction(async (tx) => {
        await lockUntilCommit(tx, 'signals')
        if ((await cursorOf(tx, JUDGED_UNTIL)) !== after) return { keep: false, value: 0 }
        await moveCursor(tx, JUDGED_UNTIL, until)
        return { keep: true, value: await holdBySignals(tx, signals, now) }
      }),
  }
}
