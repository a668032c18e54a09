/** Wide in every fixed-width font that has them: CJK, full-width forms, emoji. */
const WIDE =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff01-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u
const NONE = /^[\p{M}\p{Cf}]$/u

/** Columns that a text takes in a fixed-width font. */
export function displayWidth(text: string): number {
  let width = 0
  for (const character of text) width += NONE.test(character) ? 0 : WIDE.test(character) ? 2 : 1
  return width
}

export function padToWidth(text: string, width: number, side: 'start' | 'end'): string {
  const space = ' '.repeat(Math.max(0, width - displayWidth(text)))
  return side === 'end' ? text + space : space + text
}
