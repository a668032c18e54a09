import type { FastifyReply, FastifyRequest } from 'fastify'
import { mayUse } from '../../core/shared/dispatch.ts'
import type { ServerApp } from '../server-app.ts'
import { commandsOf } from './command-links.ts'
import type { Html } from './html.ts'
import { sayCommands, sayHtml, sayPlain, type Reader } from './reader.ts'

/** Whom the answer to a request is written for. */
export function readerOf(app: ServerApp, request: FastifyRequest): Reader {
  const { language } = request
  const commands = commandsOf(app.commands)
  const address = new URL(request.url, 'http://here')
  address.searchParams.delete('lang')
  return {
    language,
    address: `${address.pathname}${address.search}`,
    origin: app.publicOrigin,
    hasSandbox: app.sandbox !== undefined,
    isReviewer: request.session !== undefined && mayUse(request.session.actor, 'reviewer'),
    commands,
    say: (value) => sayHtml(app.speak, value, language),
    plain: (value) => sayPlain(app.speak, value, language),
    step: (value) => sayCommands(app.speak, value, language, commands),
  }
}

/** Pages differ by language, so whoever keeps them must look at what chose it. */
export function sendPage(reply: FastifyReply, page: Html): FastifyReply {
  return reply
    .header('cache-control', 'no-cache')
    .header('vary', 'accept-language, cookie')
    .type('text/html; charset=utf-8')
    .send(page.text)
}

/** A page for one person alone: nobody keeps it. */
export function sendPrivatePage(reply: FastifyReply, page: Html): FastifyReply {
  return reply
    .header('cache-control', 'no-store')
    .header('vary', 'accept-language, cookie')
    .type('text/html; charset=utf-8')
    .send(page.text)
}
