import { existsSync, readFileSync } from 'node:fs'
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import formats from 'ajv-formats'
import { type Loosen, type Schema, SchemaCloser } from './close-schemas.ts'

/** One disagreement between a message and the document. `path` leads from the body (or `query`, `path`) to the wrong value. */
export interface Problem {
  readonly path: readonly string[]
  /** The JSON Schema keyword that failed, e.g. `maxLength`, `required`, `additionalProperties`. */
  readonly keyword: string
  readonly message: string
}

/** One operation of the document, with checks compiled when first used. */
export interface Operation {
  readonly id: string
  readonly template: string
  /** Checks path and query parameters and the JSON body. @param body undefined when the request had none */
  checkRequest(path: string, query: URLSearchParams, body: unknown): Problem[]
  /** Checks an answer. @param body undefined when the answer has none */
  checkResponse(status: number, body: unknown): Problem[]
}

interface Media {
  content?: Record<string, { schema?: Schema }>
  required?: boolean
  $ref?: string
}
interface Parameter {
  name: string
  in: string
  schema: Schema
}
interface RawOperation {
  operationId: string
  parameters?: Parameter[]
  requestBody?: Media
  responses: Record<string, Media>
}
const METHODS = ['get', 'put', 'post', 'delete', 'patch'] as const
type Method = (typeof METHODS)[number]
interface PathItem extends Partial<Record<Method, RawOperation>> {
  parameters?: Parameter[]
}
interface RawDocument {
  paths: Record<string, PathItem>
  components: { schemas: Record<string, Schema>; responses?: Record<string, Media> }
}

interface Template {
  readonly template: string
  readonly parts: readonly string[]
  readonly parameters: number
}

const ROOT = 'openapi://document'

/** An OpenAPI 3.1 document used as a judge: finds the operation of a request and lists what breaks its schemas. */
export class OpenApiDocument {
  readonly #raw: RawDocument
  readonly #ajv: Ajv2020
  readonly #closer: SchemaCloser
  /** Templates by method and number of segments: a request looks at few of them. */
  readonly #templates = new Map<string, Template[]>()
  readonly #operations = new Map<string, Operation>()
  readonly #checks = new Map<string, ValidateFunction>()

  constructor(raw: RawDocument, loosen: Loosen) {
    this.#raw = raw
    this.#closer = new SchemaCloser(raw.components.schemas, loosen)
    for (const [template, item] of Object.entries(raw.paths)) {
      const parts = template.split('/')
      const entry = { template, parts, parameters: parts.filter((part) => part.startsWith('{')).length }
      for (const verb of METHODS) {
        if (!item[verb]) continue
        const key = `${verb} ${parts.length}`
        this.#templates.set(key, [...(this.#templates.get(key) ?? []), entry])
      }
    }
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
    formats.default(this.#ajv)
    // The pattern next to these format names already says everything.
    this.#ajv.addFormat('snowflake', true)
    this.#ajv.addFormat('nonce', true)
    this.#ajv.addSchema({ $id: ROOT, components: { schemas: this.#closer.closeAll() } })
  }

  /** Reads the document. @returns undefined when the file is absent: the documents are not part of the project */
  static load(file: URL, loosen: Loosen): OpenApiDocument | undefined {
    if (!existsSync(file)) return undefined
    const raw: RawDocument = JSON.parse(readFileSync(file, 'utf8'))
    return new OpenApiDocument(raw, loosen)
  }

  /** @param path without the base of the server, decoded, e.g. `/channels/1/messages` */
  operation(method: string, path: string): Operation | undefined {
    const verb = METHODS.find((each) => each === method.toLowerCase())
    if (!verb) return undefined
    const segments = path.split('/')
    let best: Template | undefined
    for (const each of this.#templates.get(`${verb} ${segments.length}`) ?? []) {
      if (!each.parts.every((part, index) => part.startsWith('{') || part === segments[index])) continue
      if (!best || each.parameters < best.parameters) best = each
    }
    return best && this.#compile(verb, best.template)
  }

  #compile(method: Method, template: string): Operation {
    const key = `${method} ${template}`
    const known = this.#operations.get(key)
    if (known) return known
    const item = this.#raw.paths[template]
    const raw = item?.[method]
    if (!item || !raw) throw new Error(`the document has no ${key}`)
    const parameters = [...(item.parameters ?? []), ...(raw.parameters ?? [])]
    const operation: Operation = {
      id: raw.operationId,
      template,
      checkRequest: (path, query, body) => [
        ...this.#checkParameters(key, template, parameters, path, query),
        ...this.#checkBody(key, raw.requestBody, body),
      ],
      checkResponse: (status, body) => this.#checkResponse(key, raw, status, body),
    }
    this.#operations.set(key, operation)
    return operation
  }

  #checkParameters(key: string, template: string, parameters: Parameter[], path: string, query: URLSearchParams): Problem[] {
    const problems: Problem[] = []
    const names = template.split('/')
    const segments = path.split('/')
    for (const parameter of parameters.filter((each) => each.in === 'path')) {
      const value = segments[names.indexOf(`{${parameter.name}}`)]
      problems.push(...this.#run(`${key} path ${parameter.name}`, parameter.schema, value, ['path', parameter.name]))
    }
    for (const name of new Set(query.keys())) {
      const parameter = parameters.find((each) => each.in === 'query' && each.name === name)
      if (!parameter) {
        problems.push({ path: ['query', name], keyword: 'additionalProperties', message: 'is no parameter of this operation' })
        continue
      }
      const values = query.getAll(name).map(fromQuery)
      const value = parameter.schema['type'] === 'array' ? values : values[0]
      const asText = this.#run(`${key} query ${name}`, parameter.schema, query.get(name), ['query', name])
      if (asText.length > 0) problems.push(...this.#run(`${key} query ${name}`, parameter.schema, value, ['query', name]))
    }
    return problems
  }

  #checkBody(key: string, media: Media | undefined, body: unknown): Problem[] {
    const schema = media?.content?.['application/json']?.schema ?? media?.content?.['multipart/form-data']?.schema
    if (!schema) return body === undefined ? [] : [{ path: [], keyword: 'body', message: 'this operation takes no body' }]
    if (body === undefined) return media?.required ? [{ path: [], keyword: 'required', message: 'a body is required' }] : []
    return this.#run(`${key} body`, schema, body, [])
  }

  #checkResponse(key: string, raw: RawOperation, status: number, body: unknown): Problem[] {
    const named = raw.responses[String(status)] ?? raw.responses[`${Math.floor(status / 100)}XX`]
    if (!named) return [{ path: ['status'], keyword: 'status', message: `${status} is no answer of this operation` }]
    const media = named.$ref ? this.#raw.components.responses?.[named.$ref.slice(named.$ref.lastIndexOf('/') + 1)] : named
    const schema = media?.content?.['application/json']?.schema
    if (!schema) return body === undefined ? [] : [{ path: [], keyword: 'body', message: `an answer ${status} has no body` }]
    return this.#run(`${key} ${status}`, schema, body, [])
  }

  #run(key: string, schema: Schema, value: unknown, prefix: readonly string[]): Problem[] {
    let check = this.#checks.get(key)
    if (!check) {
      check = this.#ajv.compile({ allOf: [absolute(this.#closer.close(schema))] })
      this.#checks.set(key, check)
    }
    return check(value) ? [] : toProblems(check.errors ?? [], prefix)
  }
}

const MAX_PROBLEMS = 20
/** Keywords that only repeat what a deeper error says. */
const WRAPPERS = new Set(['oneOf', 'anyOf', 'allOf', 'if', 'then'])

function toProblems(errors: readonly ErrorObject[], prefix: readonly string[]): Problem[] {
  const told = errors.filter((error) => !WRAPPERS.has(error.keyword))
  // "must be null" of a nullable object says nothing when something inside the object is wrong.
  const inside = (error: ErrorObject): boolean =>
    told.some(
      (other) => other.instancePath.startsWith(`${error.instancePath}/`) || (other !== error && other.instancePath === error.instancePath),
    )
  const leaves = told.filter(
    (error) => !(error.keyword === 'type' && (error.params as { type?: unknown }).type === 'null' && inside(error)),
  )
  const seen = new Map<string, Problem>()
  for (const error of leaves.length > 0 ? leaves : errors) {
    const params = error.params as { additionalProperty?: string; missingProperty?: string }
    const extra = params.additionalProperty ?? params.missingProperty
    const path = [...prefix, ...error.instancePath.split('/').slice(1).map(unescapePointer), ...(extra === undefined ? [] : [extra])]
    const message = error.keyword === 'additionalProperties' ? 'is not a key of this object' : (error.message ?? error.keyword)
    seen.set(`${path.join('/')} ${message}`, { path, keyword: error.keyword, message })
  }
  return [...seen.values()].slice(0, MAX_PROBLEMS)
}

const unescapePointer = (part: string): string => part.replaceAll('~1', '/').replaceAll('~0', '~')

function fromQuery(text: string): unknown {
  if (text === 'true' || text === 'false') return text === 'true'
  return /^-?\d+$/.test(text) ? Number(text) : text
}

/** References of a schema taken out of the document must name the document. */
function absolute(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(absolute)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      key === '$ref' && typeof part === 'string' && part.startsWith('#') ? ROOT + part : absolute(part),
    ]),
  )
}
