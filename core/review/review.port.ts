import type { FindMember } from '../identity/identity.port.ts'
import type { LinkLook } from '../links/link-look.ts'
import type { ChatAccount } from '../shared/actor.ts'
import type { Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import type { Outcome as Answered } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { OwnWords, Text, TextValue } from '../shared/text.ts'
import type { MonthBudget } from './budget.rules.ts'
import type { JudgedVerdict } from './quality.rules.ts'
import type { Outcome, ReviewItem, Verdict } from './review.types.ts'
import type { Similar } from './similar-text.ts'
import type { Panel, PanelChange } from './verdict.rules.ts'

/** An item that is no longer open; without an outcome it was withdrawn. */
export interface LastDecided {
  readonly outcome: Outcome | undefined
}

/** An approval as it was asked for. */
export interface Approval {
  /** Of the request; its saved answer is found under it. */
  readonly key: string
  readonly reviewer: string
  /** By which they were known to be this reviewer. */
  readonly account: Pick<ChatAccount, 'platform' | 'userId'>
  readonly subject: string
  readonly amount: Amount | undefined
  readonly revision: number | undefined
  readonly at: Instant
}

/** Approvals go through a group commit, because a month's end has hundreds of them at once. */
export interface ApprovalPort {
  /** Saves the approval with its effects and its audit line, and gives the answer; the same key later gives the same answer. */
  submit(approval: Approval): Promise<Answered<Reply>>
}

/** What giving a verdict needs; everything of one command is one transaction. */
export interface VerdictPort {
  /** The open item of a subject with its panel, locked until the command ends: of two who decide at once the second sees what the first did. */
  lock(subject: string): Promise<Panel | undefined>
  /** The newest item of a subject that is no longer open. */
  lastDecided(subject: string): Promise<LastDecided | undefined>
  /** Saves what an act changes, and with a decision all its effects: grant, rewards of the reviewers, what the contributor is told. */
  save(panel: Panel, change: PanelChange, now: Instant): Promise<void>
  submissionExists(number: number): Promise<boolean>
}

/** One answer of a form, with its question. What was typed is a string. */
export interface ShownAnswer {
  readonly label: OwnWords | Text
  readonly value: TextValue
  /** Of a link that somebody has looked at. */
  readonly look?: LinkLook
}

/** What reviewers read of an item. */
export interface ItemContent {
  /** Of the form; undefined for what has none. */
  readonly title: OwnWords | string | undefined
  readonly answers: readonly ShownAnswer[]
  /** Of a quiz. */
  readonly score: number | undefined
  readonly contributedAt: Instant | undefined
  /** What the contributor says to an appeal. */
  readonly plea: string | undefined
  /** Name, chat accounts and wallet of the contributor: what a blind review hides. */
  readonly names: readonly string[]
  /** How the contributor is called; the first of the names. */
  readonly name: string
}

/** What is nearly the same, and how it went. */
export interface SimilarItem extends Similar {
  readonly status: string
}

export interface ItemView {
  readonly item: ReviewItem
  readonly outcome: Outcome | undefined
  readonly amount: Amount | undefined
  readonly reason: string | undefined
  readonly content: ItemContent
  /** Payouts of the contributor wait for the committee. */
  readonly isHeld: boolean
  /** Verdicts that count, and seats that are waited for. */
  readonly answered: number
  readonly waiting: number
  readonly own: { readonly isAsked: boolean; readonly dueAt: Instant; readonly verdict: Verdict | undefined } | undefined
  readonly month: MonthBudget | undefined
  readonly campaign: { readonly number: number; readonly given: Amount; readonly budget: Amount } | undefined
  readonly similar: readonly SimilarItem[]
}

/** One line of a list of items. */
export interface ItemLine {
  readonly subject: string
  readonly kind: ReviewItem['kind']
  readonly title: OwnWords | undefined
  readonly answered: number
  readonly needed: number
  /** Of the reader's own seat, or of the item's oldest. */
  readonly dueAt: Instant | undefined
  readonly openedAt: Instant
}

/** One verdict of somebody, with what became of the item. */
export interface VerdictLine {
  readonly subject: string
  readonly verdict: Verdict
  readonly amount: Amount | undefined
  readonly at: Instant
  readonly outcome: Outcome | undefined
  readonly granted: Amount | undefined
}

export interface ReviewReadPort {
  /** The open item of a subject, else the newest that was decided. @param reader whose own seat it is shown with */
  view(subject: string, reader: { readonly memberId: string }, now: Instant): Promise<ItemView | undefined>
  /** Subject of the seat that waits longest for this member. */
  oldestSeat(memberId: string): Promise<string | undefined>
  /** Seats of one member that wait, or all open items; longest first. */
  lines(
    which: { readonly seatsOf: string } | 'all',
    limit: number,
  ): Promise<{ readonly shown: readonly ItemLine[]; readonly count: number }>
  history(memberId: string, limit: number): Promise<readonly VerdictLine[]>
  /** Verdicts since an instant: of one member, or of everybody. */
  verdicts(of: string | undefined, since: Instant): Promise<readonly (JudgedVerdict & { readonly name: string })[]>
  readonly findMember: FindMember
}

export interface InterestPort {
  readonly findMember: FindMember
  /** False when it was declared before. */
  declare(memberId: string, otherId: string, now: Instant): Promise<boolean>
  /** False when there was none of this member's own. */
  end(memberId: string, otherId: string): Promise<boolean>
}

/** Puts the content of a decided item before a panel again. */
export interface KnownPort {
  /** The newest decided item of a submission; undefined when there is none. */
  decided(subject: string): Promise<{ readonly outcome: Outcome; readonly amount: Amount; readonly isKnown: boolean } | undefined>
  copy(subject: string, by: string, now: Instant): Promise<void>
}

export interface AppealPort {
  /** A submission with when it was decided; undefined for one that is not of this member. */
  ownSubmission(number: number, memberId: string): Promise<{ readonly status: string; readonly decidedAt: Instant | undefined } | undefined>
  hasAppealed(subject: string): Promise<boolean>
  /** Puts it before a new panel under the terms of the first. */
  appeal(number: number, plea: string, now: Instant): Promise<void>
}

/** What reviewers are paid for an item that was decided, before the multiplier. */
export interface ReviewRewardPort {
  read(): Promise<Amount>
  set(amount: Amount): Promise<void>
}
