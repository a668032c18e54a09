import { z } from 'zod'
import type { Standing } from '../../core/review/panel.rules.ts'
import { OUTCOMES, REVIEW_KINDS, SEAT_STATES, VERDICTS, type ReviewItem } from '../../core/review/review.types.ts'
import type { Panel, PanelChange, PanelSeat } from '../../core/review/verdict.rules.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { STANDING } from './review-standing.ts'

/** A row of `setting`: what reviewers are paid for an item that was decided, in nano before the multiplier. */
export const REVIEW_REWARD = 'review.reward'

export const ITEM_COLUMNS = Prisma.sql`i.id, i.kind, i.subject, i.contributor, i.form, i.campaign, i.needed, i.panel, i.spread_percent AS "spreadPercent", i.blind,
  i.lowest, i.highest, i.duplicate_percent AS "duplicatePercent", i.revision, i.opened_at AS "openedAt", i.state, i.copy_of AS "copyOf"`

export interface ItemRow {
  readonly id: bigint
  readonly kind: string
  readonly subject: string
  readonly contributor: string
  readonly form: number | null
  readonly campaign: number | null
  readonly needed: number
  readonly panel: number
  readonly spreadPercent: number
  readonly blind: boolean
  readonly lowest: bigint
  readonly highest: bigint
  readonly duplicatePercent: number
  readonly revision: number
  /** A date by Prisma, milliseconds by the pool. */
  readonly openedAt: Date | number
  readonly state: string
  readonly copyOf: string | null
}

export const Kinds = z.enum(REVIEW_KINDS)
export const States = z.enum(['open', 'decided', 'withdrawn'])
export const Outcomes = z.enum(OUTCOMES)
export const Verdicts = z.enum(VERDICTS)
export const Localized = z.object({ en: z.string(), zh: z.string() })
export const Titles = Localized.nullable().transform((title) => title ?? undefined)

/** Verdicts `a` that count for item `i`. */
export const COUNTED = Prisma.sql`a.state = 'decided' AND a.voided_at IS NULL AND a.revision = i.revision`
/** The title of the form that item `i` answers, or of the campaign that it is about, in both languages; null for what has none. */
export const TITLE = Prisma.sql`coalesce(
  (SELECT v.definition -> 'title' FROM form f JOIN form_version v ON v.form = f.number AND v.version = f.version
   WHERE f.number = i.form AND i.kind IN ('submission', 'appeal')),
  (SELECT jsonb_build_object('en', c.title, 'zh', c.title) FROM campaign c WHERE c.number = i.campaign AND i.kind = 'campaign'))`

export function toItem({ kind, state, form, campaign, openedAt, copyOf, ...rest }: ItemRow): ReviewItem {
  return {
    ...rest,
    kind: Kinds.parse(kind),
    state: States.parse(state),
    openedAt: Number(openedAt),
    isKnown: copyOf !== null,
    ...(form === null ? {} : { form }),
    ...(campaign === null ? {} : { campaign }),
  }
}

const Nano = z.string().transform((text) => BigInt(text))
const nullish = <Schema extends z.ZodType>(schema: Schema) => schema.nullable().transform((value) => value ?? undefined)
const SeatRow = z.object({
  reviewer: z.string(),
  assignedAt: z.number(),
  dueAt: z.number(),
  state: z.enum(SEAT_STATES),
  verdict: nullish(Verdicts),
  amount: nullish(Nano),
  reason: nullish(z.string()),
  duplicateOf: nullish(z.string()),
  revision: nullish(z.number()),
  decidedAt: nullish(z.number()),
  voided: z.boolean(),
  standing: z.custom<Standing>(),
})

/**
 * Locks the open item of a subject, or with a number, until the transaction ends; gives its id. Whoever waited here reads afterwards what the one before has
 * done. While a panel is at work nobody becomes one with somebody else: what is granted and told finds those who were read.
 */
export async function lockOpenItem(tx: Tx, which: string | bigint): Promise<bigint | undefined> {
  const open = Prisma.sql`i.state = 'open' AND ${typeof which === 'bigint' ? Prisma.sql`i.id = ${which}` : Prisma.sql`i.subject = ${which}`}`
  await tx.$executeRaw(Prisma.sql`
    SELECT apart_from_merges_of(ARRAY(
      SELECT i.contributor FROM review_item i WHERE ${open}
      UNION SELECT a.reviewer FROM review_item i JOIN review_assignment a ON a.item = i.id WHERE ${open}))`)
  const [row] = await tx.$queryRaw<{ id: bigint }[]>(Prisma.sql`SELECT i.id FROM review_item i WHERE ${open} FOR UPDATE`)
  return row?.id
}

const millis = (column: string) => Prisma.raw(`(extract(epoch FROM ${column}) * 1000)::bigint`)
/** Columns of item `i` that make a `Panel`, with what stands between each of its reviewers and it now. */
export const PANEL_COLUMNS = Prisma.sql`${ITEM_COLUMNS}, i.acts, (SELECT value FROM setting WHERE key = '${Prisma.raw(REVIEW_REWARD)}') AS "reviewReward", coalesce((
  SELECT jsonb_agg(jsonb_build_object(
    'reviewer', a.reviewer, 'state', a.state, 'verdict', a.verdict, 'amount', a.amount::text, 'reason', a.reason, 'duplicateOf', a.duplicate_of,
    'revision', a.revision, 'voided', a.voided_at IS NOT NULL, 'assignedAt', ${millis('a.assigned_at')}, 'dueAt', ${millis('a.due_at')},
    'decidedAt', ${millis('a.decided_at')}, 'standing', ${STANDING}) ORDER BY a.assigned_at, a.reviewer)
  FROM review_assignment a JOIN member m ON m.id = a.reviewer WHERE a.item = i.id), '[]') AS seats`

export interface PanelRow extends ItemRow {
  /** How much was done on the item. */
  readonly acts: number
  readonly seats: unknown
  readonly reviewReward: string | null
}

export function toPanel({ acts: _acts, seats, reviewReward, ...item }: PanelRow): Panel {
  return { item: toItem(item), seats: z.array(SeatRow).parse(seats).map(toSeat), reviewReward: BigInt(reviewReward ?? '0') }
}

/** An item with its panel; it must be locked. */
export async function readPanel(tx: Tx, id: bigint): Promise<Panel> {
  const [row] = await tx.$queryRaw<PanelRow[]>(Prisma.sql`SELECT ${PANEL_COLUMNS} FROM review_item i WHERE i.id = ${id}`)
  return toPanel(row!)
}

function toSeat(row: z.output<typeof SeatRow>): PanelSeat {
  const { verdict, amount, reason, duplicateOf, revision, decidedAt, ...rest } = row
  return {
    ...rest,
    ...(verdict === undefined ? {} : { verdict }),
    ...(amount === undefined ? {} : { amount }),
    ...(reason === undefined ? {} : { reason }),
    ...(duplicateOf === undefined ? {} : { duplicateOf }),
    ...(revision === undefined ? {} : { revision }),
    ...(decidedAt === undefined ? {} : { decidedAt }),
  }
}

/**
 * Writes what an act changed of a locked panel, in one statement: all of it or nothing. What another writer did in spite of the lock ends as a lost race, and
 * is decided again on what is true then.
 */
export async function savePanel(tx: Tx, item: ReviewItem, { given, moved, voided, decision }: PanelChange, now: Instant): Promise<void> {
  const at = new Date(now)
  const isCardChanged = given !== undefined || voided.length > 0 || decision !== undefined
  await tx.$queryRaw(Prisma.sql`
    WITH given AS (
      UPDATE review_assignment SET state = 'decided', verdict = ${given?.verdict ?? null}::text, amount = ${given?.amount ?? null}::bigint,
        reason = ${given?.reason ?? null}::text, duplicate_of = ${given?.duplicateOf ?? null}::text, revision = ${item.revision}, decided_at = ${at}
      WHERE item = ${item.id} AND reviewer = ${given?.reviewer ?? null}::text AND state = 'asked' RETURNING 1
    ), moved AS (
      UPDATE review_assignment a SET state = m.state FROM unnest(${[...moved.keys()]}::text[], ${[...moved.values()]}::text[]) AS m (reviewer, state)
      WHERE a.item = ${item.id} AND a.reviewer = m.reviewer AND a.state = 'asked' RETURNING 1
    ), voided AS (
      UPDATE review_assignment SET voided_at = ${at}
      WHERE item = ${item.id} AND reviewer = ANY (${[...voided]}::text[]) AND state = 'decided' AND voided_at IS NULL RETURNING 1
    ), acted AS (
      UPDATE review_item SET acts = acts + 1 WHERE id = ${item.id} AND state = 'open' AND ${decision === undefined}
    ), decided AS (
      UPDATE review_item SET acts = acts + 1, state = 'decided', outcome = ${decision?.outcome ?? null}::text, reason = ${decision?.reason ?? null}::text, decided_at = ${at},
        amount = ${decision?.outcome === 'approved' ? decision.amount : null}::bigint
      WHERE id = ${item.id} AND state = 'open' AND ${decision !== undefined} RETURNING 1
    ), shown AS (
      INSERT INTO outbox (topic, subject, payload, created_at) SELECT 'review-card', ${item.subject}, '{}', ${at} WHERE ${isCardChanged}
    )
    SELECT must_hold((SELECT count(*) FROM given) = ${given === undefined ? 0 : 1}, 'the reviewer''s seat')
       AND must_hold((SELECT count(*) FROM moved) = ${moved.size}, 'the seats that were asked')
       AND must_hold((SELECT count(*) FROM voided) = ${voided.length}, 'the verdicts that count')
       AND must_hold((SELECT count(*) FROM decided) = ${decision === undefined ? 0 : 1}, 'the open item') AS kept`)
}
