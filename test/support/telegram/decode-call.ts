import type { IncomingMessage } from 'node:http'
import { z } from 'zod'
import { ApiRefusal, badRequest } from './api-refusal.ts'
import type { Payload, UploadedFile } from './api-types.ts'
import { FILE_MARK, type BotApiContract } from './bot-api-contract.ts'

export interface DecodedCall {
  payload: Payload
  files: Map<string, UploadedFile>
}

const MAX_BODY_BYTES = 60 * 1024 * 1024

/** Reads the parameters from query, JSON, form or multipart, as the Bot API takes them. @throws ApiRefusal */
export async function decodeCall(
  request: IncomingMessage,
  method: string,
  query: URLSearchParams,
  contract: BotApiContract | undefined,
): Promise<DecodedCall> {
  const type = request.headers['content-type'] ?? ''
  const body = await readBody(request)
  const payload: Payload = {}
  const files = new Map<string, UploadedFile>()
  for (const [key, value] of query) payload[key] = fromText(method, key, value, contract)
  if (body.length === 0) return { payload, files }
  if (type.startsWith('application/json')) return { payload: { ...payload, ...fromJson(body) }, files }
  if (type.startsWith('application/x-www-form-urlencoded')) {
    for (const [key, value] of new URLSearchParams(body.toString('utf8'))) payload[key] = fromText(method, key, value, contract)
    return { payload, files }
  }
  if (!type.startsWith('multipart/form-data')) throw badRequest('unsupported content type')
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData().catch(() => {
    throw badRequest('the multipart body cannot be read')
  })
  for (const [key, value] of form) {
    if (typeof value === 'string') {
      // telegraf repeats the name of the method as a field of the form; the platform ignores it.
      if (key !== 'method') payload[key] = fromText(method, key, value, contract)
      continue
    }
    files.set(key, { field: key, fileName: value.name, bytes: Buffer.from(await value.arrayBuffer()) })
    if (contract === undefined || contract.parameterTypes(method, key) !== undefined) payload[key] = { [FILE_MARK]: key }
  }
  refuseStrayFiles(payload, files)
  return { payload, files }
}

/** Every file must be a parameter or be named by an attach:// address. */
function refuseStrayFiles(payload: Payload, files: ReadonlyMap<string, UploadedFile>): void {
  const text = JSON.stringify(payload)
  for (const key of files.keys()) {
    if (payload[key] === undefined && !text.includes(`attach://${key}`)) throw badRequest(`the file "${key}" belongs to no parameter`)
  }
}

function fromJson(body: Buffer): Payload {
  try {
    return z.record(z.string(), z.unknown()).parse(JSON.parse(body.toString('utf8')))
  } catch {
    throw badRequest("can't parse the body as a JSON object")
  }
}

/** Forms carry text only: the document says what each field is; without it the look of the value must do. */
function fromText(method: string, key: string, value: string, contract: BotApiContract | undefined): unknown {
  const types = contract?.parameterTypes(method, key)
  const isInteger = /^-?\d{1,16}$/.test(value)
  if (types === undefined) return isInteger ? Number(value) : /^[[{]|^(true|false)$/.test(value) ? parse(key, value) : value
  if (types.includes('Integer') && isInteger) return Number(value)
  if (types.includes('Float') && value !== '' && Number.isFinite(Number(value))) return Number(value)
  if (types.includes('Boolean')) return /^(true|1)$/i.test(value) ? true : /^(false|0)$/i.test(value) ? false : value
  return types.includes('String') ? value : parse(key, value)
}

function parse(key: string, value: string): unknown {
  try {
    return JSON.parse(value)
  } catch {
    throw badRequest(`can't parse parameter ${key} as JSON`)
  }
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) throw new ApiRefusal(413, 'Request Entity Too Large')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
