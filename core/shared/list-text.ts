import { sharedTexts } from './shared.texts.ts'
import type { Text, TextValue } from './text.ts'

const { say } = sharedTexts

/** Values one after another, as the reader's language separates them; empty for none. */
export function listText(values: readonly TextValue[]): Text {
  const [first = '', ...others] = values
  return others.reduce<Text>((left, right) => say('listed', { left, right }), say('plain', { text: first }))
}
