import type { Amount } from './amount.ts'
import type { Instant } from './instant.ts'

export const LANGUAGES = ['en', 'zh'] as const
export type Language = (typeof LANGUAGES)[number]

/**
 * What may stand in a text: a string (always shown as plain text, escaped by each platform), a whole number, an amount in nano (bigint),
 * an instant (shown in the reader's zone), a channel or role of a server, a page of our own, words of the community's own in both languages, or another text.
 */
export type TextValue = string | number | Amount | { readonly at: Instant } | Mention | PageAddress | OwnWords | Text

/** What a community wrote itself, once a language: shown in the reader's language, as plain text like every string. */
export type OwnWords = Readonly<Record<Language, string>>

/** A thing of the platform by its id: shown by its name where the platform knows it, else as the id. Calls nobody. */
export interface Mention {
  readonly mention: 'channel' | 'group-role'
  readonly id: string
}

/** The address of a page of our own, to be opened from a chat: whole, or from its path on. What members write is a string, and no string becomes a link, whatever it says. */
export interface PageAddress {
  readonly page: string
}

/** A sentence in no language yet: a key of a catalogue and its values. Renderers give it the reader's language. */
export interface Text {
  readonly key: string
  readonly values: Readonly<Record<string, TextValue>>
}

type VariablesOf<Sentence extends string> = Sentence extends `${string}{{${infer Name}}}${infer Rest}` ? Name | VariablesOf<Rest> : never

/** The sentences of one slice in every language; the type refuses a missing translation. */
export interface Catalogue {
  readonly slice: string
  readonly en: Readonly<Record<string, string>>
  readonly zh: Readonly<Record<string, string>>
}

type ValuesArgument<Sentence extends string> = [VariablesOf<Sentence>] extends [never]
  ? []
  : [values: Readonly<Record<VariablesOf<Sentence>, TextValue>>]

/** How English says it of exactly one: a key beside the one that is spoken, for sentences whose `{{count}}` is 1. Chinese has one form for all. */
type OfOne = `${string}_one`

/**
 * A slice's sentences and the function that speaks them. Unknown keys and missing values fail to compile; `{{name}}` marks a value, and
 * `rows_one` beside `rows` is what English says when `{{count}}` is 1.
 * @example const { say } = defineTexts('greeting', { hello: 'Hello {{name}}' }, { hello: '你好，{{name}}' }); say('hello', { name: 'Ann' })
 */
export function defineTexts<const En extends Record<string, string>>(
  slice: string,
  en: En,
  zh: { readonly [Key in Exclude<keyof En, OfOne>]: string },
) {
  return {
    catalogue: { slice, en, zh } satisfies Catalogue as Catalogue,
    say: <Key extends Exclude<keyof En, OfOne> & string>(key: Key, ...[values]: ValuesArgument<En[Key]>): Text => ({
      key: `${slice}.${key}`,
      values: values ?? {},
    }),
  }
}

/** True for a text, false for every other value that may stand in one. */
export function isText(value: TextValue): value is Text {
  return typeof value === 'object' && 'key' in value
}
