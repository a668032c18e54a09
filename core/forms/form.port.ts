import type { ChatAccount, Role } from '../shared/actor.ts'
import type { Instant } from '../shared/instant.ts'
import type { NewReviewItem } from '../review/review.types.ts'
import type { Amount } from '../shared/amount.ts'
import type { Text } from '../shared/text.ts'
import type { ReadAddress } from './answer.rules.ts'
import type { Answers, FormDefinition } from './form-definition.ts'
import type { Draft, Form, FormStatus, Pay, Submission } from './form.types.ts'
import type { UploadFacts } from './upload.ts'

/** Forms as data. */
export interface FormReads {
  find(number: number): Promise<Form | undefined>
  /** Those that are offered, newest first. */
  openForms(now: Instant, limit: number): Promise<readonly Form[]>
  /** All of them, for who keeps them. */
  allForms(limit: number): Promise<readonly Form[]>
  /** What a submission made at this moment would be paid. */
  payOf(definition: FormDefinition, at: Instant): Promise<Pay>
  readonly readAddress: ReadAddress
}

/** What decides whether a member may send a form in. */
export interface MemberFacts {
  hasWallet(memberId: string): Promise<boolean>
  hasAttended(memberId: string, event: number): Promise<boolean>
  /** When the member last sent the form in and did not withdraw it. */
  lastSent(form: number, memberId: string): Promise<Instant | undefined>
  /** How many of the slots of a span (`2026-11-21`) the member has used, also as somebody who was erased since and came back. */
  usedSlots(form: number, memberId: string, span: string): Promise<number>
  /** The next event, not over, whose quiz the form is. */
  quizOf(form: number, now: Instant): Promise<number | undefined>
}

/** Filling in. All that changes a draft holds its row, so that two chats of one member come one after the other. */
export interface DraftPort extends FormReads, MemberFacts {
  draft(form: number, memberId: string): Promise<Draft | undefined>
  /** The same, held until the end of the transaction. */
  lockDraft(form: number, memberId: string): Promise<Draft | undefined>
  draftsOf(memberId: string): Promise<readonly Draft[]>
  /** What a version asked, to tell which questions have changed. */
  version(form: number, version: number): Promise<FormDefinition | undefined>
  saveDraft(draft: Draft): Promise<void>
  /** A submission of the member that waits to be mended: the named one, else the newest of the form. */
  returned(form: number, memberId: string, submission?: number): Promise<Submission | undefined>
  discardDraft(form: number, memberId: string): Promise<boolean>
  /** An uploaded file of this member that is kept; that of another is as if it were not there. */
  ownUpload(memberId: string, id: string): Promise<UploadFacts | undefined>
  /** Whether the signature is of this text by this address. @throws Fault when a contract wallet's chain does not answer */
  isSignedBy(address: string, message: string, signature: string): Promise<boolean>
}

/** A submission on its way to a decision. */
export interface NewSubmission {
  readonly form: Form
  readonly memberId: string
  readonly answers: Answers
  readonly score?: number
  readonly at: Instant
}

/** Sending in. */
export interface SendPort extends DraftPort {
  /** Holds the form as it is until the end of the transaction: nobody closes or changes it meanwhile. */
  holdForm(number: number): Promise<Form | undefined>
  /** Takes a free slot of the span; undefined when all are used, also by somebody faster. */
  submit(submission: NewSubmission, span: string, times: number): Promise<number | undefined>
  /** The next revision of one that was returned; undefined when it is not waiting to be mended any more. */
  resubmit(number: number, submission: NewSubmission): Promise<Submission | undefined>
  /** Whether payouts of the member wait for the committee. */
  isHeld(memberId: string): Promise<boolean>
  /** Puts it before a panel. */
  openReview(item: NewReviewItem, now: Instant): Promise<void>
  /** Approves what needs no panel, and pays it: `unfunded` where the period's release does not reach, `campaign-spent` where its campaign's budget does not. */
  approve(submission: number, amount: Amount, now: Instant): Promise<'granted' | 'unfunded' | 'campaign-spent' | 'nothing'>
  /** Says no to what needs no panel. */
  reject(submission: number, now: Instant): Promise<void>
  tell(memberId: string, text: Text, now: Instant): Promise<void>
}

export interface SubmissionPort extends FormReads {
  submissionsOf(memberId: string, limit: number): Promise<readonly (Submission & { readonly title: FormDefinition['title'] })[]>
  submission(number: number): Promise<Submission | undefined>
  version(form: number, version: number): Promise<FormDefinition | undefined>
  draft(form: number, memberId: string): Promise<Draft | undefined>
  /** What is told of the files that answers which were sent in name, by id. */
  uploadsIn(answers: readonly Answers[]): Promise<ReadonlyMap<string, UploadFacts>>
  /** False when it was decided meanwhile. */
  withdraw(number: number, now: Instant): Promise<boolean>
}

/** Keeping forms. */
export interface FormDeskPort extends FormReads {
  create(definition: FormDefinition, by: string, now: Instant): Promise<number>
  /** The next version; undefined when another one was made since `form` was read. */
  addVersion(form: Form, definition: FormDefinition, by: string, now: Instant): Promise<number | undefined>
  /** False when it had the status already. */
  setStatus(number: number, status: FormStatus): Promise<boolean>
}

/** Who fills in. */
export interface Filler {
  readonly memberId: string
  readonly roles: ReadonlySet<Role>
  readonly account: ChatAccount
  readonly blocked: boolean
}
