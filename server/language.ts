import type { FastifyInstance, FastifyRequest } from 'fastify'
import '@fastify/cookie'
import { LANGUAGES, type Language } from '../core/shared/text.ts'

const LANGUAGE_COOKIE = 'lang'
const A_YEAR_S = 31_536_000
/** Longer than any browser sends; the rest is not looked at. */
const MAX_HEADER = 400

/** The language that a request asks for: by `?lang=`, by what was chosen before, by its Accept-Language header, else the community's. */
export function languageOf(request: FastifyRequest, fallback: Language): Language {
  return (
    chosenIn(request) ?? knownLanguage(request.cookies[LANGUAGE_COOKIE]) ?? acceptedLanguage(request.headers['accept-language']) ?? fallback
  )
}

/** On every page a language that was chosen by `?lang=` stays chosen. Programs say what they want each time. */
export function keepChosenLanguage(server: FastifyInstance, isSecure: boolean): void {
  server.addHook('onRequest', async (request, reply) => {
    const chosen = chosenIn(request)
    if (chosen === undefined || request.url.startsWith('/api/')) return
    reply.setCookie(LANGUAGE_COOKIE, chosen, { path: '/', maxAge: A_YEAR_S, sameSite: 'lax', httpOnly: true, secure: isSecure })
  })
}

function chosenIn({ query }: FastifyRequest): Language | undefined {
  return knownLanguage(typeof query === 'object' && query !== null && 'lang' in query ? query.lang : undefined)
}

export function knownLanguage(value: unknown): Language | undefined {
  return LANGUAGES.find((language) => language === value)
}

/** The best of ours in an Accept-Language header (RFC 9110, 12.5.4): highest weight, then first named; undefined when none of ours is in it. */
export function acceptedLanguage(header: string | undefined): Language | undefined {
  const ranges = (header ?? '')
    .slice(0, MAX_HEADER)
    .split(',')
    .flatMap((range) => {
      const match = /^\s*([a-z]{2,3})(?:-[a-z0-9-]+)?\s*(?:;\s*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?\s*$/i.exec(range)
      if (match === null) return []
      const language = knownLanguage(match[1]!.toLowerCase())
      const weight = Number(match[2] ?? 1)
      return language !== undefined && weight > 0 ? [{ language, weight }] : []
    })
  return ranges.toSorted((a, b) => b.weight - a.weight)[0]?.language
}
