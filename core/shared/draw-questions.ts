import type { AskedQuestion, Question } from './form-page.ts'
import type { Button, Choice, Drawn, Reply } from './reply.ts'
import { sharedTexts } from './shared.texts.ts'
import type { Text, TextValue } from './text.ts'

const { say } = sharedTexts

/** The reply as surfaces draw it that ask one question after the other: the question is in its lines. */
export function inSteps(reply: Reply): Reply {
  const { form, question: asked } = reply
  const drawn = drawnOnly(reply, 'steps')
  if (asked === undefined && form === undefined) return drawn
  const lines = [
    ...(asked === undefined ? [] : questionLines(asked)),
    ...(form?.questions ?? []).map(({ label, value, upload }) => say('answered', { label, value: upload ?? valueText(value) })),
  ]
  // What another question of the page needs stays away.
  const { verbatim: _ofPage, ...rest } = drawn
  const verbatim = asked?.question.verbatim
  return { ...rest, lines: [...reply.lines, ...lines], ...(verbatim === undefined ? {} : { verbatim }) }
}

/** The reply as surfaces draw it that show several questions at once. */
export function inPages(reply: Reply): Reply {
  const { question, ask, ...rest } = drawnOnly(reply, 'pages')
  return question === undefined && ask !== undefined ? { ...rest, ask } : rest
}

function drawnOnly(reply: Reply, how: Drawn): Reply {
  const { buttons, choices, ...rest } = reply
  const isDrawn = ({ only }: Pick<Button | Choice, 'only'>): boolean => only === undefined || only === how
  return {
    ...rest,
    ...(buttons === undefined ? {} : { buttons: buttons.filter(isDrawn) }),
    ...(choices === undefined ? {} : { choices: choices.filter(isDrawn) }),
  }
}

function questionLines({ number, count, question }: AskedQuestion): readonly Text[] {
  const { label, help, required, value, upload, problem } = question
  const isAnswered = value.length > 0
  return [
    ...(problem === undefined ? [] : [problem]),
    say('questionOf', { number, count, label }),
    ...(help === undefined ? [] : [help]),
    ...(required ? [] : [say('questionOptional')]),
    ...(isAnswered ? [say('questionHas', { value: upload ?? valueText(value, question) })] : []),
  ]
}

function valueText(value: Question['value'], question?: Pick<Question, 'options'>): TextValue {
  const nameOf = (one: string): TextValue => question?.options.find((option) => option.value === one)?.label ?? shortened(one)
  const [first, ...others] = (typeof value === 'string' ? [value] : value).map(nameOf)
  if (first === undefined) return '—'
  return others.reduce<TextValue>((left, right) => say('listed', { left, right }), first)
}

const MOST_SHOWN = 120
const shortened = (text: string): string => {
  const signs = Array.from(text)
  return signs.length <= MOST_SHOWN ? text || '—' : `${signs.slice(0, MOST_SHOWN).join('')}…`
}
