import { isAddress, isPublicName } from './public-name.ts'

/** Longer addresses are no links that a person would check. */
export const MAX_LINK = 2_000

/** `private`: its name leads to an address that is none of the public internet. */
export const LINK_PROBLEMS = ['form', 'https', 'credentials', 'port', 'host', 'private'] as const
export type LinkProblem = Exclude<(typeof LINK_PROBLEMS)[number], 'private'>

/**
 * A link that a member gave, if a page behind it may be looked at at all: https, no name and password, the usual port, a host with a public name. What the
 * host resolves to is looked at later, by whoever connects (reliability, W4).
 */
export function readLink(text: string): { readonly ok: true; readonly url: URL } | { readonly ok: false; readonly problem: LinkProblem } {
  const url = text.length > MAX_LINK ? null : URL.parse(text.trim())
  if (url === null) return { ok: false, problem: 'form' }
  if (url.protocol !== 'https:') return { ok: false, problem: 'https' }
  if (url.username !== '' || url.password !== '') return { ok: false, problem: 'credentials' }
  if (url.port !== '') return { ok: false, problem: 'port' }
  // Whether an address is public is judged by what it is, where it is connected to.
  return isAddress(url.hostname) || isPublicName(url.hostname) ? { ok: true, url } : { ok: false, problem: 'host' }
}

/** What is behind a link. The title is whatever the page says: text of a stranger, in one line. */
export type LinkState =
  | { readonly kind: 'answers'; readonly status: number; readonly title: string | undefined }
  /** It leads elsewhere, and is not followed. */
  | { readonly kind: 'moved'; readonly status: number }
  | { readonly kind: 'refused'; readonly problem: (typeof LINK_PROBLEMS)[number] }
  | { readonly kind: 'silent'; readonly why: 'name' | 'connection' | 'time' }

const MAX_TITLE = 200
const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' }

/** The title in the beginning of a page; undefined when there is none. */
export function titleIn(page: string, clean: (text: string) => string): string | undefined {
  const found = /<title(?:\s[^>]{0,200})?>([^<]{1,2000})<\/title/i.exec(page)?.[1]
  if (found === undefined) return undefined
  const text = found.replace(/&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi, (whole: string, ...parts: (string | undefined)[]) => {
    const [decimal, hex, name] = parts
    if (name !== undefined) return ENTITIES[name.toLowerCase()] ?? whole
    const code = decimal === undefined ? Number.parseInt(hex ?? '', 16) : Number(decimal)
    return code <= 0x10_ff_ff && !(code >= 0xd8_00 && code <= 0xdf_ff) ? String.fromCodePoint(code) : whole
  })
  return Array.from(clean(text)).slice(0, MAX_TITLE).join('').trim() || undefined
}
