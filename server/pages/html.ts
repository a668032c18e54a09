/** Markup that may be put into a page as it is. Made by `html`, or by `trusted` from text that this house wrote. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

/** What may stand in a template: text is escaped, markup is not, nothing is nothing. */
export type Part = Html | string | number | false | undefined | readonly Part[]

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Text that shows as itself, in an element and in a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign]!)
}

/** Markup from a template; every value is escaped unless it is markup itself. Attributes with values are written in double quotes. */
export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return new Html(strings.reduce((before, string, index) => `${before}${written(parts[index - 1])}${string}`))
}

/** Markup from text that holds no one else's: a file of ours, a drawing made here. */
export function trusted(text: string): Html {
  return new Html(text)
}

function written(part: Part): string {
  if (part === undefined || part === false) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(written).join('')
  return escapeHtml(String(part))
}

/** What stands in a textarea: the first line break after its tag is no part of the text, so one is put before it. */
export function areaText(text: string): string {
  return `\n${text}`
}
