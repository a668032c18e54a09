import { isText, type TextValue } from '../shared/text.ts'

/** Shorter names are words of every text, and hiding them would hide nothing. */
const SHORTEST = 3
const MASK = '▇▇▇'

/** A value in which names of a person are not to be read, wherever something that was typed stands in it, such as the name of a file. */
export function maskValue(value: TextValue, names: readonly string[]): TextValue {
  if (typeof value === 'string') return maskNames(value, names)
  if (typeof value !== 'object' || !isText(value)) return value
  return {
    key: value.key,
    values: Object.fromEntries(Object.entries(value.values).map(([name, inner]) => [name, maskValue(inner, names)])),
  }
}

/** A text in which names of a person are not to be read: what a blind review shows. Capitals make no difference. */
export function maskNames(text: string, names: readonly string[]): string {
  const hidden = [
    ...new Set(names.map((name) => name.trim()).filter((name) => Array.from(name).length >= SHORTEST || /[^\p{ASCII}]/u.test(name))),
  ]
    .toSorted((a, b) => b.length - a.length)
    .map((name) => name.replaceAll(/[$()*+.?[\\\]^{|}]/g, String.raw`\$&`))
  return hidden.length === 0 ? text : text.replaceAll(new RegExp(hidden.join('|'), 'giu'), MASK)
}
