import { ChannelType } from 'discord-api-types/v10'
import type { Loosen, Schema } from '../openapi/close-schemas.ts'
import { isJson } from './json.ts'
import { OpenApiDocument } from '../openapi/openapi-document.ts'

/** Bit fields of permissions have 54 bits; as a number the document's 2^54 - 1 reads as 2^54. They are written as strings in JSON by discord.js and by Discord's own documentation. */
const MAX_PERMISSION_BITS = 2 ** 54

/**
 * Where the document is narrower than Discord:
 * - bit fields of permissions are typed as integers, yet every client sends them as decimal strings;
 * - the code of an inner form error is typed as an integer, yet Discord sends words such as BASE_TYPE_REQUIRED
 *   (developers/reference "Error Messages").
 */
const loosen: Loosen = (schema: Schema, name: string | undefined): Schema => {
  if (schema['maximum'] === MAX_PERMISSION_BITS) {
    const { type, maximum: _maximum, ...rest } = schema
    return { ...rest, type: [type, 'string'].flat(), exclusiveMaximum: MAX_PERMISSION_BITS, pattern: '^\\d+$' }
  }
  if (name === 'InnerErrors') {
    const item = {
      type: 'object',
      properties: { code: { type: ['string', 'integer'] }, message: { type: 'string' } },
      required: ['code', 'message'],
    }
    return { ...schema, properties: { _errors: { type: 'array', items: item } } }
  }
  return schema
}

let loaded: { document: OpenApiDocument | undefined } | undefined

/**
 * Discord's OpenAPI document (discord/discord-api-spec), which lies beside the project and not in it.
 * @returns undefined, with the reason printed once, when it is absent
 */
export function discordDocument(): OpenApiDocument | undefined {
  if (!loaded) {
    const file = new URL('../../../../shared/specs/discord-openapi.json', import.meta.url)
    loaded = { document: OpenApiDocument.load(file, loosen) }
    if (!loaded.document)
      process.stderr.write(
        'skipped: no documents (specs/discord-openapi.json is absent; requests are checked by hand-written limits only)\n',
      )
  }
  return loaded.document
}

const THREAD_OF_MESSAGE = /^\/channels\/\d+\/messages\/\d+\/threads$/

/**
 * Drops what discord.js adds by itself: `tts: false` and `enforce_nonce: false` on every message, which the document lists for one
 * operation only, and the type of a thread opened from a message (11), which the document does not list there.
 * Any other value of these keys stays and is judged.
 */
export function withoutClientDefaults(path: string, body: unknown): unknown {
  if (!isJson(body)) return body
  const copy = { ...body }
  for (const key of ['tts', 'enforce_nonce']) if (copy[key] === false) delete copy[key]
  if (THREAD_OF_MESSAGE.test(path) && copy['type'] === ChannelType.PublicThread) delete copy['type']
  if ('data' in copy) copy['data'] = withoutClientDefaults(path, copy['data'])
  return copy
}
