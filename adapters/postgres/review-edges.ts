import { submissionCode } from '../../core/forms/form-definition.ts'
import type { AppealPort, InterestPort, KnownPort, ReviewRewardPort } from '../../core/review/review.port.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { findMember, keepUnmerged } from './identity-store.ts'
import { noteLinks } from './link-looks.ts'
import { announceItem } from './review-cards.ts'
import { askReviewers, openReview } from './review-open.ts'
import { Outcomes, REVIEW_REWARD } from './review-panel.ts'

export function interestStore(tx: Tx): InterestPort {
  return {
    findMember: (platform, reference) => findMember(tx, platform, reference),
    async declare(memberId, otherId, now) {
      const made = await tx.reviewInterest.createMany({ data: [{ memberId, otherId, declaredAt: new Date(now) }], skipDuplicates: true })
      return made.count === 1
    },
    async end(memberId, otherId) {
      await keepUnmerged(tx, otherId)
      return (await tx.reviewInterest.deleteMany({ where: { memberId, otherId } })).count === 1
    },
  }
}

export function knownStore(tx: Tx): KnownPort {
  const newest = (subject: string) => tx.reviewItem.findFirst({ where: { subject, state: 'decided' }, orderBy: { id: 'desc' } })
  return {
    async decided(subject) {
      const item = await newest(subject)
      return item === null || item.outcome === null
        ? undefined
        : { outcome: Outcomes.parse(item.outcome), amount: item.amount ?? 0n, isKnown: item.copyOf !== null }
    },
    async copy(subject, by, now) {
      const original = await newest(subject)
      if (original === null) throw new Error(`${subject} has no decided item`)
      const { kind, contributor, form, campaign, needed, panel, spreadPercent, blind, lowest, highest, duplicatePercent, revision } =
        original
      // A number of the same kind, so that it looks like everything else.
      const [next] = await tx.$queryRaw<{ number: bigint }[]>(
        Prisma.sql`SELECT nextval(pg_get_serial_sequence('submission', 'number')) AS number`,
      )
      const code = `SUB-${next!.number}`
      const terms = { contributor, form, campaign, needed, panel, spreadPercent, blind, lowest, highest, duplicatePercent, revision }
      const known = { knownOutcome: original.outcome, knownAmount: original.amount, copyOf: subject, copiedBy: by }
      const { id } = await tx.reviewItem.create({
        data: { ...terms, ...known, kind: kind === 'appeal' ? 'submission' : kind, subject: code, openedAt: new Date(now) },
        select: { id: true },
      })
      await noteLinks(tx, Number(subject.slice('SUB-'.length)), revision, now)
      await announceItem(tx, code, now)
      await askReviewers(tx, { id, subject: code }, panel, now)
    },
  }
}

export function appealStore(tx: Tx): AppealPort {
  return {
    async ownSubmission(number, memberId) {
      const row = await tx.submission.findFirst({ where: { number, memberId }, select: { status: true, decidedAt: true } })
      return row === null ? undefined : { status: row.status, decidedAt: row.decidedAt?.getTime() }
    },
    async hasAppealed(subject) {
      return (await tx.reviewItem.count({ where: { subject, kind: 'appeal' } })) > 0
    },
    async appeal(number, plea, now) {
      const subject = submissionCode(number)
      const rejected = await tx.reviewItem.findFirstOrThrow({ where: { subject, outcome: 'rejected' }, orderBy: { id: 'desc' } })
      const back = await tx.submission.updateMany({ where: { number, status: 'rejected' }, data: { status: 'in-review', decidedAt: null } })
      if (back.count !== 1) throw new Error(`${subject} is not rejected`)
      const { contributor, form, campaign, needed, panel, spreadPercent, blind, lowest, highest, duplicatePercent, revision } = rejected
      const terms = { contributor, needed, panel, spreadPercent, blind, lowest, highest, duplicatePercent, revision }
      const of = { ...(form === null ? {} : { form }), ...(campaign === null ? {} : { campaign }) }
      const id = await openReview(tx, { kind: 'appeal', subject, ...terms, ...of }, now)
      await tx.reviewItem.update({ where: { id }, data: { plea } })
    },
  }
}

export function reviewRewardStore(tx: Tx): ReviewRewardPort {
  return {
    async read() {
      // The row is the lock: of two operators at once the second reads what the first has set.
      await tx.setting.createMany({ data: [{ key: REVIEW_REWARD, value: '0' }], skipDuplicates: true })
      const [row] = await tx.$queryRaw<{ value: string }[]>(Prisma.sql`SELECT value FROM setting WHERE key = ${REVIEW_REWARD} FOR UPDATE`)
      return BigInt(row!.value)
    },
    async set(amount) {
      await tx.setting.update({ where: { key: REVIEW_REWARD }, data: { value: String(amount) } })
    },
  }
}
