import type { FastifyInstance, HTTPMethods } from 'fastify'
import { ProblemError, problems } from './problem.ts'

const METHODS: readonly HTTPMethods[] = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']

/** Watches routes as they are added; `complete` then answers every other method of their addresses with 405 and what is allowed (RFC 9110, 15.5.6). */
export function refuseOtherMethods(server: FastifyInstance): { complete(): void } {
  const known = new Map<string, Set<string>>()
  let isComplete = false
  server.addHook('onRoute', ({ url, method }) => {
    if (isComplete) return
    const methods = known.get(url) ?? new Set()
    for (const one of [method].flat()) methods.add(one.toUpperCase())
    known.set(url, methods)
  })
  return {
    complete() {
      isComplete = true
      for (const [url, methods] of known) {
        const others = METHODS.filter((method) => !methods.has(method))
        server.route({
          url,
          method: others,
          schema: { hide: true },
          handler: () => {
            throw new ProblemError(problems.method([...methods].toSorted()))
          },
        })
      }
    },
  }
}
