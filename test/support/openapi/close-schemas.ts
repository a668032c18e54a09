/** A JSON Schema object as found in an OpenAPI 3.1 document. */
export interface Schema {
  [keyword: string]: unknown
}

/** What to change in a schema besides closing it; returns the replacement or the same object. Called on every subschema before its children. */
export type Loosen = (schema: Schema, name: string | undefined) => Schema

const isSchema = (value: unknown): value is Schema => typeof value === 'object' && value !== null && !Array.isArray(value)
const asList = (value: unknown): Schema[] => (Array.isArray(value) ? value.filter(isSchema) : [])

/**
 * Rewrites the schemas of an OpenAPI document so that they refuse what they do not mention.
 *
 * Three rewrites, none of which accepts more than the document does:
 * 1. an object with `properties` gets `additionalProperties: false`, else a misspelt key passes;
 * 2. an object written as `allOf` of objects is merged first, since closed parts would refuse each other's keys;
 * 3. a union of objects told apart by the values of `type` becomes one `if`/`then` per value: the same set of values, but the errors
 *    speak of the branch that was meant and not of all the others.
 */
export class SchemaCloser {
  readonly #named: ReadonlyMap<string, Schema>
  readonly #loosen: Loosen

  constructor(named: Readonly<Record<string, Schema>>, loosen: Loosen) {
    this.#named = new Map(Object.entries(named))
    this.#loosen = loosen
  }

  /** All named schemas, closed. */
  closeAll(): Record<string, Schema> {
    return Object.fromEntries([...this.#named].map(([name, schema]) => [name, this.close(schema, name)]))
  }

  /** One schema, closed, with its references left as they are. */
  close(original: Schema, name?: string): Schema {
    const schema = this.#loosen(this.#mergeObjectParts(original), name)
    const closed: Schema = {}
    for (const [keyword, value] of Object.entries(schema)) closed[keyword] = this.#closeKeyword(keyword, value)
    if (isSchema(schema['properties']) && !('additionalProperties' in schema)) closed['additionalProperties'] = false
    for (const union of ['oneOf', 'anyOf']) {
      const split = this.#splitByType(asList(schema[union]))
      if (!split) continue
      delete closed[union]
      closed['allOf'] = [...asList(closed['allOf']), split]
    }
    return closed
  }

  #closeKeyword(keyword: string, value: unknown): unknown {
    if (keyword === 'properties' && isSchema(value)) {
      return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, isSchema(part) ? this.close(part) : part]))
    }
    if ((keyword === 'items' || keyword === 'additionalProperties') && isSchema(value)) return this.close(value)
    if (keyword === 'oneOf' || keyword === 'anyOf' || keyword === 'allOf') return asList(value).map((part) => this.close(part))
    return value
  }

  #resolve(schema: Schema): Schema {
    const ref = schema['$ref']
    if (typeof ref !== 'string') return schema
    return this.#named.get(ref.slice(ref.lastIndexOf('/') + 1)) ?? schema
  }

  #mergeObjectParts(schema: Schema): Schema {
    const parts = asList(schema['allOf']).map((part) => this.#resolve(part))
    if (schema['type'] !== 'object' || parts.length === 0 || !parts.every((part) => isSchema(part['properties']))) return schema
    const { allOf: _allOf, ...rest } = schema
    const all = [rest, ...parts]
    return {
      ...rest,
      properties: Object.fromEntries(all.flatMap((part) => Object.entries(part['properties'] ?? {}))),
      required: all.flatMap((part) => (Array.isArray(part['required']) ? part['required'] : [])),
    }
  }

  #typeValues(branch: Schema): readonly unknown[] | undefined {
    const properties = this.#resolve(branch)['properties']
    const type = isSchema(properties) ? properties['type'] : undefined
    return isSchema(type) && Array.isArray(type['enum']) ? type['enum'] : undefined
  }

  #splitByType(branches: readonly Schema[]): Schema | undefined {
    const objects = branches.filter((branch) => branch['type'] !== 'null')
    if (objects.length < 2) return undefined
    const values = objects.map((branch) => this.#typeValues(branch))
    const all = values.flat()
    if (values.includes(undefined) || new Set(all).size !== all.length) return undefined
    return {
      type: objects.length === branches.length ? 'object' : ['object', 'null'],
      required: ['type'],
      properties: { type: { enum: all } },
      allOf: objects.map((branch, index) => ({
        if: { type: 'object', required: ['type'], properties: { type: { enum: values[index] } } },
        // oxlint-disable-next-line unicorn/no-thenable -- the keyword of JSON Schema, in an object that is never awaited
        then: this.close(branch),
      })),
    }
  }
}
