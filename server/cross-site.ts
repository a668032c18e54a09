import type { FastifyRequest } from 'fastify'
import { ProblemError, problems } from './problem.ts'

/**
 * Refuses writes that a page of another site sends with a visitor's browser: by Sec-Fetch-Site where the browser tells it, else by Origin.
 * Programs send neither and pass: they act with no one's cookies.
 */
export function refuseCrossSite(publicOrigin: string): (request: FastifyRequest) => Promise<void> {
  return async (request) => {
    if (request.method === 'GET' || request.method === 'HEAD') return
    const site = request.headers['sec-fetch-site']
    if (site !== undefined) {
      if (site !== 'same-origin' && site !== 'none') throw new ProblemError(problems.crossSite())
      return
    }
    const { origin } = request.headers
    if (origin !== undefined && origin !== publicOrigin && origin !== `${request.protocol}://${request.host}`) {
      throw new ProblemError(problems.crossSite())
    }
  }
}
