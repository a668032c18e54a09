import { cleanLine, cleanParagraphs, cleanProse } from '../shared/clean-line.ts'
import type { Text } from '../shared/text.ts'
import { answerTexts } from './answer.texts.ts'
import { MAX_TEXT_ANSWER, type Answers, type FormField } from './form-definition.ts'
import { isNodeAddress } from './node-address.ts'
import { readDay } from './read-day.ts'
import { readLinkAnswer, type LinkProblem } from './read-link-answer.ts'
import { readNumber } from './read-number.ts'
import { uploadIdOf, uploadReference } from './upload.ts'
import { readSignature } from '../identity/read-signature.ts'

const { say } = answerTexts

/** Form and checksum of an EVM address, by a library. */
export type ReadAddress = (
  typed: string,
) => { readonly ok: true; readonly address: string } | { readonly ok: false; readonly problem: 'form' | 'checksum' }

/** Why an answer is not taken; `reason` names the question, `nextStep` how to mend it. */
export interface AnswerProblem {
  readonly code: string
  readonly reason: Text
  readonly nextStep: Text
}

/** An answer that was read, in the form in which the same answer is always written; undefined for none. */
export type ReadAnswer =
  | { readonly ok: true; readonly value: string | readonly string[] | undefined }
  | { readonly ok: false; readonly problem: AnswerProblem }

const DEFAULT_LENGTH = { 'short-text': 200, 'long-text': MAX_TEXT_ANSWER } as const
const MAX_LINES = 200
const YES = new Set(['yes', 'y', 'on', 'true', '1', '是', '开', '好', '对', '有'])
const NO = new Set(['no', 'n', 'off', 'false', '0', '否', '关', '不', '不是', '没有'])

/** The longest typed answer that a field takes, in UTF-16 code units. */
export function longestAnswer(field: FormField): number {
  if (field.kind === 'short-text' || field.kind === 'long-text') return field.maxLength ?? DEFAULT_LENGTH[field.kind]
  return field.kind === 'signature' ? MAX_TEXT_ANSWER : 500
}

/** Reads what was typed or chosen for one question. Reading its result again gives the same. Never throws. */
export function readAnswer(field: FormField, typed: Answers[string] | undefined, readAddress: ReadAddress): ReadAnswer {
  if (typed === undefined || isEmpty(typed))
    return field.required ? wrong(field, 'required', say('requiredNext')) : { ok: true, value: undefined }
  if (field.kind === 'choices') return readChoices(field, typed)
  if (typeof typed !== 'string') return typed.length === 1 ? readAnswer(field, typed[0], readAddress) : wrong(field, 'one', say('oneNext'))
  return readTyped(field, typed, readAddress)
}

export function isEmpty(typed: Answers[string]): boolean {
  return typeof typed === 'string' ? stable(cleanParagraphs)(typed) === '' : typed.length === 0
}

function readTyped(field: Exclude<FormField, { kind: 'choices' }>, typed: string, readAddress: ReadAddress): ReadAnswer {
  switch (field.kind) {
    case 'short-text':
    case 'long-text':
      return readText(field, typed)
    case 'number': {
      const read = readNumber(typed, field)
      if (read.ok) return read
      const { min, max, decimals } = field
      if (read.problem === 'below') return wrong(field, 'numberBelow', say('numberBelowNext', { min: String(min) }))
      if (read.problem === 'above') return wrong(field, 'numberAbove', say('numberAboveNext', { max: String(max) }))
      if (read.problem === 'decimals')
        return wrong(field, 'numberDecimals', decimals === 0 ? say('numberWholeNext') : say('numberDecimalsNext', { max: decimals }))
      return wrong(field, 'number', say('numberNext'))
    }
    case 'choice': {
      const value = optionOf(field.options, typed)
      return value === undefined ? wrong(field, 'choice', say('choiceNext')) : { ok: true, value }
    }
    case 'yes-no': {
      const word = cleanLine(typed).toLowerCase()
      if (YES.has(word)) return { ok: true, value: 'yes' }
      return NO.has(word) ? { ok: true, value: 'no' } : wrong(field, 'yesNo', say('yesNoNext'))
    }
    case 'date': {
      const day = readDay(cleanLine(typed))
      if (day === 'unclear') return wrong(field, 'dateUnclear', say('dateNext'))
      return day === undefined ? wrong(field, 'date', say('dateNext')) : { ok: true, value: day }
    }
    case 'link':
    case 'file': {
      // Whose file it is, and whether it is still kept, is known where drafts are.
      const upload = field.kind === 'file' ? uploadIdOf(typed) : undefined
      if (upload !== undefined) return { ok: true, value: uploadReference(upload) }
      const read = readLinkAnswer(typed)
      if (read.ok) return { ok: true, value: read.link }
      // A word about a file: how to give one must be told.
      if (field.kind === 'file' && read.problem === 'form') return wrong(field, 'file_form', say('file_formNext'))
      return wrong(field, `link_${read.problem}`, say(`link_${read.problem}Next`))
    }
    case 'evm-address': {
      const read = readAddress(cleanLine(typed))
      if (read.ok) return { ok: true, value: read.address }
      return wrong(field, `address_${read.problem}`, say(`address_${read.problem}Next`))
    }
    case 'node-address': {
      const address = cleanLine(typed)
      if (!/^0x[0-9a-f]{40}$/i.test(address))
        return isNodeAddress(address) ? { ok: true, value: address } : wrong(field, 'nodeAddress', say('nodeAddressNext'))
      const read = readAddress(address)
      return read.ok ? { ok: true, value: read.address } : wrong(field, `address_${read.problem}`, say(`address_${read.problem}Next`))
    }
    default: {
      const given = readSignature(typed)
      return given === undefined ? wrong(field, 'signature', say('signatureNext')) : { ok: true, value: given.signature.toLowerCase() }
    }
  }
}

function readText(field: Extract<FormField, { kind: 'short-text' | 'long-text' }>, typed: string): ReadAnswer {
  const isLong = field.kind === 'long-text'
  const text = stable(isLong ? cleanParagraphs : cleanProse)(typed)
  const length = Array.from(text).length
  const max = field.maxLength ?? DEFAULT_LENGTH[field.kind]
  if (length > max || text.length > MAX_TEXT_ANSWER) return wrong(field, 'tooLong', say('tooLongNext', { max, length }))
  if (length < field.minLength) return wrong(field, 'tooShort', say('tooShortNext', { min: field.minLength, length }))
  if (text.split('\n').length > MAX_LINES) return wrong(field, 'tooManyLines', say('tooManyLinesNext', { max: MAX_LINES }))
  return { ok: true, value: text }
}

function readChoices(field: Extract<FormField, { kind: 'choices' }>, typed: string | readonly string[]): ReadAnswer {
  const given = typeof typed === 'string' ? splitChoices(field.options, typed) : typed
  const chosen = given.map((one) => optionOf(field.options, one))
  if (chosen.includes(undefined)) return wrong(field, 'choices', say('choicesNext'))
  // In the order of the form, each once: the same choice is the same answer.
  const value = field.options.map((option) => option.value).filter((option) => chosen.includes(option))
  const most = field.most ?? field.options.length
  if (value.length < field.least) return wrong(field, 'tooFew', say('tooFewNext', { min: field.least }))
  if (value.length > most) return wrong(field, 'tooMany', say('tooManyNext', { max: most }))
  return { ok: true, value }
}

function splitChoices(options: Options, typed: string): readonly string[] {
  if (optionOf(options, typed) !== undefined) return [typed]
  return typed
    .split(/[,，、;；\n]/u)
    .map((part) => part.trim())
    .filter((part) => part !== '')
}

type Options = Extract<FormField, { kind: 'choice' }>['options']

/** The option that is meant by its value, its label in either language, or its place in the list. */
function optionOf(options: Options, typed: string): string | undefined {
  const text = cleanLine(typed).toLowerCase()
  const same = (label: string): boolean => cleanLine(label).toLowerCase() === text
  const named =
    options.find(({ value }) => value === text) ??
    options.find(({ label }) => same(label.en) || same(label.zh)) ??
    (/^\d{1,2}$/.test(text) ? options[Number(text) - 1] : undefined)
  return named?.value
}

/** Cleaning can join what stood apart, so that it is to be cleaned again: done until nothing changes. */
const stable =
  (clean: (text: string) => string) =>
  (typed: string): string => {
    let text = clean(typed)
    for (let again = clean(text); again !== text; again = clean(text)) text = again
    return text
  }

type Wrong =
  | 'required'
  | 'one'
  | 'number'
  | 'numberBelow'
  | 'numberAbove'
  | 'numberDecimals'
  | 'choice'
  | 'choices'
  | 'tooFew'
  | 'tooMany'
  | 'yesNo'
  | 'date'
  | 'dateUnclear'
  | `link_${LinkProblem}`
  | 'file_form'
  | 'file_unknown'
  | `address_${'form' | 'checksum'}`
  | 'nodeAddress'
  | 'signature'
  | 'notSigned'
  | 'tooLong'
  | 'tooShort'
  | 'tooManyLines'

export function wrong(field: Pick<FormField, 'label'>, kind: Wrong, nextStep: Text): { ok: false; problem: AnswerProblem } {
  return { ok: false, problem: { code: `answer.${codeOf(kind)}`, reason: say(kind, { field: field.label }), nextStep } }
}

const codeOf = (kind: Wrong): string => kind.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
