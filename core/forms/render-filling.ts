import { eventCode } from '../attendance/attendance.types.ts'
import { PAGE_INPUTS, type FormPage, type Question } from '../shared/form-page.ts'
import { MOST_OPTIONS, type Button, type Choice, type Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Text, TextValue } from '../shared/text.ts'
import { longestAnswer } from './answer.rules.ts'
import type { AskedField } from './asked-fields.ts'
import { textToSign, type Filling } from './filling.ts'
import { formCode, type Answers, type FormField } from './form-definition.ts'
import { formTexts } from './form.texts.ts'
import type { Draft } from './form.types.ts'
import { uploadIdOf, uploadText, type UploadFacts } from './upload.ts'

const { say } = formTexts
const words = (text: TextValue): Text => sharedTexts.say('plain', { text })

const YES_NO = [
  { value: 'yes', label: say('yes') },
  { value: 'no', label: say('no') },
] as const

/** What a member sees while a form is filled in: the question or page that comes next, or everything once more before it is sent in. */
export function renderFilling(filling: Filling, problems: readonly AskedField[] = []): Reply {
  return filling.at === undefined ? renderSummary(filling) : renderQuestion(filling, filling.at, problems)
}

function renderQuestion(filling: Filling, at: string, problems: readonly AskedField[]): Reply {
  const { form, draft, asked, notes } = filling
  const index = Math.max(
    0,
    asked.findIndex(({ field }) => field.id === at),
  )
  const one = asked[index]!
  const code = formCode(form.number)
  const input = { form: code, question: one.field.id }
  const question = questionFor(filling, one)
  const problem = one.isSeen ? one.problem : undefined
  const paged = pagesOf(asked)
  const pages = paged.length
  const page = paged.findIndex((each) => each.includes(one)) + 1
  return {
    audience: 'private',
    tone: 'info',
    title: words(form.definition.title),
    lines: [...notes, ...(draft.submission === undefined ? [] : [say('mending')])],
    ...(problems.length === 0 ? {} : { fields: problems.map(problemField) }),
    ...(problem === undefined ? {} : { code: problem.code }),
    question: { number: index + 1, count: asked.length, question },
    ...verbatimOf(filling, paged[page - 1] ?? []),
    buttons: [
      ...optionButtons(one, input),
      ...(one.field.required ? [] : [step(say('buttonSkip'), 'form skip', input)]),
      ...(index === 0 ? [] : [step(say('buttonBack'), 'form back', input)]),
      step(say('buttonPause'), 'form pause', { form: code }),
      pageButton(code, page, pages, say('buttonPage', { page, pages }), 'primary'),
      { label: say('buttonDiscard'), command: 'form discard', input: { form: code }, allowed: 'owner', style: 'danger', only: 'pages' },
    ],
    ask: { command: 'form answer', field: one.field.kind === 'file' ? 'file' : 'value', input },
  }
}

/** Text that a question of a page needs; a modal could not show it to be copied. */
function verbatimOf({ form, draft, asked }: Filling, here: readonly AskedField[]): Pick<Reply, 'verbatim'> {
  const text = here.map(({ field }) => textToSign(form.number, draft.memberId, field, asked)).find((each) => each !== undefined)
  return text === undefined ? {} : { verbatim: text }
}

const problemField = ({ field, problem }: AskedField) => ({
  label: words(field.label),
  value: problem === undefined ? '—' : say('problem', { reason: problem.reason, nextStep: problem.nextStep }),
})

const step = (label: Text, command: string, input: Button['input']): Button => ({ label, command, input, allowed: 'owner', only: 'steps' })

function pageButton(form: string, page: number, pages: number, label: Text, style: 'primary' | 'plain'): Button {
  return {
    label,
    command: 'form questions',
    input: { form, page: String(Math.min(page, pages)) },
    allowed: 'owner',
    style,
    only: 'pages',
    opens: 'page',
  }
}

/** Questions as they come on pages; one for a file has two inputs, for the file and for a link. At least one page. */
function pagesOf(asked: readonly AskedField[]): readonly (readonly AskedField[])[] {
  const pages: AskedField[][] = [[]]
  let inputs = 0
  for (const one of asked) {
    const taken = one.field.kind === 'file' ? 2 : 1
    if (inputs + taken > PAGE_INPUTS) {
      pages.push([])
      inputs = 0
    }
    pages.at(-1)!.push(one)
    inputs += taken
  }
  return pages
}

/** Choices as buttons: one ends the question, several are switched on and off until they are confirmed. */
function optionButtons({ field, typed, isSeen }: AskedField, input: Button['input']): readonly Button[] {
  const answer = (label: Text, more: Readonly<Record<string, string>>): Button => step(label, 'form answer', { ...input, ...more })
  if (field.kind !== 'choices') return optionsOf(field).map((option) => answer(option.label, { value: option.value }))
  const chosen = typeof typed === 'object' ? typed : []
  return [
    ...field.options.map((option) =>
      answer(chosen.includes(option.value) ? say('optionOn', { option: option.label }) : words(option.label), {
        value: option.value,
        act: 'toggle',
      }),
    ),
    ...(isSeen ? [{ ...answer(say('buttonDone'), { act: 'done' }), style: 'primary' as const }] : []),
  ]
}

function optionsOf(field: FormField): Question['options'] {
  if ('options' in field) return field.options.map(({ value, label }) => ({ value, label: words(label) }))
  return field.kind === 'yes-no' ? YES_NO : []
}

/** What a question is drawn from; the address that a signature is of is among the questions that are asked. */
interface QuestionSource {
  readonly form: { readonly number: number }
  readonly draft: { readonly memberId: string }
  readonly asked: readonly AskedField[]
}

/** A question as every surface can draw it. */
export function questionFor({ form, draft, asked }: QuestionSource, one: AskedField): Question {
  const { field, typed = '' } = one
  const verbatim = textToSign(form.number, draft.memberId, field, asked)
  const problem =
    one.isSeen && one.problem !== undefined ? say('problem', { reason: one.problem.reason, nextStep: one.problem.nextStep }) : undefined
  return {
    id: field.id,
    label: words(field.label),
    help: helpOf(field, verbatim !== undefined),
    entry: entryOf(field),
    // What has no text to sign yet cannot be signed: nobody is held up by it.
    required: field.required && (field.kind !== 'signature' || verbatim !== undefined),
    options: optionsOf(field),
    least: field.kind === 'choices' ? field.least : 0,
    most: field.kind === 'choices' ? (field.most ?? field.options.length) : 1,
    maxLength: longestAnswer(field),
    value: entryOf(field) === 'one' ? (one.value ?? typed) : typed,
    ...(one.upload === undefined ? {} : { upload: uploadText(one.upload) }),
    ...(problem === undefined ? {} : { problem }),
    ...(verbatim === undefined ? {} : { verbatim }),
  }
}

function entryOf({ kind }: FormField): Question['entry'] {
  if (kind === 'choice' || kind === 'yes-no') return 'one'
  if (kind === 'choices') return 'several'
  if (kind === 'file') return 'file'
  return kind === 'long-text' || kind === 'signature' ? 'lines' : 'line'
}

/** What the form says of the question, and how its kind is typed. */
function helpOf(field: FormField, canSign: boolean): Text {
  const how = field.kind === 'signature' && !canSign ? say('how_signatureLater') : say(`how_${field.kind}`)
  return field.help === undefined ? how : say('help', { help: field.help, how })
}

function renderSummary({ form, draft, asked, notes }: Filling): Reply {
  const code = formCode(form.number)
  const pages = pagesOf(asked).length
  const change: Choice = {
    label: say('changeOne'),
    command: 'form fill',
    field: 'question',
    input: { form: code },
    allowed: 'owner',
    options: asked.slice(0, MOST_OPTIONS).map(({ field }) => ({ label: say('changeOption', { field: field.label }), value: field.id })),
    only: 'steps',
  }
  return {
    audience: 'private',
    tone: 'info',
    title: words(form.definition.title),
    lines: [...notes, say('summary')],
    fields: asked.map((one) => ({ label: words(one.field.label), value: answerText(one) })),
    buttons: [
      {
        label: say('buttonSend'),
        ...sending(draft),
        allowed: 'owner',
        once: true,
        style: 'primary',
      },
      ...Array.from({ length: pages }, (_none, index) =>
        pageButton(code, index + 1, pages, say('buttonChangePage', { page: index + 1 }), 'plain'),
      ),
      { label: say('buttonDiscard'), command: 'form discard', input: { form: code }, allowed: 'owner', style: 'danger' },
    ],
    choices: [change],
    endsAsking: true,
  }
}

/** What is filled in at an event is sent in by checking in. */
function sending({ form, event, updatedAt }: Draft): Pick<Button, 'command' | 'input'> {
  const seen = String(updatedAt)
  return event === undefined
    ? { command: 'form send', input: { form: formCode(form), seen } }
    : { command: 'checkin', input: { code: eventCode(event), seen } }
}

/** The answer of a draft as people read it. */
export function answerText({ field, value, upload }: Pick<AskedField, 'field' | 'value' | 'upload'>): TextValue {
  return upload === undefined ? valueText(field, value) : uploadText(upload)
}

/** The answer of a submission as people read it. */
export function sentText(field: FormField, value: Answers[string] | undefined, uploads: ReadonlyMap<string, UploadFacts>): TextValue {
  const id = field.kind === 'file' ? uploadIdOf(value) : undefined
  return id === undefined ? valueText(field, value) : uploadText(uploads.get(id))
}

function valueText(field: FormField, value: string | readonly string[] | undefined): TextValue {
  if (value === undefined || value.length === 0) return say('noAnswer')
  const options = optionsOf(field)
  const nameOf = (one: string): TextValue => options.find((option) => option.value === one)?.label ?? one
  const [first = '', ...others] = (typeof value === 'string' ? [value] : value).map(nameOf)
  return others.reduce<TextValue>((left, right) => sharedTexts.say('listed', { left, right }), first)
}

/** One page of questions with what the draft has. */
export function renderPage(filling: Filling, page: number): Reply {
  const { form, asked } = filling
  const paged = pagesOf(asked)
  const pages = paged.length
  const shown = Math.min(page, pages)
  const questions = paged[shown - 1]!.map((one) => questionFor(filling, one))
  const title = words(form.definition.title)
  const drawn: FormPage = { form: formCode(form.number), title, page: shown, pages, questions }
  return { audience: 'private', tone: 'info', title, lines: [say('pageOf', { page: shown, pages })], form: drawn }
}
