import type { Actor } from '../shared/actor.ts'
import type { Amount } from '../shared/amount.ts'
import { mayUse } from '../shared/dispatch.ts'
import type { Instant } from '../shared/instant.ts'
import type { Refusal } from '../shared/refusal.ts'
import type { Outcome } from '../review/review.types.ts'
import type { ReadAddress } from './answer.rules.ts'
import { hindranceFor } from './conditions.ts'
import { fillingOf, formOf, type Filling } from './filling.ts'
import type { Answers, FormDefinition } from './form-definition.ts'
import type { DraftPort } from './form.port.ts'
import type { Draft, Form, Pay, Submission } from './form.types.ts'
import { slotSpan } from './slot.rules.ts'
import type { OpenedUpload, UploadFacts } from './upload.ts'

type Reader = Pick<Actor, 'memberId' | 'roles' | 'blocked'>

/** As many forms and drafts as one page lists. */
const LISTED = 25
const KEPT = 100

/** What pages of forms and submissions read; nothing of it changes anything. */
export interface FormPages {
  readonly readAddress: ReadAddress
  overview(reader: Reader, now: Instant): Promise<FormOverview>
  form(number: number): Promise<Form | undefined>
  offer(number: number, reader: Reader, now: Instant): Promise<FormOffer | undefined>
  /** The member's draft as it stands; undefined when there is none. */
  filling(number: number, memberId: string): Promise<Filling | undefined>
  submissions(memberId: string): Promise<readonly (Submission & { readonly title: FormDefinition['title'] })[]>
  /** A submission of this member; that of another is as if it were not there. */
  submission(number: number, memberId: string): Promise<SubmissionView | undefined>
  /** An uploaded file for who may open it; that of anybody else is as if it were not there. */
  upload(id: string, reader: { readonly memberId: string; readonly isReviewer: boolean }): Promise<OpenedUpload | undefined>
}

export interface ListedForm {
  readonly form: Form
  readonly pay: Pay
  /** How often the member may still send it in, in the span of this moment. */
  readonly left: number
}

export interface FormOverview {
  readonly open: readonly ListedForm[]
  readonly drafts: readonly { readonly draft: Draft; readonly form: Form }[]
  /** Every form, for who keeps them; else none. */
  readonly kept: readonly Form[]
}

/** A form as a member finds it before filling it in. */
export interface FormOffer extends ListedForm {
  /** Why the member cannot begin now. */
  readonly hindrance: Refusal | undefined
}

export interface SubmissionView {
  readonly submission: Submission
  /** What its last revision was asked. */
  readonly definition: FormDefinition
  /** Newest first. */
  readonly revisions: readonly {
    readonly revision: number
    readonly at: Instant
    readonly definition: FormDefinition
    readonly answers: Answers
  }[]
  /** The files that are answers of any revision, by id. */
  readonly uploads: ReadonlyMap<string, UploadFacts>
  /** Of panels, newest first. */
  readonly decisions: readonly {
    readonly isAppeal: boolean
    readonly outcome: Outcome
    readonly amount: Amount
    readonly reason: string
    readonly at: Instant
  }[]
  /** What was granted for it, or would be if the period had it. */
  readonly reward: { readonly amount: Amount; readonly isFunded: boolean } | undefined
  readonly hasAppealed: boolean
}

export async function overviewOf(port: DraftPort, reader: Reader, now: Instant): Promise<FormOverview> {
  const [forms, drafts, kept] = await Promise.all([
    port.openForms(now, LISTED),
    port.draftsOf(reader.memberId),
    mayUse(reader, 'chair') ? port.allForms(KEPT) : [],
  ])
  const open = await Promise.all(forms.map((form) => listed(port, form, reader.memberId, now)))
  const begun = await Promise.all(drafts.slice(0, LISTED).map(async (draft) => ({ draft, form: await port.find(draft.form) })))
  return { open, drafts: begun.flatMap(({ draft, form }) => (form === undefined ? [] : [{ draft, form }])), kept }
}

/** What is not offered yet is there only for those who make it. */
export async function offerOf(port: DraftPort, number: number, reader: Reader, now: Instant): Promise<FormOffer | undefined> {
  const form = await port.find(number)
  if (form === undefined || (form.status === 'draft' && !mayUse(reader, 'chair'))) return undefined
  const [line, hindered] = await Promise.all([listed(port, form, reader.memberId, now), hindranceFor(port, form, reader, now)])
  return { ...line, hindrance: hindered?.refusal }
}

export async function draftFilling(port: DraftPort, number: number, memberId: string): Promise<Filling | undefined> {
  const [form, draft] = await Promise.all([port.find(number), port.draft(number, memberId)])
  return form === undefined || draft === undefined ? undefined : fillingOf(port, await formOf(port, form, draft), draft)
}

async function listed(port: DraftPort, form: Form, memberId: string, now: Instant): Promise<ListedForm> {
  const { every, times } = form.definition.recurrence
  const [pay, used] = await Promise.all([port.payOf(form.definition, now), port.usedSlots(form.number, memberId, slotSpan(every, now))])
  return { form, pay, left: Math.max(0, times - used) }
}
