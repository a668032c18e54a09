import { cleanLine } from '../shared/clean-line.ts'
import { Fault } from '../shared/fault.ts'
import type { Instant } from '../shared/instant.ts'
import type { Outcome } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import { isEmpty, wrong } from './answer.rules.ts'
import { answerTexts } from './answer.texts.ts'
import { askedFields, nextField, type AskedField } from './asked-fields.ts'
import { hindranceFor, no, unknownForm } from './conditions.ts'
import { formCode, type Answers, type FormDefinition, type FormField } from './form-definition.ts'
import type { DraftPort, Filler } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import type { Draft, Form } from './form.types.ts'
import { uploadIdOf } from './upload.ts'

const { say } = formTexts
/** Of one answer as it was typed, in UTF-16 code units: more than any field takes, so that what is too long can be told and mended. */
export const MAX_TYPED = 8_000

/** A form that is being filled in, as it stands. */
export interface Filling {
  readonly form: Form
  readonly draft: Draft
  readonly asked: readonly AskedField[]
  /** The question that is asked now; undefined when nothing is left to ask. */
  readonly at: string | undefined
  readonly notes: readonly Text[]
}

/** The draft of a member with the form's newest version, held until the end of the transaction. */
export async function openDraft(port: DraftPort, number: number, memberId: string): Promise<Outcome<Filling>> {
  const form = await port.find(number)
  if (form === undefined) return unknownForm(number)
  const draft = await port.lockDraft(number, memberId)
  if (draft === undefined)
    return no('form.no_draft', 'not_found', say('noDraft', { form: formCode(number) }), say('noDraftNext', { form: formCode(number) }))
  return { ok: true, result: await fillingOf(port, await formOf(port, form, draft), draft) }
}

/** The form as a draft is asked it: the quiz of an event in the version that counts there, whatever came since. */
export async function formOf(port: Pick<DraftPort, 'version'>, form: Form, draft: Draft): Promise<Form> {
  if (draft.event === undefined || draft.version === form.version) return form
  const definition = await port.version(form.number, draft.version)
  return definition === undefined ? form : { ...form, version: draft.version, definition }
}

/** The draft, or a new one if the member may begin. */
export async function beginDraft(
  port: DraftPort,
  number: number,
  filler: Filler,
  now: Instant,
  mending?: number,
): Promise<Outcome<Filling>> {
  const form = await port.find(number)
  if (form === undefined) return unknownForm(number)
  const { memberId } = filler
  const draft = await port.lockDraft(number, memberId)
  if (draft !== undefined) {
    if (draft.submission !== undefined || draft.event !== undefined)
      return { ok: true, result: await fillingOf(port, await formOf(port, form, draft), draft) }
    const hindered = await hindranceFor(port, form, filler, now)
    return hindered ?? { ok: true, result: await fillingOf(port, form, draft) }
  }
  const returned = await port.returned(number, memberId, mending)
  if (returned === undefined) {
    const hindered = await hindranceFor(port, form, filler, now)
    if (hindered !== undefined) return hindered
  }
  const begun: Draft = {
    form: number,
    version: returned?.version ?? form.version,
    memberId,
    answers: returned?.answers ?? {},
    ...(returned === undefined ? {} : { submission: returned.number }),
    startedAt: now,
    updatedAt: now,
  }
  // A form without a seen question begins at its first; one that was returned shows all its answers first.
  return { ok: true, result: await fillingOf(port, form, begun) }
}

/** A draft against the newest version: what a question that has changed was answered is taken out, and the member is told. */
export async function fillingOf(port: DraftPort, form: Form, draft: Draft): Promise<Filling> {
  const before = draft.version === form.version ? undefined : await port.version(form.number, draft.version)
  if (before === undefined) return assess(port, form, draft, [])
  const { kept, dropped } = keepUnchanged(before, form.definition, draft.answers)
  const moved = { ...draft, version: form.version, answers: kept }
  const notes = [say('newVersion'), ...dropped.map((label) => say('answerDropped', { field: label }))]
  return assess(port, form, moved, notes)
}

function keepUnchanged(before: FormDefinition, after: FormDefinition, answers: Answers) {
  const isSame = (field: FormField): boolean => {
    const old = before.fields.find(({ id }) => id === field.id)
    return old !== undefined && JSON.stringify(old) === JSON.stringify(field)
  }
  const same = new Set(after.fields.filter(isSame).map(({ id }) => id))
  const kept = Object.fromEntries(Object.entries(answers).filter(([id]) => same.has(id)))
  const dropped = before.fields
    .filter(({ id }) => !same.has(id) && Object.hasOwn(answers, id) && !isEmpty(answers[id] ?? ''))
    .map(({ label }) => label)
  return { kept, dropped }
}

/** Reads all answers. What stands where: the question the draft is at, as long as it is asked, else the next that is open. */
export async function assess(port: DraftPort, form: Form, draft: Draft, notes: readonly Text[], isStrict = false): Promise<Filling> {
  const read = askedFields(form.definition, draft.answers, port.readAddress)
  const asked = await Promise.all(read.map((one) => proven(port, form, draft.memberId, one, read, isStrict)))
  const isAsked = asked.some(({ field }) => field.id === draft.atField)
  return { form, draft, asked, at: isAsked ? draft.atField : nextField(asked), notes }
}

/** The text that shows who owns an address; it names member, address and form, so that it serves for nothing else. */
export function proofText(form: number, memberId: string, address: string): string {
  return `I am member ${memberId} of this community and I control the address ${address}.\nThis is for the form ${formCode(form)}. It moves nothing and costs nothing.`
}

/** What is to be signed for a signature field; undefined while its address is missing. */
export function textToSign(form: number, memberId: string, field: FormField, asked: readonly AskedField[]): string | undefined {
  if (field.kind !== 'signature') return undefined
  const address = asked.find((other) => other.field.id === field.of)?.value
  return typeof address === 'string' ? proofText(form, memberId, address) : undefined
}

async function proven(
  port: DraftPort,
  form: Form,
  memberId: string,
  one: AskedField,
  asked: readonly AskedField[],
  isStrict: boolean,
): Promise<AskedField> {
  if (one.field.kind === 'file') return withUpload(port, memberId, one)
  if (one.field.kind !== 'signature' || typeof one.value !== 'string') return one
  const address = asked.find(({ field }) => one.field.kind === 'signature' && field.id === one.field.of)?.value
  if (typeof address === 'string' && (await isSigned(port, address, proofText(form.number, memberId, address), one.value, isStrict)))
    return one
  return { ...one, value: undefined, problem: wrong(one.field, 'notSigned', answerTexts.say('notSignedNext')).problem }
}

/** A file that is named must be one of the member's own that is still kept. */
async function withUpload(port: DraftPort, memberId: string, one: AskedField): Promise<AskedField> {
  const id = uploadIdOf(one.value)
  if (id === undefined) return one
  const upload = await port.ownUpload(memberId, id)
  if (upload !== undefined) return { ...one, upload }
  return { ...one, value: undefined, problem: wrong(one.field, 'file_unknown', answerTexts.say('file_unknownNext')).problem }
}

/** While somebody types, a chain that does not answer is no reason to stop: it is asked again before anything is sent in. */
async function isSigned(port: DraftPort, address: string, text: string, signature: string, isStrict: boolean): Promise<boolean> {
  try {
    return await port.isSignedBy(address, text, signature)
  } catch (error) {
    if (error instanceof Fault && !isStrict) return true
    throw error
  }
}

/** What was typed as the database can keep it. */
export function keepable(typed: string): string {
  return typed.slice(0, MAX_TYPED).toWellFormed().replaceAll('\0', '')
}

/** Saves the answers and reads the form anew. `at`: where to go on. */
export async function keepAnswers(
  port: DraftPort,
  { form, draft, notes }: Filling,
  answers: Answers,
  now: Instant,
  at: (asked: readonly AskedField[]) => string | undefined,
): Promise<Filling> {
  const { atField: _left, ...rest } = draft
  const read = await assess(port, form, { ...rest, answers, updatedAt: Math.max(now, draft.updatedAt + 1) }, notes)
  const next = at(read.asked)
  const saved: Draft = { ...read.draft, ...(next === undefined ? {} : { atField: next }) }
  await port.saveDraft(saved)
  return { ...read, draft: saved, at: next }
}

/** A question by the name that was typed or carried; the one where the draft stands when none is named. */
export function questionOf({ asked, at }: Filling, name: string | undefined): AskedField | undefined {
  const wanted = name === undefined ? at : cleanLine(name).toLowerCase()
  return asked.find(({ field }) => field.id === wanted)
}
