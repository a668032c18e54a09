import type { Amount } from './amount.ts'
import type { Language, Text } from './text.ts'

/** What a colour of a chart stands for; the drawing gives it one. */
export type ChartTone = 'granted' | 'burned' | 'open' | 'future'

/** Values of one kind over all categories. `null`: nothing is drawn there. */
export interface ChartSeries {
  readonly name: Text
  readonly tone: ChartTone
  readonly values: readonly (Amount | number | null)[]
}

/**
 * A picture of numbers in no language yet. `columns`: series stand on each other, categories from left to right. `bars`: one bar a category, the first
 * on top, with its value beside it. Amounts (bigint) are nano.
 */
export interface Chart {
  readonly kind: 'columns' | 'bars'
  readonly title: Text
  /** The same in words, for those who cannot see the picture; at most 1,000 characters in each language. */
  readonly alt: Text
  readonly categories: readonly (string | number | Text)[]
  readonly series: readonly ChartSeries[]
}

/** A chart that was drawn in one language. */
export interface Picture {
  /** PNG. */
  readonly data: Uint8Array
  readonly alt: string
}

/** Draws a chart for a message that must go out either way: undefined when that fails or takes too long. Never rejects. */
export type Draw = (chart: Chart, language: Language) => Promise<Picture | undefined>
