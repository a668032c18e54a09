import type { Candidate, Standing } from '../../core/review/panel.rules.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** What stands between member `m` and item `i`, as a JSON object with the names of `Standing`; whether it matters is decided in core. */
export const STANDING = Prisma.sql`jsonb_build_object(
  'reviewer', m.id,
  'isBlocked', m.blocked,
  'hasRole', EXISTS (SELECT 1 FROM role_grant g WHERE g.member_id = m.id AND g.role IN ('reviewer', 'chair')),
  'isContributor', m.id = i.contributor,
  'isTeam', EXISTS (SELECT 1 FROM campaign c WHERE c.number = i.campaign AND c.proposed_by = m.id)
         OR EXISTS (SELECT 1 FROM campaign_member t WHERE t.campaign = i.campaign AND t.member_id = m.id),
  'isClose', EXISTS (SELECT 1 FROM review_interest n WHERE (n.member_id, n.other_id) IN ((m.id, i.contributor), (i.contributor, m.id))),
  'hasDecided', (i.kind = 'appeal' OR i.copy_of IS NOT NULL) AND (m.id = i.copied_by OR EXISTS (
    SELECT 1 FROM review_item o JOIN review_assignment b ON b.item = o.id
    WHERE o.subject IN (i.subject, i.copy_of) AND o.id <> i.id AND b.state = 'decided' AND b.reviewer IN (SELECT member_tree(m.id)))))`

/** Everybody with the role who may be asked for this item, with what stands between them and it: not those who answered it or declined, and not who is part of another since, although a role may wait with them. Who is being merged at this moment is passed over: to wait for it, as the row of the seat would, is to wait in a circle. */
export async function candidatesFor(tx: Tx, item: bigint): Promise<readonly Candidate[]> {
  const rows = await tx.$queryRaw<{ standing: Standing; openSeats: number; hadSeat: boolean }[]>(Prisma.sql`
    SELECT ${STANDING} AS standing, a.reviewer IS NOT NULL AS "hadSeat",
           (SELECT count(*)::int FROM review_assignment s WHERE s.reviewer = m.id AND s.state = 'asked') AS "openSeats"
    FROM review_item i
    CROSS JOIN (SELECT DISTINCT member_id FROM role_grant WHERE role IN ('reviewer', 'chair')) r
    JOIN member m ON m.id = r.member_id AND m.merged_into IS NULL
    LEFT JOIN review_assignment a ON a.item = i.id AND a.reviewer = m.id
    WHERE i.id = ${item} AND (a.state IS NULL OR a.state IN ('lapsed', 'recused')) FOR KEY SHARE OF m SKIP LOCKED`)
  return rows.map(({ standing, ...rest }) => ({ ...standing, ...rest }))
}
