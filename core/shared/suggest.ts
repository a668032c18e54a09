import type { Actor, ChatAccount, ChatPlace } from './actor.ts'
import { cleanLine } from './clean-line.ts'
import { commandName } from './command.ts'
import { languageOfLocale, mayUse, type BoundCommand } from './dispatch.ts'
import { fieldMeta, type FieldMeta, type SuggestSource } from './field.ts'
import type { Instant } from './instant.ts'
import { sharedTexts } from './shared.texts.ts'
import type { Language, Text } from './text.ts'

/** One value that may be meant: what is sent, and what is shown for it. */
export interface Suggestion {
  readonly value: string
  readonly label: Text
}

/** As many as every platform shows at once. */
export const MAX_SUGGESTIONS = 25
/** Longer than any code, title or name: more of it would only make the search slower. */
const MAX_TYPED = 100

/** A value that is being typed: nothing was sent yet. */
export interface SuggestRequest {
  readonly account: ChatAccount
  readonly place: ChatPlace
  readonly command: string
  readonly field: string
  readonly typed: string
}

/** Suggestions with what a renderer must know of their reader. */
export interface Suggested {
  readonly suggestions: readonly Suggestion[]
  readonly language: Language
  readonly timeZone: string
}

export type Suggest = (request: SuggestRequest) => Promise<Suggested>

/** Who asks, and what was typed so far, folded by `fold`. */
export interface Ask {
  readonly actor: Pick<Actor, 'memberId' | 'roles' | 'language' | 'timeZone'>
  readonly typed: string
  readonly now: Instant
}

/** Gives at most MAX_SUGGESTIONS, the likeliest first. Reads only. */
export type Source = (ask: Ask) => Promise<readonly Suggestion[]> | readonly Suggestion[]

export interface SuggestPort {
  isHome(account: ChatAccount, place: ChatPlace): Promise<boolean>
  /** The member behind an account, without making one. */
  recognise(account: ChatAccount, place: ChatPlace): Promise<Actor | undefined>
  readonly sources: Readonly<Record<SuggestSource, Source>>
  now(): Instant
}

/**
 * Finds what a member may mean by what is typed so far. Nothing is written, and nothing is offered to strangers, for a command that the member may not use,
 * or for a field that has no source. Rejects with what the sources reject with (a Fault).
 */
export function createSuggest(commands: readonly BoundCommand<unknown>['definition'][], port: SuggestPort): Suggest {
  const byName = new Map(commands.map((command) => [commandName(command), command]))
  return async ({ account, place, command: name, field, typed }) => {
    const nothing: Suggested = { suggestions: [], language: languageOfLocale(account.locale), timeZone: 'UTC' }
    const command = byName.get(name)
    const schema = command !== undefined && Object.hasOwn(command.input.shape, field) ? command.input.shape[field] : undefined
    const meta = schema === undefined ? undefined : fieldMeta(schema)
    if (command === undefined || meta === undefined || !hasSuggestions(meta)) return nothing
    if (!(await port.isHome(account, place))) return nothing
    const known = await port.recognise(account, place)
    // Whoever has not sent a command yet is no member in the database, and may already look for one.
    const actor = known ?? { memberId: '', roles: new Set(['member'] as const), language: nothing.language, timeZone: 'UTC' }
    const { language, timeZone } = actor
    if (!mayUse(actor, command.access)) return { ...nothing, language, timeZone }
    const ask = { actor, typed: fold(typed.slice(0, MAX_TYPED)), now: port.now() }
    const found = meta.suggest === undefined ? fromChoices(meta, ask.typed) : await port.sources[meta.suggest](ask)
    return { suggestions: found.slice(0, MAX_SUGGESTIONS), language, timeZone }
  }
}

/** Whether values are offered while somebody types, because there is a source or there are more choices than a platform lists. */
export function hasSuggestions(meta: FieldMeta): boolean {
  return meta.suggest !== undefined || (meta.kind === 'choice' && (meta.choices ?? []).length > MAX_SUGGESTIONS)
}

/** What a choice is called. */
export function choiceName(meta: FieldMeta, choice: string): Text {
  return meta.choiceNames?.[choice] ?? sharedTexts.say('plain', { text: choice })
}

function fromChoices(meta: FieldMeta, typed: string): readonly Suggestion[] {
  const found = (meta.choices ?? []).filter((choice) => matches(typed, choice))
  return found.map((value) => ({ value, label: choiceName(meta, value) }))
}

/** Text as it is compared: full-width signs, capitals and runs of spaces make no difference. */
export function fold(text: string): string {
  return cleanLine(text).toLowerCase()
}

/** Whether every word of folded text stands somewhere in one of the texts. */
export function matches(typed: string, ...texts: readonly string[]): boolean {
  const where = texts.map(fold)
  return typed.split(' ').every((word) => where.some((text) => text.includes(word)))
}
