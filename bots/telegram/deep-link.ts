/**
 * Payloads of `https://t.me/<bot>?start=<payload>`, which Telegram sends back as `/start <payload>`: 1-64 of `A-Z a-z 0-9 _ -`
 * (https://core.telegram.org/bots/features#deep-linking). Anyone can make such a link and give it to somebody else, so a link alone must never
 * do what its reader did not want:
 *
 * | payload                      | meaning                                                                                                  |
 * |------------------------------|----------------------------------------------------------------------------------------------------------|
 * | `checkin_<CODE>`             | checks in with the code, as on a poster with a QR code                                                   |
 * | `c_<word>_<word>`            | opens a command that changes nothing by itself: one that reads (`c_event_show_12`, a proposal in the same |
 * |                              | way), or one that first asks for its input (`c_wallet_link`)                                              |
 * | `r_<update>_<tag>_<line>`    | answers in private what was asked in a group: the key of the update in base 36, a tag that only we can    |
 * |                              | make for this member, the typed line in base64url. Runs under the first key again: nothing happens twice  |
 * | `k_<id>`                     | shows an answer that was kept because it cannot be had again; bound to one member                         |
 */
export type DeepLink =
  | { readonly kind: 'checkin'; readonly code: string }
  | { readonly kind: 'open'; readonly line: string }
  | { readonly kind: 'again'; readonly key: string; readonly tag: string; readonly line: string }
  | { readonly kind: 'kept'; readonly id: string }
  | { readonly kind: 'plain' }

export const MAX_PAYLOAD = 64
const TAG_LENGTH = 8

/** Reads what follows `/start`; whatever is not understood is a plain start. */
export function readPayload(payload: string): DeepLink {
  if (!/^[A-Za-z0-9_-]{1,64}$/.test(payload)) return { kind: 'plain' }
  const code = /^checkin_([A-Za-z0-9-]+)$/.exec(payload)?.[1]
  if (code !== undefined) return { kind: 'checkin', code }
  const words = /^c_([a-z0-9_]+)$/.exec(payload)?.[1]
  if (words !== undefined) return { kind: 'open', line: words.replaceAll('_', ' ').trim() }
  const kept = /^k_([A-Za-z0-9_-]+)$/.exec(payload)?.[1]
  if (kept !== undefined) return { kind: 'kept', id: kept }
  const again = /^r_([0-9a-z]{1,10})-([0-9a-z]{1,5})_([A-Za-z0-9_-]{8})_([A-Za-z0-9_-]+)$/.exec(payload)
  if (again === null) return { kind: 'plain' }
  const [, update = '', day = '', tag = '', line = ''] = again
  return { kind: 'again', key: `${Number.parseInt(update, 36)}.${day}`, tag, line: Buffer.from(line, 'base64url').toString('utf8') }
}

/** Undefined when the line is too long for a link, or the key not one of a message. @param key of the update @param tag eight characters of base64url */
export function againPayload(key: string, tag: string, line: string): string | undefined {
  if (tag.length !== TAG_LENGTH) throw new RangeError(`a tag has ${TAG_LENGTH} characters, not ${tag.length}`)
  const [update = '', day = ''] = key.split('.')
  const payload = `r_${Number(update).toString(36)}-${day}_${tag}_${Buffer.from(line, 'utf8').toString('base64url')}`
  return payload.length <= MAX_PAYLOAD && readPayload(payload).kind === 'again' ? payload : undefined
}

export const keptPayload = (id: string): string => `k_${id}`

export const startLink = (username: string, payload?: string): string =>
  `https://t.me/${username}${payload === undefined ? '' : `?start=${payload}`}`
