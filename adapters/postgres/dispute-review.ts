import { disputeTexts } from '../../core/disputes/dispute.texts.ts'
import { lineCode } from '../../core/disputes/dispute.types.ts'
import { whatText } from '../../core/disputes/line-text.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { OwnWords } from '../../core/shared/text.ts'
import { settleDispute } from './dispute-settle.ts'
import { disputeStore } from './dispute-store.ts'
import type { ReadContent } from './review-content.ts'
import type { SettleReview } from './review-store.ts'

const { en, zh } = disputeTexts.catalogue
const words = (key: keyof typeof en): OwnWords => ({ en: en[key]!, zh: zh[key]! })
const numberOf = (subject: string): number => Number(subject.slice('DSP-'.length))

/** What follows when a panel has decided about a dispute. */
export const settleDisputeItem: SettleReview = async (tx, { subject }, decision, now) => {
  await settleDispute(tx, numberOf(subject), decision, now)
}

/** A disputed line as its panel reads it: what it says, what it was given for, and why that is wrong. */
export function disputeContent(genesis: Instant): ReadContent {
  return async (tx, { subject }) => {
    const dispute = await tx.dispute.findUniqueOrThrow({
      where: { number: numberOf(subject) },
      select: { reason: true, line: { select: { seq: true } } },
    })
    const line = await disputeStore(tx, genesis).line(Number(dispute.line.seq))
    if (line === undefined) throw new Error(`${subject} is about a line that does not exist`)
    return {
      title: words('panelTitle'),
      answers: [
        { label: words('panelLine'), value: lineCode(line.number) },
        { label: words('panelSays'), value: line.amount },
        { label: words('panelWhat'), value: whatText(line) },
        { label: words('panelReason'), value: dispute.reason },
      ],
    }
  }
}
