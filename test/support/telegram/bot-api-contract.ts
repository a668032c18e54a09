import { existsSync, readFileSync } from 'node:fs'
import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv'
import { z } from 'zod'
import type { Payload } from './api-types.ts'

const fieldShape = z.object({ name: z.string(), types: z.array(z.string()), required: z.boolean(), description: z.string() })
const documentShape = z.object({
  version: z.string(),
  methods: z.record(z.string(), z.object({ fields: z.array(fieldShape).optional(), returns: z.array(z.string()) })),
  types: z.record(z.string(), z.object({ fields: z.array(fieldShape).optional(), subtypes: z.array(z.string()).optional() })),
})

type DocumentField = z.infer<typeof fieldShape>
type BotApiDocument = z.infer<typeof documentShape>

type Schema = Record<string, unknown>

const DOCUMENT = new URL('../../../../shared/specs/telegram-bot-api.json', import.meta.url)

/** The type a file part of a form has in the schemas; no JSON value can be it by accident. */
export const FILE_MARK = '$file'

/**
 * The official Bot API document as JSON Schema: every object is closed, so a misspelt key is found.
 * It knows no lengths and no patterns; those rules are written by hand beside each method.
 * Each check gives the first problem found, or undefined.
 */
export interface BotApiContract {
  /** As the document says, e.g. 'Bot API 10.1'. */
  readonly version: string
  knows(method: string): boolean
  /** Type names the method may return, e.g. ['Message', 'Boolean']. */
  returns(method: string): readonly string[]
  /** Type names of one parameter, undefined when the method has no such parameter. */
  parameterTypes(method: string, name: string): readonly string[] | undefined
  checkRequest(method: string, payload: Payload): string | undefined
  checkResult(method: string, result: unknown): string | undefined
  checkUpdate(update: unknown): string | undefined
}

let loaded: BotApiContract | undefined
let told = false

/** The contract, or undefined (with the reason printed once) where the document is absent. */
export function loadBotApiContract(): BotApiContract | undefined {
  if (loaded) return loaded
  if (!existsSync(DOCUMENT)) {
    if (!told) console.log('Telegram contract checks skipped: no ../shared/specs/telegram-bot-api.json beside the project')
    told = true
    return undefined
  }
  loaded = compile(documentShape.parse(JSON.parse(readFileSync(DOCUMENT, 'utf8'))))
  return loaded
}

function compile(document: BotApiDocument): BotApiContract {
  const definitions: Record<string, Schema> = {}
  for (const [name, type] of Object.entries(document.types)) {
    if (name === 'InputFile') definitions[name] = closedObject({ [FILE_MARK]: { type: 'string' } }, [FILE_MARK])
    else if (type.subtypes?.length) definitions[name] = { anyOf: type.subtypes.map(schemaOf) }
    else definitions[name] = objectOf(type.fields ?? [])
  }
  const ajv = new Ajv({ strict: false, allErrors: true })
  ajv.addSchema({ $id: 'bot-api', definitions })
  const compiled = new Map<string, ValidateFunction>()
  const check = (key: string, schema: () => Schema, value: unknown): string | undefined => {
    let validate = compiled.get(key)
    if (!validate) {
      validate = ajv.compile(schema())
      compiled.set(key, validate)
    }
    return validate(value) ? undefined : tell(validate.errors ?? [])
  }
  const method = (name: string) => document.methods[name]
  return {
    version: document.version,
    knows: (name) => Object.hasOwn(document.methods, name),
    returns: (name) => method(name)?.returns ?? [],
    parameterTypes: (name, parameter) => method(name)?.fields?.find((field) => field.name === parameter)?.types,
    checkRequest: (name, payload) =>
      check(`request ${name}`, () => objectOf(method(name)?.fields ?? []), withoutLibraryQuirks(name, payload)),
    checkResult: (name, result) => check(`result ${name}`, () => ({ anyOf: (method(name)?.returns ?? []).map(schemaOf) }), result),
    checkUpdate: (update) => check('update', () => schemaOf('Update'), update),
  }
}

function schemaOf(type: string): Schema {
  if (type.startsWith('Array of ')) return { type: 'array', items: schemaOf(type.slice('Array of '.length)) }
  switch (type) {
    case 'Integer':
      return { type: 'integer' }
    case 'Float':
      return { type: 'number' }
    case 'String':
      return { type: 'string' }
    case 'Boolean':
      return { type: 'boolean' }
    default:
      return { $ref: `bot-api#/definitions/${type}` }
  }
}

function objectOf(fields: readonly DocumentField[]): Schema {
  const properties = Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field)]))
  return closedObject(
    properties,
    fields.filter((field) => field.required).map((field) => field.name),
  )
}

function fieldSchema(field: DocumentField): Schema {
  // The document gives the discriminator of a union only in prose: `always "creator"`, `must be photo`.
  const fixed = /(?:always|must be) ["“*]?([a-z0-9_]+)["”*]?$/.exec(field.description.trim())?.[1]
  if (fixed !== undefined && field.types.length === 1 && field.types[0] === 'String') return { const: fixed }
  const schemas = field.types.map(schemaOf)
  const [only] = schemas
  return schemas.length === 1 && only ? only : { anyOf: schemas }
}

const closedObject = (properties: Schema, required: string[]): Schema => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})

/** telegraf adds `hide: false` to buttons and allows plain strings as poll options; the platform takes both. */
function withoutLibraryQuirks(method: string, payload: Payload): Payload {
  const quirks: Payload = {}
  const markup = payload['reply_markup']
  if (markup !== undefined) quirks['reply_markup'] = withoutHideFalse(markup)
  const options = payload['options']
  if (method === 'sendPoll' && Array.isArray(options)) {
    quirks['options'] = options.map((option: unknown) => (typeof option === 'string' ? { text: option } : option))
  }
  return { ...payload, ...quirks }
}

function withoutHideFalse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutHideFalse)
  if (value === null || typeof value !== 'object') return value
  const kept = Object.entries(value).filter(([key, each]) => !(key === 'hide' && each === false))
  return Object.fromEntries(kept.map(([key, each]) => [key, withoutHideFalse(each)]))
}

/** Of the errors of all union branches the deepest one says most. */
function tell(errors: readonly ErrorObject[]): string {
  const depth = (error: ErrorObject) => error.instancePath.split('/').length
  const telling = errors.filter((error) => error.keyword !== 'anyOf')
  const [worst] = [...(telling.length > 0 ? telling : errors)].sort((a, b) => depth(b) - depth(a))
  if (!worst) return 'does not match'
  const extra = worst.params['additionalProperty'] ?? worst.params['allowedValue'] ?? ''
  return `${worst.instancePath || '/'} ${worst.message ?? 'does not match'}${extra === '' ? '' : ` (${String(extra)})`}`
}
