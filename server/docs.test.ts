import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { OpenApiDocument } from '../test/support/openapi/openapi-document.ts'
import { createSampleServer, SAMPLE_PERSONAS } from '../test/support/sample-server.ts'
import { createServer } from './app.ts'

type RawDocument = ConstructorParameters<typeof OpenApiDocument>[0]

let server: FastifyInstance
let raw: RawDocument & { openapi: string }
let document: OpenApiDocument
beforeAll(async () => {
  server = await createServer(createSampleServer().app)
  raw = (await server.inject('/docs/json')).json()
  document = new OpenApiDocument(raw, (schema) => schema)
})
afterAll(() => server.close())

test('the document is OpenAPI 3.1, names every operation once, and every reference leads somewhere', () => {
  expect(raw.openapi).toBe('3.1.0')
  const operations = Object.entries(raw.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, value]) => ({ path, method, value })),
  )
  const ids = operations.map(({ value }) => (value as { operationId?: string }).operationId)
  expect(ids).not.toContain(undefined)
  expect(new Set(ids).size).toBe(ids.length)
  expect(Object.keys(raw.paths)).toEqual(
    expect.arrayContaining([
      '/api/v1/supply',
      '/api/v1/periods/{number}/statement',
      '/health/ready',
      '/metrics',
      '/api/v1/sandbox/commands',
    ]),
  )
  // Pages, pictures and the document itself are no part of the API.
  expect(Object.keys(raw.paths).filter((path) => !/^\/(api\/v1|health|metrics)/.test(path))).toEqual([])
  const names = new Set(Object.keys(raw.components.schemas))
  const referred = new Set([...JSON.stringify(raw).matchAll(/#\/components\/schemas\/([\w.-]+)/g)].map((match) => match[1]!))
  expect([...referred].filter((name) => !names.has(name))).toEqual([])
  expect([...names].filter((name) => !referred.has(name))).toEqual([])
})

test.each([
  '/api/v1/supply',
  '/api/v1/schedule',
  '/api/v1/periods',
  '/api/v1/periods/1',
  '/api/v1/periods/13',
  '/api/v1/rewards',
  '/api/v1/leaderboard?limit=3',
  '/api/v1/deployment',
  `/api/v1/deposits/terms?owner=0x${'ab'.repeat(20)}&amount=12.5`,
  '/api/v1/sandbox/personas',
  '/api/v1/sandbox/commands',
  '/health/live',
  '/health/ready',
])('what %s answers is what the document says', async (url) => {
  const { pathname, searchParams } = new URL(url, 'http://x')
  const operation = document.operation('GET', pathname)!
  const response = await server.inject(url)
  // A path is text to the checker: the number in it was checked by the server.
  expect(operation.checkRequest(pathname, searchParams, undefined).filter(({ path }) => path[0] !== 'path')).toEqual([])
  expect(operation.checkResponse(response.statusCode, response.json())).toEqual([])
})

test.each([
  { line: 'balance' },
  { line: 'sign' },
  { line: 'list everything 3' },
  { command: 'event create', input: {} },
  { button: 'none' },
])('what the sandbox answers to %o is what the document says', async (turn) => {
  const body = { persona: SAMPLE_PERSONAS[0]!.id, ...turn }
  const operation = document.operation('POST', '/api/v1/sandbox/commands')!
  expect(operation.checkRequest('/api/v1/sandbox/commands', new URLSearchParams(), body)).toEqual([])
  const response = await server.inject({
    method: 'POST',
    url: '/api/v1/sandbox/commands',
    headers: { 'idempotency-key': `docs-test-${JSON.stringify(turn).replace(/\W/g, '')}` },
    payload: body,
  })
  expect(response.statusCode).toBe(200)
  expect(operation.checkResponse(200, response.json())).toEqual([])
})

test('a problem is what the document says, whatever the operation', async () => {
  const schema = raw.components.schemas['Problem'] as { required: string[]; properties: object }
  const problem = (await server.inject('/api/v1/periods/99')).json<Record<string, unknown>>()
  expect(Object.keys(problem).filter((name) => !(name in schema.properties))).toEqual([])
  expect(schema.required.filter((name) => !(name in problem))).toEqual([])
})

test('the page of the document loads, with the sandbox only while there is one', async () => {
  const page = await server.inject('/docs')
  expect(page.statusCode).toBe(200)
  expect(page.body).toContain('WePoS API')
  const without = await createServer(createSampleServer({ sandbox: undefined }).app)
  try {
    expect((await without.inject('/docs/json')).body).not.toContain('sandbox')
    expect((await without.inject('/sandbox')).statusCode).toBe(404)
    expect((await without.inject({ method: 'POST', url: '/api/v1/sandbox/commands', payload: {} })).statusCode).toBe(404)
    expect((await without.inject('/')).body).not.toContain('/sandbox')
  } finally {
    await without.close()
  }
})
