/** As Discord tells of a file that a member attached; the size is not believed. */
export interface Attachment {
  readonly name: string
  readonly size: number
  readonly url: string
}

/** Whether an address is one where Discord keeps attachments. */
export type IsAttachment = (address: string) => boolean

/** Where Discord keeps attachments (developers/reference, "Signed Attachment CDN URLs"). */
const CDN: ReadonlySet<string> = new Set(['cdn.discordapp.com', 'media.discordapp.net'])

/** @param apiUrl of the REST API; another one than Discord's own keeps its attachments itself */
export function attachmentsOf(apiUrl: string | undefined): IsAttachment {
  const api = apiUrl === undefined ? undefined : new URL(apiUrl)
  return (address) => {
    const url = URL.parse(address)
    if (url === null) return false
    if (api !== undefined && api.hostname !== 'discord.com') return url.origin === api.origin
    return url.protocol === 'https:' && CDN.has(url.host)
  }
}

/** Loads what was attached. Never more than `maxBytes` is read, whatever the size claims, and nothing from anywhere but Discord. */
export async function loadAttachment(
  { size, url }: Attachment,
  isAttachment: IsAttachment,
  { maxBytes, timeoutMs }: { readonly maxBytes: number; readonly timeoutMs: number },
): Promise<Uint8Array | 'too-large' | 'unreachable'> {
  if (size > maxBytes) return 'too-large'
  if (!isAttachment(url)) return 'unreachable'
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs), redirect: 'error' })
    if (!response.ok || response.body === null) throw new Error(`answered ${response.status}`)
    const chunks: Uint8Array[] = []
    let bytes = 0
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      bytes += chunk.length
      if (bytes > maxBytes) return 'too-large'
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  } catch {
    // Whatever it was (network, time, an expired address): the member attaches the file again.
    return 'unreachable'
  }
}
