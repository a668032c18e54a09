import { itemOpened, type PublicItem } from '../../core/review/review-card-public.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { announce } from './announce-intent.ts'
import type { Tx } from './database.ts'
import { COUNTED, Kinds, States, TITLE, Titles } from './review-panel.ts'

/** What the committee's channel shows of the newest item of a subject. */
export async function readPublicItem(tx: Tx, subject: string): Promise<PublicItem | undefined> {
  const [row] = await tx.$queryRaw<{ kind: string; state: string; needed: number; title: unknown; answered: number }[]>(Prisma.sql`
    SELECT i.kind, i.state, i.needed, ${TITLE} AS title, (SELECT count(*)::int FROM review_assignment a WHERE a.item = i.id AND ${COUNTED}) AS answered
    FROM review_item i WHERE i.subject = ${subject} ORDER BY i.id DESC LIMIT 1`)
  if (row === undefined) return undefined
  const { kind, state, title, ...rest } = row
  return { subject, kind: Kinds.parse(kind), state: States.parse(state), title: Titles.parse(title), ...rest }
}

/** Tells the committee's channels of an item that was opened. */
export async function announceItem(tx: Tx, subject: string, now: Instant): Promise<void> {
  const item = await readPublicItem(tx, subject)
  if (item !== undefined) await announce(tx, itemOpened(item), now)
}
