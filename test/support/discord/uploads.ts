import type { IncomingMessage, ServerResponse } from 'node:http'
import type { State } from './state.ts'

/** A file that a user chooses for an attachment option or a file field. */
export interface UploadInput {
  readonly name: string
  readonly content: string | Uint8Array
  /** The address is no longer good. */
  readonly gone?: boolean
  /** A size that Discord claims though it is not so. */
  readonly claimedSize?: number
}

/** Keeps a file at an address of its own, as the CDN does. @returns its id */
export function uploadFile(state: State, origin: string, { name, content, claimedSize, gone = false }: UploadInput): string {
  const id = state.nextId()
  const data = typeof content === 'string' ? new TextEncoder().encode(content) : content
  const url = `${origin}/ephemeral-attachments/${id}/${encodeURIComponent(name)}`
  state.uploads.set(id, { gone, name, contentType: 'text/plain', data, size: claimedSize ?? data.length, url })
  return id
}

/** Answers the download of an upload. @returns whether the request was for one */
export function serveUpload(state: State, request: IncomingMessage, response: ServerResponse): boolean {
  const id = /^\/ephemeral-attachments\/(\d+)\//.exec(request.url ?? '')?.[1]
  if (id === undefined) return false
  const upload = state.uploads.get(id)
  response.writeHead(upload === undefined || upload.gone ? 404 : 200, { 'content-type': 'text/plain' })
  response.end(upload?.gone === false ? upload.data : undefined)
  return true
}
