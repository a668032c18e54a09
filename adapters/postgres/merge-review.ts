import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import type { MergeOfTwo } from './merge-moves.ts'

/**
 * What the trigger `review_no_conflict` would refuse, and a second seat of the same person on one panel: a row `a` of open item `i` that counts no more.
 * The survivor's moved rows are looked at, and those that waited with the merged one because the survivor has a seat already.
 */
const CONFLICT = ({ survivor, merged }: MergeOfTwo) => Prisma.sql`
  i.state = 'open' AND (a.reviewer = ${merged} OR (a.reviewer = ${survivor} AND (
    ${survivor} IN (i.contributor, i.copied_by)
    OR EXISTS (SELECT 1 FROM campaign p WHERE p.number = i.campaign AND p.proposed_by = ${survivor})
    OR EXISTS (SELECT 1 FROM campaign_member c WHERE c.campaign = i.campaign AND c.member_id = ${survivor})
    OR EXISTS (SELECT 1 FROM review_interest n WHERE (n.member_id, n.other_id) IN ((${survivor}, i.contributor), (i.contributor, ${survivor})))
    OR ((i.kind = 'appeal' OR i.copy_of IS NOT NULL) AND EXISTS (SELECT 1 FROM review_assignment e JOIN review_item j ON j.id = e.item
          WHERE j.subject IN (i.subject, i.copy_of) AND j.id <> i.id AND e.state = 'decided'
            AND e.reviewer IN (SELECT member_tree(${survivor}) UNION SELECT member_tree(${merged})))))))`

/** Nobody decides on their own: who was asked is asked no more, and what was decided before counts no more. Whom to ask instead is the next look's (`reassignReviews`). */
export async function recuse(tx: Tx, merge: MergeOfTwo, now: Instant): Promise<void> {
  await tx.$executeRaw(Prisma.sql`
    WITH recused AS (
      UPDATE review_assignment a SET state = 'recused' FROM review_item i
      WHERE i.id = a.item AND a.state = 'asked' AND ${CONFLICT(merge)} RETURNING a.item, a.reviewer
    ), voided AS (
      UPDATE review_assignment a SET voided_at = ${new Date(now)} FROM review_item i
      WHERE i.id = a.item AND a.state = 'decided' AND a.voided_at IS NULL AND ${CONFLICT(merge)} RETURNING a.item, a.reviewer
    )
    INSERT INTO member_merge_move (merge_id, what, key)
    SELECT ${merge.id}, 'recuse:review_assignment', jsonb_build_object('item', item, 'reviewer', reviewer) FROM recused
    UNION ALL
    SELECT ${merge.id}, 'void:review_assignment', jsonb_build_object('item', item, 'reviewer', reviewer) FROM voided`)
}

/** Takes {@link recuse} back where the item is still open; what was decided meanwhile was decided without them. Before rows are moved back. */
export async function seatAgain(tx: Tx, { id }: MergeOfTwo): Promise<void> {
  const same = Prisma.sql`a.item = (v.key ->> 'item')::bigint AND a.reviewer = v.key ->> 'reviewer' AND i.id = a.item AND i.state = 'open'`
  await tx.$executeRaw(Prisma.sql`
    UPDATE review_assignment a SET state = 'asked' FROM member_merge_move v, review_item i
    WHERE v.merge_id = ${id} AND v.what = 'recuse:review_assignment' AND a.state = 'recused' AND ${same}`)
  await tx.$executeRaw(Prisma.sql`
    UPDATE review_assignment a SET voided_at = NULL FROM member_merge_move v, review_item i
    WHERE v.merge_id = ${id} AND v.what = 'void:review_assignment' AND ${same}`)
}
