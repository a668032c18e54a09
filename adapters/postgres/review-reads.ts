import { fundingPeriod } from '../../core/economy/reward.rules.ts'
import { periodEnd, periodStart, releaseOf } from '../../core/economy/release-schedule.ts'
import { periodAccount } from '../../core/ledger/ledger.types.ts'
import type { MonthBudget } from '../../core/review/budget.rules.ts'
import type { ItemLine, ItemView, ReviewReadPort } from '../../core/review/review.port.ts'
import type { ReviewItem } from '../../core/review/review.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { findMember } from './identity-store.ts'
import { readSubmission, type ReviewContents } from './review-content.ts'
import { COUNTED, ITEM_COLUMNS, Kinds, Outcomes, TITLE, Titles, toItem, Verdicts, type ItemRow } from './review-panel.ts'

export interface ReviewReadOptions {
  readonly genesis: Instant
  /** What is shown of items that are no submissions. */
  readonly contents: ReviewContents
}

/** More verdicts than a committee gives in three months; bounds what is read at once. */
const MOST_VERDICTS = 20_000

/** What reviewers read. */
export function reviewReads(tx: Tx, options: ReviewReadOptions): ReviewReadPort {
  return {
    findMember: (platform, reference) => findMember(tx, platform, reference),
    view: (subject, reader, now) => readView(tx, options, subject, reader, now),
    async oldestSeat(memberId) {
      const [row] = await tx.$queryRaw<{ subject: string }[]>(Prisma.sql`
        SELECT i.subject FROM review_assignment a JOIN review_item i ON i.id = a.item
        WHERE a.reviewer = ${memberId} AND a.state = 'asked' AND i.state = 'open' ORDER BY a.due_at, i.id LIMIT 1`)
      return row?.subject
    },
    async lines(which, limit) {
      const own = which === 'all' ? undefined : Prisma.sql`a.reviewer = ${which.seatsOf}`
      const [counted] = await tx.$queryRaw<{ count: number }[]>(
        Prisma.sql`SELECT count(*)::int AS count FROM review_item i WHERE ${isListed(own)}`,
      )
      return { count: counted!.count, shown: await readLines(tx, own, limit) }
    },
    async history(memberId, limit) {
      const rows = await tx.reviewAssignment.findMany({
        where: { reviewer: memberId, state: 'decided' },
        orderBy: { decidedAt: 'desc' },
        take: limit,
        select: { verdict: true, amount: true, decidedAt: true, itemRow: { select: { subject: true, outcome: true, amount: true } } },
      })
      return rows.map(({ verdict, amount, decidedAt, itemRow }) => ({
        subject: itemRow.subject,
        verdict: Verdicts.parse(verdict),
        amount: amount ?? undefined,
        at: decidedAt!.getTime(),
        outcome: itemRow.outcome === null ? undefined : Outcomes.parse(itemRow.outcome),
        granted: itemRow.amount ?? undefined,
      }))
    },
    async verdicts(of, since) {
      const rows = await tx.reviewAssignment.findMany({
        where: { state: 'decided', decidedAt: { gte: new Date(since) }, ...(of === undefined ? {} : { reviewer: of }) },
        orderBy: [{ decidedAt: 'desc' }, { item: 'desc' }],
        take: MOST_VERDICTS,
        include: {
          member: { select: { name: true } },
          itemRow: { select: { outcome: true, highest: true, knownOutcome: true, knownAmount: true } },
        },
      })
      return rows.map(({ reviewer, verdict, amount, assignedAt, decidedAt, member, itemRow }) => ({
        reviewer,
        name: member.name,
        verdict: Verdicts.parse(verdict),
        amount: amount ?? 0n,
        askedAt: assignedAt.getTime(),
        decidedAt: decidedAt!.getTime(),
        outcome: itemRow.outcome === null ? undefined : Outcomes.parse(itemRow.outcome),
        known:
          itemRow.knownOutcome === null
            ? undefined
            : { outcome: Outcomes.parse(itemRow.knownOutcome), amount: itemRow.knownAmount ?? 0n, highest: itemRow.highest },
      }))
    },
  }
}

/** Seats that are looked through while somebody types. */
const MOST_SEATS = 200

/** What waits for the review of a member, longest first. */
export async function openSeats(tx: Tx, memberId: string): Promise<readonly ItemLine[]> {
  return readLines(tx, Prisma.sql`a.reviewer = ${memberId}`, MOST_SEATS)
}

/** @param own which seats make an item one of the list, and decide by when it is due; undefined: every open item, by its first seat */
async function readLines(tx: Tx, own: Prisma.Sql | undefined, limit: number): Promise<readonly ItemLine[]> {
  const rows = await tx.$queryRaw<LineRow[]>(Prisma.sql`
    WITH i AS MATERIALIZED (SELECT * FROM review_item i WHERE ${isListed(own)} ORDER BY i.opened_at, i.id LIMIT ${limit})
    SELECT i.subject, i.kind, i.needed, i.opened_at AS "openedAt", ${TITLE} AS title,
           (SELECT count(*)::int FROM review_assignment a WHERE a.item = i.id AND ${COUNTED}) AS answered,
           (SELECT min(a.due_at) FROM review_assignment a WHERE a.item = i.id AND a.state = 'asked' AND ${own ?? Prisma.sql`true`}) AS "dueAt"
    FROM i ORDER BY i.opened_at, i.id`)
  return rows.map(toLine)
}

const isListed = (own: Prisma.Sql | undefined): Prisma.Sql =>
  own === undefined
    ? Prisma.sql`i.state = 'open'`
    : Prisma.sql`i.state = 'open' AND EXISTS (SELECT 1 FROM review_assignment a WHERE a.item = i.id AND a.state = 'asked' AND ${own})`

interface LineRow {
  readonly subject: string
  readonly kind: string
  readonly needed: number
  readonly openedAt: Date
  readonly title: unknown
  readonly answered: number
  readonly dueAt: Date | null
}

function toLine({ kind, openedAt, title, dueAt, ...rest }: LineRow): ItemLine {
  return { ...rest, kind: Kinds.parse(kind), openedAt: openedAt.getTime(), title: Titles.parse(title), dueAt: dueAt?.getTime() }
}

interface ViewRow extends ItemRow {
  readonly outcome: string | null
  readonly amount: bigint | null
  readonly reason: string | null
  readonly plea: string | null
  readonly answered: number
  readonly waiting: number
  readonly name: string
  readonly names: readonly string[]
  readonly isHeld: boolean
  readonly ownState: string | null
  readonly ownDue: Date | null
  readonly ownVerdict: string | null
}

async function readView(
  tx: Tx,
  options: ReviewReadOptions,
  subject: string,
  reader: Parameters<ReviewReadPort['view']>[1],
  now: Instant,
): Promise<ItemView | undefined> {
  const [row] = await tx.$queryRaw<ViewRow[]>(Prisma.sql`
    SELECT ${ITEM_COLUMNS}, i.outcome, i.amount, i.reason, i.plea, m.name,
           ARRAY(SELECT m.name UNION SELECT c.name FROM chat_account c WHERE c.member_id = m.id
                 UNION SELECT c.handle FROM chat_account c WHERE c.member_id = m.id AND c.handle IS NOT NULL
                 UNION SELECT w.address FROM wallet w WHERE w.member_id = m.id) AS names,
           EXISTS (SELECT 1 FROM member_hold h WHERE h.member_id = i.contributor AND h.state = 'open') AS "isHeld",
           (SELECT count(*)::int FROM review_assignment a WHERE a.item = i.id AND ${COUNTED}) AS answered,
           (SELECT count(*)::int FROM review_assignment a WHERE a.item = i.id AND a.state = 'asked') AS waiting,
           own.state AS "ownState", own.due_at AS "ownDue", own.verdict AS "ownVerdict"
    FROM review_item i JOIN member m ON m.id = i.contributor
    LEFT JOIN review_assignment own ON own.item = i.id AND own.reviewer = ${reader.memberId}
    WHERE i.subject = ${subject} ORDER BY i.state = 'open' DESC, i.id DESC LIMIT 1`)
  if (row === undefined) return undefined
  const item = toItem(row)
  const isSubmission = item.kind === 'submission' || item.kind === 'appeal'
  const read = isSubmission ? await readSubmission(tx, item, row.copyOf ?? subject) : undefined
  const other = isSubmission ? undefined : await options.contents[item.kind]?.(tx, item)
  const { name, names, plea } = row
  return {
    item,
    outcome: row.outcome === null ? undefined : Outcomes.parse(row.outcome),
    amount: row.amount ?? undefined,
    reason: row.reason ?? undefined,
    isHeld: row.isHeld,
    answered: row.answered,
    waiting: row.waiting,
    content: {
      ...(read?.content ?? { title: other?.title, answers: other?.answers ?? [], score: undefined, contributedAt: undefined }),
      plea: plea ?? undefined,
      name,
      names,
    },
    own:
      row.ownState === null
        ? undefined
        : {
            isAsked: row.ownState === 'asked' && item.state === 'open',
            dueAt: row.ownDue!.getTime(),
            verdict: row.ownVerdict === null ? undefined : Verdicts.parse(row.ownVerdict),
          },
    month: item.state === 'open' && item.highest > 0n ? await readMonth(tx, options.genesis, now) : undefined,
    campaign: await readCampaign(tx, item),
    similar: item.state === 'open' ? (read?.similar ?? []) : [],
  }
}

async function readMonth(tx: Tx, genesis: Instant, now: Instant): Promise<MonthBudget | undefined> {
  const period = fundingPeriod(genesis, now)
  if (period === undefined) return undefined
  const account = await tx.account.findUnique({ where: { name: periodAccount(period) }, select: { balance: true } })
  const release = releaseOf(period)
  return {
    release,
    given: account === null ? 0n : release - account.balance,
    startsAt: periodStart(genesis, period),
    endsAt: periodEnd(genesis, period),
  }
}

async function readCampaign(tx: Tx, { campaign, kind }: ReviewItem): Promise<ItemView['campaign']> {
  if (campaign === undefined || kind === 'campaign') return undefined
  const { number, granted, budget } = await tx.campaign.findUniqueOrThrow({ where: { number: campaign } })
  return { number, given: granted, budget }
}
