import type { IncomingMessage } from 'node:http'
import { refuse } from './refuse.ts'
import type { UploadedFile } from './render.ts'
import { trusted } from './trusted.ts'

/** A request body: JSON, or the JSON part and the files of a multipart form. */
export interface Received {
  readonly body: unknown
  readonly files: readonly UploadedFile[]
}

/** What Discord takes in one request from a server without boosts (10 MiB a file, 25 MiB in all). */
const MAX_FILE_BYTES = 10 * 1024 * 1024
const MAX_BODY_BYTES = 25 * 1024 * 1024

/** Reads a body of at most 25 MiB. Refuses broken JSON with 50109 and a file that is too large with 40005. */
export async function readBody(request: IncomingMessage): Promise<Received> {
  const parts: Buffer[] = []
  let size = 0
  for await (const part of request) {
    const bytes = Buffer.from(trusted<Uint8Array>(part))
    size += bytes.length
    if (size <= MAX_BODY_BYTES) parts.push(bytes)
  }
  if (size > MAX_BODY_BYTES) throw refuse.tooLarge()
  if (size === 0) return { body: undefined, files: [] }
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return readForm(Buffer.concat(parts), type)
  if (!type.startsWith('application/json')) throw refuse.invalidJson()
  return { body: parse(Buffer.concat(parts).toString('utf8')), files: [] }
}

async function readForm(bytes: Buffer, type: string): Promise<Received> {
  const form = await new Response(new Uint8Array(bytes), { headers: { 'content-type': type } }).formData().catch(() => undefined)
  if (!form) throw refuse.invalidJson()
  const files: UploadedFile[] = []
  let body: unknown = {}
  for (const [key, value] of form) {
    if (key === 'payload_json' && typeof value === 'string') {
      body = parse(value)
      continue
    }
    const id = /^files\[(\d+)\]$/.exec(key)?.[1]
    if (id === undefined || typeof value === 'string') {
      throw refuse.invalidForm([{ path: [key], code: 'UNKNOWN_KEY', message: 'is neither payload_json nor files[n]' }])
    }
    if (value.size > MAX_FILE_BYTES) throw refuse.tooLarge()
    files.push({
      id,
      name: value.name,
      contentType: value.type || 'application/octet-stream',
      data: new Uint8Array(await value.arrayBuffer()),
    })
  }
  return { body, files }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw refuse.invalidJson()
  }
}
