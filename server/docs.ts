import swagger from '@fastify/swagger'
import swaggerUi from '@fastify/swagger-ui'
import type { FastifyInstance } from 'fastify'
import { jsonSchemaTransform, jsonSchemaTransformObject } from 'fastify-type-provider-zod'
import { ASSETS } from './pages/assets.ts'
import type { ServerApp } from './server-app.ts'

const DESCRIPTION = `Supply, schedule, periods, statements and leaderboard of a WePoS community.

Amounts are exact decimal text in PoS, and the same in nano (1 PoS = 1,000,000,000 nano). Instants are UTC.
Errors are application/problem+json (RFC 9457) in the language of Accept-Language (en, zh). 300 requests a minute from one address.`

/** The OpenAPI 3.1 document at /docs/json, made from the schemas of the routes, and a page to read and try it at /docs. Before the routes: it watches them. */
export async function registerDocs(server: FastifyInstance, app: ServerApp): Promise<void> {
  await server.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'WePoS', version: '1', description: DESCRIPTION },
      servers: [{ url: app.publicOrigin }],
      tags: [
        { name: 'economy' },
        { name: 'deposits' },
        { name: 'operations' },
        ...(app.sandbox === undefined ? [] : [{ name: 'sandbox' }]),
      ],
    },
    transform: jsonSchemaTransform,
    transformObject: (document) => withoutUnused(jsonSchemaTransformObject(document)),
  })
  await server.register(swaggerUi, {
    routePrefix: '/docs',
    logo: { type: ASSETS.icon.mediaType, content: ASSETS.icon.content, href: '/', target: '_self' },
    theme: { title: 'WePoS API' },
    // The page's own script and style are files; its drawings are data addresses, and it styles elements by script.
    staticCSP: {
      'default-src': ["'none'"],
      'script-src': ["'self'"],
      'style-src': ["'self'", "'unsafe-inline'"],
      'img-src': ["'self'", 'data:'],
      'connect-src': ["'self'"],
      'base-uri': ["'none'"],
      'frame-ancestors': ["'none'"],
      'form-action': ["'none'"],
    },
  })
}

type Document = ReturnType<typeof jsonSchemaTransformObject>

/** Leaves out what nothing refers to: every named schema comes twice, as what is sent and as what is received. */
function withoutUnused(document: Document): Document {
  const schemas = 'components' in document ? (document.components?.schemas ?? {}) : {}
  const referred = (value: unknown) => new Set(JSON.stringify(value).match(/(?<=#\/components\/schemas\/)[\w.-]+/g))
  const used = referred({ ...document, components: {} })
  // A set that grows while it is walked: what a used schema refers to is used too.
  for (const name of used) for (const inner of referred(schemas[name] ?? {})) used.add(inner)
  return { ...document, components: { schemas: Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name))) } }
}
