import { randomInt } from 'node:crypto'
import { askWhom, dueAt } from '../../core/review/panel.rules.ts'
import { reviewTexts } from '../../core/review/review.texts.ts'
import type { NewReviewItem } from '../../core/review/review.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { noteLinks } from './link-looks.ts'
import { notifyMember, notifyMembers } from './notify-member.ts'
import { announceItem } from './review-cards.ts'
import { candidatesFor } from './review-standing.ts'

/**
 * Puts a question before a panel: reviewers without conflict are asked, evenly by load, and the contributor is told by when they answer. With too few
 * reviewers it waits; the job `reassign-reviews` asks as soon as there are more. Fails on a subject whose item is open.
 * @param seed by which lots are drawn among the equally busy
 */
export async function openReview(tx: Tx, item: NewReviewItem, now: Instant, seed: number = newSeed()): Promise<bigint> {
  const { form = null, campaign = null } = item
  const { id } = await tx.reviewItem.create({ data: { ...item, form, campaign, openedAt: new Date(now) }, select: { id: true } })
  await announceItem(tx, item.subject, now)
  await askReviewers(tx, { id, subject: item.subject }, item.panel, now, seed)
  if (item.kind === 'submission' || item.kind === 'appeal') {
    await noteLinks(tx, Number(item.subject.slice('SUB-'.length)), item.revision, now)
    await notifyMember(tx, item.contributor, reviewTexts.say(`told_${item.kind}`, { subject: item.subject, at: { at: dueAt(now) } }), now)
  }
  return id
}

/** Asks up to `count` more reviewers, each for an answer within two days, and tells them; gives how many there were. */
export async function askReviewers(
  tx: Tx,
  { id, subject }: { readonly id: bigint; readonly subject: string },
  count: number,
  now: Instant,
  seed: number = newSeed(),
): Promise<number> {
  if (count <= 0) return 0
  const asked = askWhom(await candidatesFor(tx, id), count, seed)
  if (asked.length === 0) return 0
  const due = dueAt(now)
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO review_assignment AS a (item, reviewer, assigned_at, due_at)
    SELECT ${id}, reviewer, ${new Date(now)}, ${new Date(due)} FROM unnest(${[...asked]}::text[]) AS r (reviewer)
    ON CONFLICT (item, reviewer) DO UPDATE SET state = 'asked', assigned_at = EXCLUDED.assigned_at, due_at = EXCLUDED.due_at
    WHERE a.state IN ('lapsed', 'recused')`)
  const text = reviewTexts.say('told_asked', { subject, at: { at: due } })
  await notifyMembers(tx, new Map(asked.map((reviewer) => [reviewer, text])), now)
  return asked.length
}

const newSeed = (): number => randomInt(2 ** 32)
