import { lookup as resolveName } from 'node:dns/promises'
import type { IncomingMessage } from 'node:http'
import { request, type RequestOptions } from 'node:https'
import { isIP } from 'node:net'
import type { CheckLink } from '../../core/links/link.port.ts'
import { readLink, titleIn, type LinkState } from '../../core/links/link.rules.ts'
import { cleanLine } from '../../core/shared/clean-line.ts'
import { isPublicAddress } from './public-address.ts'

const TIMEOUT_MS = 5_000
const MAX_BODY_BYTES = 256 * 1_024
const MAX_HEADER_BYTES = 16 * 1_024

type Found = readonly { readonly address: string; readonly family: number }[]

export interface CheckLinkOptions {
  /** The system's resolver where none is given. */
  readonly resolve?: (host: string) => Promise<Found>
  readonly isPublic?: (address: string) => boolean
  /** For all of it, name, connection and page. */
  readonly timeoutMs?: number
  /** What a test's server needs: its port and its certificate. */
  readonly connection?: Pick<RequestOptions, 'port' | 'ca'>
}

/**
 * Looks at the page behind a link of a member without letting the link choose what is asked (reliability, W4). The name is resolved once, every address of
 * the answer must be public, and the connection goes to that very address: another answer later changes nothing. Nothing is followed, nothing of ours is
 * sent along, and no more is read than a title needs.
 */
export function createCheckLink(options: CheckLinkOptions = {}): CheckLink {
  const { resolve = (host: string) => resolveName(host, { all: true }), isPublic = isPublicAddress, timeoutMs = TIMEOUT_MS } = options
  return async (link) => {
    const read = readLink(link)
    if (!read.ok) return { kind: 'refused', problem: read.problem }
    const late = AbortSignal.timeout(timeoutMs)
    const host = read.url.hostname.replace(/^\[|\]$/g, '')
    const found = await firstOf(isIP(host) === 0 ? resolve(host) : Promise.resolve([{ address: host, family: isIP(host) }]), late)
    if (found === 'late') return { kind: 'silent', why: 'time' }
    const [first] = found
    if (first === undefined) return { kind: 'silent', why: 'name' }
    if (!found.every(({ address }) => isPublic(address))) return { kind: 'refused', problem: 'private' }
    return look(read.url, first, late, options.connection ?? {})
  }
}

/** What the name stands for; nothing when nobody knows it. */
function firstOf(asked: Promise<Found>, late: AbortSignal): Promise<Found | 'late'> {
  return new Promise((resolve) => {
    late.addEventListener('abort', () => resolve('late'), { once: true })
    asked.then(resolve, () => resolve([]))
  })
}

function look(
  url: URL,
  pinned: { readonly address: string; readonly family: number },
  late: AbortSignal,
  connection: Pick<RequestOptions, 'port' | 'ca'>,
): Promise<LinkState> {
  return new Promise((resolve) => {
    const asked = request(url, {
      ...connection,
      agent: false,
      signal: late,
      maxHeaderSize: MAX_HEADER_BYTES,
      headers: { 'user-agent': 'WePoS link check', accept: 'text/html', 'accept-encoding': 'identity' },
      lookup: (_host, { all }, give) => (all === true ? give(null, [{ ...pinned }]) : give(null, pinned.address, pinned.family)),
    })
    asked.on('error', () => resolve({ kind: 'silent', why: late.aborted ? 'time' : 'connection' }))
    asked.on('response', (response) => {
      const status = response.statusCode ?? 0
      if (status >= 300 && status < 400) {
        resolve({ kind: 'moved', status })
        asked.destroy()
        return
      }
      readStart(response, (body, isWhole) => {
        const why = late.aborted ? 'time' : 'connection'
        const isHtml = response.headers['content-type']?.startsWith('text/html') === true
        resolve(isWhole ? { kind: 'answers', status, title: isHtml ? titleIn(body, cleanLine) : undefined } : { kind: 'silent', why })
        asked.destroy()
      })
    })
    asked.end()
  })
}

/** The beginning of a page, as much as is read at all. `isWhole`: it ended, or there was enough of it. */
function readStart(response: IncomingMessage, done: (body: string, isWhole: boolean) => void): void {
  const chunks: Buffer[] = []
  let length = 0
  const finish = (isWhole: boolean) => done(Buffer.concat(chunks).subarray(0, MAX_BODY_BYTES).toString('utf8'), isWhole)
  response.on('data', (chunk: Buffer) => {
    if (length >= MAX_BODY_BYTES) return
    chunks.push(chunk)
    length += chunk.length
    if (length >= MAX_BODY_BYTES) finish(true)
  })
  response.once('end', () => finish(response.complete))
  response.once('error', () => finish(false))
  response.once('aborted', () => finish(false))
}
