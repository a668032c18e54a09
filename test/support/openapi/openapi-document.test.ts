import { expect, test } from 'vitest'
import { OpenApiDocument } from './openapi-document.ts'

const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` })
const part = (type: number, properties: object) => ({
  type: 'object',
  required: ['type'],
  properties: { type: { type: 'integer', enum: [type] }, ...properties },
})
const document = new OpenApiDocument(
  {
    paths: {
      '/things/{id}': {
        parameters: [{ name: 'id', in: 'path', schema: { type: 'string', pattern: '^\\d+$' } }],
        post: {
          operationId: 'make',
          parameters: [{ name: 'wait', in: 'query', schema: { type: 'boolean' } }],
          requestBody: { required: true, content: { 'application/json': { schema: ref('Thing') } } },
          responses: { 200: { content: { 'application/json': { schema: ref('Answer') } } }, 204: {} },
        },
      },
      '/things/@me': { post: { operationId: 'me', responses: { 204: {} } } },
    },
    components: {
      schemas: {
        Thing: {
          type: 'object',
          properties: { name: { type: 'string', maxLength: 3 }, parts: { type: 'array', items: { oneOf: [ref('A'), ref('B')] } } },
        },
        A: part(1, { a: { type: 'string' } }),
        B: part(2, { inner: { oneOf: [{ type: 'null' }, ref('A')] } }),
        Base: { type: 'object', properties: { code: { type: 'integer' } }, required: ['code'] },
        Answer: { type: 'object', allOf: [ref('Base'), { type: 'object', properties: { more: { type: 'string' } } }] },
      },
    },
  },
  (schema) => schema,
)
const make = document.operation('POST', '/things/5')
const problems = (body: unknown, query = '', path = '/things/5') =>
  make?.checkRequest(path, new URLSearchParams(query), body).map((problem) => `${problem.path.join('.')} ${problem.keyword}`)

test('finds the operation, the exact path before the one with a parameter', () => {
  expect(make?.id).toBe('make')
  expect(document.operation('POST', '/things/@me')?.id).toBe('me')
  expect(document.operation('GET', '/things/5')).toBeUndefined()
  expect(document.operation('POST', '/things/5/more')).toBeUndefined()
})

test.each([
  [
    {
      name: 'abc',
      parts: [
        { type: 1, a: 'x' },
        { type: 2, inner: null },
      ],
    },
    [],
  ],
  [{ nmae: 'a' }, ['nmae additionalProperties']],
  [{ name: 'abcd' }, ['name maxLength']],
  [{ parts: [{ type: 2, inner: { type: 1, b: 1 } }] }, ['parts.0.inner.b additionalProperties']],
  [{ parts: [{ type: 3 }] }, ['parts.0.type enum']],
  [{ parts: [{}] }, ['parts.0.type required']],
  [undefined, [' required']],
])('%j: %j', (body, expected) => {
  expect(problems(body)).toEqual(expected)
})

test('judges parameters', () => {
  expect(problems({}, 'wait=true')).toEqual([])
  expect(problems({}, 'wait=maybe')).toEqual(['query.wait type'])
  expect(problems({}, 'wiat=true')).toEqual(['query.wiat additionalProperties'])
  expect(problems({}, '', '/things/x')).toEqual(['path.id pattern'])
})

test('judges answers, also those joined from parts', () => {
  expect(make?.checkResponse(200, { code: 1, more: 'x' })).toEqual([])
  expect(make?.checkResponse(200, { code: 1, mroe: 'x' })).toMatchObject([{ path: ['mroe'] }])
  expect(make?.checkResponse(200, { more: 'x' })).toMatchObject([{ path: ['code'] }])
  expect(make?.checkResponse(204, { code: 1 })).toMatchObject([{ keyword: 'body' }])
  expect(make?.checkResponse(418, undefined)).toMatchObject([{ keyword: 'status' }])
})
