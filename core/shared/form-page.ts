import type { Text } from './text.ts'

/** Inputs of one page: as many as one modal of Discord takes (developers/components/reference, "Label"). A question for a file has two. */
export const PAGE_INPUTS = 5

/** How a value is entered. `line` and `lines`: typed. `one` and `several`: chosen from the options. `file`: uploaded, or a link that is typed. */
export type Entry = 'line' | 'lines' | 'one' | 'several' | 'file'

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
  /** The uploaded file that the draft holds, by name, size and address. */
  readonly upload?: Text
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
  /** With at most {@link PAGE_INPUTS} inputs. */
  readonly questions: readonly Question[]
}

/** One question of several. */
export interface AskedQuestion {
  /** From 1. */
  readonly number: number
  readonly count: number
  readonly question: Question
}
