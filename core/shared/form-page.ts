import type { Text } from './text.ts'

/** As many as one modal of Discord takes (developers/components/reference, "Label"); the web shows as many at once, so that pages are the same everywhere. */
export const PAGE_QUESTIONS = 5

/** How a value is entered. `line` and `lines`: typed. `one` and `several`: chosen from the options. */
export type Entry = 'line' | 'lines' | 'one' | 'several'

/** A question of a form in no language and for no platform. */
export interface Question {
  readonly id: string
  readonly label: Text
  /** What is expected, and how to type it. */
  readonly help?: Text
  readonly entry: Entry
  readonly required: boolean
  readonly options: readonly { readonly value: string; readonly label: Text }[]
  /** How many of the options may be chosen. */
  readonly least: number
  readonly most: number
  /** Bound of a typed answer in UTF-16 code units. */
  readonly maxLength: number
  /** What the draft holds, as it was typed or chosen; empty for nothing. */
  readonly value: string | readonly string[]
  /** What is wrong with it, and how to mend it. */
  readonly problem?: Text
  /** Text that the answer needs, to be copied exactly. */
  readonly verbatim?: string
}

/** Questions that are answered together. */
export interface FormPage {
  /** `FRM-2` */
  readonly form: string
  readonly title: Text
  /** From 1. */
  readonly page: number
  readonly pages: number
  /** At most {@link PAGE_QUESTIONS}. */
  readonly questions: readonly Question[]
}

/** One question of several. */
export interface AskedQuestion {
  /** From 1. */
  readonly number: number
  readonly count: number
  readonly question: Question
}
