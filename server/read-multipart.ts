import '@fastify/multipart'
import type { FastifyRequest } from 'fastify'
import { MAX_FIELDS } from '../core/forms/form-definition.ts'
import { MAX_UPLOAD } from '../core/forms/upload.rules.ts'
import { formProblems } from './form.problems.ts'
import { ProblemError, problems } from './problem.ts'

/** A file of a form that was posted. */
export interface PostedFile {
  readonly field: string
  readonly name: string
  readonly bytes: Uint8Array
  /** It is longer than any file may be; what came of it is thrown away. */
  readonly isTooLarge: boolean
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Files of a form that was posted with some. */
    postedFiles: readonly PostedFile[] | undefined
  }
}

/** Of one request, files and fields, in bytes: all of it is held in memory until it is kept. */
const MAX_BODY = 3 * MAX_UPLOAD + 1024 * 1024
const MAX_POSTED_FIELDS = 4 * MAX_FIELDS
/** One answer at its longest: a Chinese character takes three bytes. */
const MAX_FIELD = 64 * 1024
const LIMITS = {
  fileSize: MAX_UPLOAD,
  files: MAX_FIELDS,
  fields: MAX_POSTED_FIELDS,
  parts: MAX_POSTED_FIELDS + MAX_FIELDS,
  fieldSize: MAX_FIELD,
}

/**
 * Reads the body of a form with files; other bodies are read already. Nothing is read of who is not signed in, nor of what is too large by its own account.
 * @throws ProblemError 413 for more than is taken at once, 400 for a broken body
 */
export async function readMultipart(request: FastifyRequest): Promise<void> {
  if (request.session === undefined || !request.isMultipart()) return
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY) throw new ProblemError(formProblems.uploadsTooLarge())
  try {
    await readParts(request)
  } catch (error) {
    if (error instanceof ProblemError) throw error
    const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined
    throw new ProblemError(status === 413 ? formProblems.uploadsTooLarge() : problems.malformed())
  }
}

async function readParts(request: FastifyRequest): Promise<void> {
  const fields = new Map<string, string[]>()
  const files: PostedFile[] = []
  let total = 0
  const count = (bytes: number): void => {
    total += bytes
    if (total > MAX_BODY) throw new ProblemError(formProblems.uploadsTooLarge())
  }
  for await (const part of request.parts({ limits: LIMITS })) {
    const { fieldname: field } = part
    if (part.type === 'field') {
      const value = typeof part.value === 'string' ? part.value : ''
      count(value.length)
      fields.set(field, [...(fields.get(field) ?? []), value])
      continue
    }
    const chunks: Uint8Array[] = []
    for await (const chunk of part.file as AsyncIterable<Uint8Array>) {
      count(chunk.length)
      chunks.push(chunk)
    }
    const isTooLarge = part.file.truncated
    // A question without a file sends one without a name.
    if (part.filename !== undefined && part.filename !== '')
      files.push({ field, name: part.filename, bytes: isTooLarge ? new Uint8Array() : Buffer.concat(chunks), isTooLarge })
  }
  request.body = Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0] : values]))
  request.postedFiles = files
}
