import { isPublicName } from '../links/public-name.ts'

const MAX_LINK = 500
export type LinkProblem = 'form' | 'scheme' | 'credentials' | 'host' | 'long' | 'expires'

/**
 * Reads an address of the public web: https, a host by name, no user and password in it, nothing hidden. It is looked at later, for whoever reviews it (core/links).
 * The value is the address as browsers write it.
 */
export function readLinkAnswer(
  typed: string,
): { readonly ok: true; readonly link: string } | { readonly ok: false; readonly problem: LinkProblem } {
  const refused = (problem: LinkProblem) => ({ ok: false, problem }) as const
  const text = typed.trim()
  if (text.length > MAX_LINK) return refused('long')
  if (!text.isWellFormed() || /[\s\p{Cc}\p{Cf}\\<>"`{}|^]/u.test(text)) return refused('form')
  if (!URL.canParse(text)) return /^[\w.-]+\.[a-z]{2,}(?:\/|$)/i.test(text) ? refused('scheme') : refused('form')
  const url = new URL(text)
  if (url.protocol !== 'https:') return refused('scheme')
  if (url.username !== '' || url.password !== '') return refused('credentials')
  if (!isPublicName(url.hostname)) return refused('host')
  if (isFleeting(url)) return refused('expires')
  return url.href.length > MAX_LINK ? refused('long') : { ok: true, link: url.href }
}

/** Where chats keep what is sent to them: Discord's addresses work for about a day, and reviewers come weeks later; Telegram's carry the key of a bot. */
const FLEETING: readonly (readonly [host: RegExp, path: RegExp])[] = [
  [/^(?:cdn|media)\.discordapp\.(?:com|net)\.?$/, /^\/(?:ephemeral-)?attachments\//],
  [/^api\.telegram\.org\.?$/, /^\/file\//],
]

const isFleeting = ({ hostname, pathname }: URL): boolean => FLEETING.some(([host, path]) => host.test(hostname) && path.test(pathname))
