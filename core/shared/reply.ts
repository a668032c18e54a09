import { z } from 'zod'
import type { Chart } from './chart.ts'
import type { AskedQuestion, FormPage } from './form-page.ts'
import type { Language, Text, TextValue } from './text.ts'

/** A button of a reply: pressing it runs a command with this input, by whoever may. */
export interface Button {
  readonly label: Text
  readonly command: string
  readonly input: Readonly<Record<string, string>>
  /** `owner`: only the member to whom the reply was given. `anyone`: every member. Checked by us, never by the platform alone. */
  readonly allowed: 'owner' | 'anyone'
  readonly once?: boolean
  readonly style?: 'primary' | 'danger' | 'plain'
  readonly only?: Drawn
  /** Its command reads a page of questions (`Reply.form`), which the surface opens for filling in. */
  readonly opens?: 'page'
}

/** Left out where questions are not asked this way: `steps` one after the other, `pages` several at once. */
export type Drawn = 'steps' | 'pages'

/** A button that was given its opaque token; the token is all that the platform carries. */
export interface IssuedButton extends Button {
  readonly token: string
}

/** One value of several: choosing it runs a command with this input and the value as `field`, by whoever may. */
export interface Choice {
  /** What is chosen, for a list that nothing was chosen from yet. */
  readonly label: Text
  readonly command: string
  readonly field: string
  readonly input: Readonly<Record<string, string>>
  readonly allowed: Button['allowed']
  /**
   * The values, each once, at most {@link MOST_OPTIONS}; or the platform's own list. A platform without such a list leaves the choice out: the command then
   * has another way.
   */
  readonly options: readonly ChoiceOption[] | 'channels' | 'roles'
  readonly only?: Drawn
}

export interface ChoiceOption {
  readonly label: Text
  readonly value: string
  readonly hint?: Text
}

/** As many as Discord shows in one list (developers/components/reference, "String Select"). */
export const MOST_OPTIONS = 25

export interface IssuedChoice extends Choice {
  readonly token: string
}

/** What a command answers, before any platform and language. */
export interface Reply {
  /** `private`: only the asker may see it. Decided by the command, kept by every platform. */
  readonly audience: 'private' | 'public'
  /** Set when the answer must be in this language whatever the reader's was until now. */
  readonly language?: Language
  readonly tone: 'done' | 'info' | 'refused' | 'fault'
  readonly title?: Text
  readonly lines: readonly Text[]
  readonly fields?: readonly { readonly label: Text; readonly value: TextValue }[]
  readonly table?: { readonly header: readonly Text[]; readonly rows: readonly (readonly TextValue[])[] }
  /** Text to be copied exactly, such as a message to sign or a list of codes. */
  readonly verbatim?: string
  readonly file?: { readonly name: string; readonly mediaType: string; readonly content: string }
  /** A picture of numbers; its words are in `lines` as well, for surfaces that show none. */
  readonly chart?: Chart
  readonly buttons?: readonly (Button | IssuedButton)[]
  readonly choices?: readonly (Choice | IssuedChoice)[]
  /** The stable code of a refusal or fault; shown small, for support and for programs. */
  readonly code?: string
  /** A public reply that stays true: the message is edited in place when its subject, such as `EVT-12`, changes. */
  readonly card?: string
  /** Input that is missing: platforms may ask for it (a modal, a prompt) and then run the command again with the rest kept. */
  readonly ask?: { readonly command: string; readonly field: string; readonly input: Readonly<Record<string, string>> }
  /** The question of a form that a chat asks now, for surfaces that ask one after the other; its answer is what `ask` asks for. */
  readonly question?: AskedQuestion
  /** Questions of a form that are answered together. */
  readonly form?: FormPage
  /** No question of this conversation waits any more. */
  readonly endsAsking?: true
}

const TaggedBigint = z.object({ $nano: z.string().regex(/^-?\d{1,19}$/) }).strict()

/** JSON text of a reply: amounts are tagged so that they come back as bigint. */
export function replyToJson(reply: Reply): string {
  return JSON.stringify(reply, (_key, value: unknown) => (typeof value === 'bigint' ? { $nano: value.toString() } : value))
}

/** The reply that `replyToJson` wrote. */
export function replyFromJson(json: string): Reply {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- our own writing; a schema of Reply would be its second definition
  return JSON.parse(json, (_key, value: unknown) => {
    const tagged = TaggedBigint.safeParse(value)
    return tagged.success ? BigInt(tagged.data.$nano) : value
  }) as Reply
}
