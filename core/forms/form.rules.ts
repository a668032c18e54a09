import { isRangeKind } from '../economy/reward-table.rules.ts'
import { parseAmount } from '../shared/amount.ts'
import type { Text } from '../shared/text.ts'
import { readAnswer, type ReadAddress } from './answer.rules.ts'
import type { FormDefinition, FormField, Localized } from './form-definition.ts'
import { formProblemTexts } from './form-problem.texts.ts'
import { expectedOf, mostPoints } from './quiz.rules.ts'

const { say } = formProblemTexts

/** What is wrong with a form, and where: `fields[1].showIf`. */
export interface FormProblem {
  readonly code: string
  readonly place: string
  readonly reason: Text
}

type Find = (place: string, code: string, reason: Text) => void

/**
 * Judges whether the parts of a form fit each other; its shape has been judged before. Every problem is named, in the order of the form.
 * @param isCampaign whether it is the form of a campaign
 */
export function judgeForm(definition: FormDefinition, isCampaign: boolean, readAddress: ReadAddress): readonly FormProblem[] {
  const found: FormProblem[] = []
  const find: Find = (place, code, reason) => found.push({ place, code: `form.${code}`, reason })
  judgeWords(definition, find)
  definition.fields.forEach((field, index) => {
    const place = `fields[${index}]`
    const earlier = definition.fields.slice(0, index)
    if (earlier.some(({ id }) => id === field.id)) find(`${place}.id`, 'duplicate_id', say('duplicateId', { id: field.id }))
    judgeCondition(field, definition.fields, index, find)
    judgeBounds(field, earlier, place, find)
    judgeExpected(field, place, find, readAddress)
  })
  judgeQuiz(definition, find)
  judgeTerms(definition, isCampaign, find)
  return found
}

/** Signs that cannot be seen, or that turn text round, make a question look like another. */
const UNSEEN = /[\p{Cc}\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff]/u

function judgeWords({ title, intro, fields }: FormDefinition, find: Find): void {
  const judge = (place: string, words: Localized | undefined, lines = false): void => {
    for (const language of ['en', 'zh'] as const) {
      const text = words?.[language] ?? ''
      if (!text.isWellFormed() || UNSEEN.test(lines ? text.replaceAll('\n', '') : text))
        find(`${place}.${language}`, 'unseen_signs', say('unseenSigns'))
    }
  }
  judge('title', title)
  judge('intro', intro, true)
  fields.forEach((field, index) => {
    judge(`fields[${index}].label`, field.label)
    judge(`fields[${index}].help`, field.help)
    if ('options' in field) field.options.forEach(({ label }, option) => judge(`fields[${index}].options[${option}].label`, label))
  })
}

function judgeCondition(field: FormField, fields: readonly FormField[], index: number, find: Find): void {
  const { showIf } = field
  if (showIf === undefined) return
  const place = `fields[${index}].showIf`
  const at = fields.findIndex(({ id }) => id === showIf.field)
  const target = fields[at]
  if (target === undefined) return find(place, 'condition_unknown', say('conditionUnknown', { id: showIf.field }))
  if (at >= index) return find(place, 'condition_later', say('conditionLater', { id: showIf.field }))
  const values = target.kind === 'choice' ? target.options.map(({ value }) => value) : target.kind === 'yes-no' ? ['yes', 'no'] : undefined
  if (values === undefined) return find(place, 'condition_kind', say('conditionKind', { id: showIf.field }))
  for (const value of showIf.is)
    if (!values.includes(value)) find(place, 'condition_value', say('conditionValue', { id: showIf.field, value }))
  if (!isEverAsked(target, fields)) find(place, 'never_asked', say('neverAsked', { id: showIf.field }))
}

/** Whether there are answers with which a question is asked. */
function isEverAsked(field: FormField, fields: readonly FormField[]): boolean {
  const { showIf } = field
  if (showIf === undefined) return true
  const index = fields.indexOf(field)
  const target = fields.slice(0, index).find(({ id }) => id === showIf.field)
  if (target === undefined || !isEverAsked(target, fields)) return false
  if (target.kind === 'yes-no') return showIf.is.some((value) => value === 'yes' || value === 'no')
  return target.kind === 'choice' && target.options.some(({ value }) => showIf.is.includes(value))
}

function judgeBounds(field: FormField, earlier: readonly FormField[], place: string, find: Find): void {
  if ('options' in field) {
    const values = field.options.map(({ value }) => value)
    const twice = values.find((value, index) => values.indexOf(value) < index)
    if (twice !== undefined) find(`${place}.options`, 'duplicate_option', say('duplicateOption', { value: twice }))
    for (const language of ['en', 'zh'] as const) {
      const labels = field.options.map(({ label }) => label[language].toLowerCase())
      const same = labels.find((label, index) => labels.indexOf(label) < index)
      if (same !== undefined) find(`${place}.options`, 'same_label', say('sameLabel', { label: same }))
    }
  }
  if (field.kind === 'choices') {
    const most = field.most ?? field.options.length
    if (field.least > most) find(`${place}.least`, 'least_above_most', say('leastAboveMost', { least: field.least, most }))
    else if (most > field.options.length)
      find(`${place}.most`, 'most_above_options', say('mostAboveOptions', { most, count: field.options.length }))
  }
  if (field.kind === 'number' && field.min !== undefined && field.max !== undefined && field.min > field.max)
    find(`${place}.min`, 'lowest_above_highest', say('lowestAboveHighest', { lowest: String(field.min), highest: String(field.max) }))
  if ((field.kind === 'short-text' || field.kind === 'long-text') && field.maxLength !== undefined && field.minLength > field.maxLength)
    find(
      `${place}.minLength`,
      'lowest_above_highest',
      say('lowestAboveHighest', { lowest: String(field.minLength), highest: String(field.maxLength) }),
    )
  if (field.kind === 'signature' && !earlier.some(({ id, kind }) => id === field.of && kind === 'evm-address'))
    find(`${place}.of`, 'signature_of', say('signatureOf', { id: field.of }))
}

function judgeExpected(field: FormField, place: string, find: Find, readAddress: ReadAddress): void {
  const expected = expectedOf(field)
  if (expected === undefined) return
  const given = field.kind === 'choices' ? [expected.answers] : expected.answers
  for (const answer of given) {
    if (readAnswer(field, answer, readAddress).ok) continue
    find(
      `${place}.expected`,
      'expected_impossible',
      say('expectedImpossible', { answer: typeof answer === 'string' ? answer : answer.join(', ') }),
    )
  }
}

function judgeQuiz({ fields, passMark, review }: FormDefinition, find: Find): void {
  const most = mostPoints(fields)
  if (passMark === undefined) {
    if (most > 0) find('passMark', 'no_pass_mark', say('noPassMark'))
    return
  }
  if (most === 0) find('passMark', 'quiz_without_points', say('quizWithoutPoints'))
  else if (passMark > most) find('passMark', 'pass_above_points', say('passAbovePoints', { mark: passMark, most }))
  if (review.rule !== 'none') find('review', 'quiz_with_panel', say('quizWithPanel'))
}

function judgeTerms({ window, reward, review }: FormDefinition, isCampaign: boolean, find: Find): void {
  const { opensAt, closesAt } = window
  if (opensAt !== undefined && closesAt !== undefined && Date.parse(opensAt) >= Date.parse(closesAt))
    find('window', 'window_reversed', say('windowReversed'))
  if (review.rule === 'panel' && review.needed > review.panel)
    find('review.needed', 'needed_above_panel', say('neededAbovePanel', { needed: review.needed, panel: review.panel }))
  if (reward.kind === 'campaign') {
    if (!isCampaign) find('reward', 'not_a_campaign', say('notACampaign'))
    const [lowest, highest] = [parseAmount(reward.lowest), parseAmount(reward.highest)]
    if (!lowest.ok || !highest.ok) return
    if (lowest.amount > highest.amount)
      find('reward.lowest', 'lowest_above_highest', say('lowestAboveHighest', { lowest: reward.lowest, highest: reward.highest }))
    else if (lowest.amount < highest.amount && review.rule === 'none') find('reward', 'range_without_review', say('rangeWithoutReview'))
  } else if (reward.kind !== 'none' && isRangeKind(reward.kind) && review.rule === 'none')
    find('reward', 'range_without_review', say('rangeWithoutReview'))
}
