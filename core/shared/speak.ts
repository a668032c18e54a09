import type { Instant } from './instant.ts'
import type { Language, Mention, TextValue } from './text.ts'

/** How one platform writes plain strings and instants inside a sentence. */
export interface WritingStyle {
  /** Makes a string show as itself: no markup, no mention, no link. */
  escape(plain: string): string
  /** An instant for the reader: local time where the platform can, else in the reader's zone. */
  instant(at: Instant): string
  /** How the platform shows the name of a thing of its own; where it is missing, the id is shown. */
  mention?(mention: Mention): string
  /** An address of our own that the reader can open; where it is missing, it is shown as itself. */
  page?(address: string): string
}

/** Says a text in a language, in a platform's writing style. Implemented by `adapters/speak.ts`; bots and pages only receive it. */
export type Speak = (value: TextValue, language: Language, style: WritingStyle) => string
