import { randomUUID } from 'node:crypto'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { linkPageAccount } from '../../core/identity/link-page.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { MINUTE } from '../../core/shared/instant.ts'
import { givenCsrf, hashOf, isSame, renewSession, WEB_PLACE } from '../authenticate.ts'
import { utcText } from '../pages/reader.ts'
import { readerOf, sendPrivatePage } from '../pages/send-page.ts'
import { wayName } from '../pages/way-name.ts'
import { walletPage } from '../pages/wallet-page.ts'
import { ProblemError, problems } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import { signInProblems } from '../sign-in.problems.ts'
import { signInTexts } from '../sign-in.texts.ts'
import { Address, Nonce, Signature } from './sign-in-routes.ts'

const LOOKS = { rateLimit: { max: 30, timeWindow: 60_000 } }
const PROOFS = { rateLimit: { max: 10, timeWindow: 60_000 } }
const SIGNING_MS = 10 * MINUTE
const Token = z
  .string()
  .regex(/^[0-9a-f]{32}$/)
  .optional()
const Asked = z.object({ memberId: z.string(), message: z.string() })

/** For whom a page links, and what shows it. */
interface Whose {
  readonly account: ChatAccount
  readonly memberId: string
  /** SHA-256 in hex of the page's token or of the session's: a text is signed where it was asked for. */
  readonly boundTo: string
}

/** Linking a wallet on a page (spec 02). The commands `wallet link` and `wallet confirm` decide; here is only who asks, and from where. */
export function walletRoutes(app: ServerApp): FastifyPluginCallbackZod {
  const { web } = app

  /** The token of the chat stands for its account, and needs no cookie; without one it is who is signed in, whose forms have a token of their own. */
  async function whose(request: FastifyRequest, token: string | undefined): Promise<Whose> {
    if (token === undefined) {
      const { session } = request
      if (session === undefined) throw new ProblemError(signInProblems.linkNobody())
      if (!isSame(givenCsrf(request), session.csrf)) throw new ProblemError(problems.csrf())
      return { account: session.account, memberId: session.actor.memberId, boundTo: session.id }
    }
    const boundTo = hashOf(token)
    const content = await web.challenges.look(boundTo, 'link page', app.now())
    const account = content === undefined ? undefined : linkPageAccount(content)
    const actor = account === undefined ? undefined : await web.recognise(account, WEB_PLACE)
    if (account === undefined || actor === undefined) throw new ProblemError(signInProblems.linkNobody())
    return { account, memberId: actor.memberId, boundTo }
  }

  const give = ({ account }: Whose, command: string, input: Record<string, string>): Promise<Answer> =>
    app.dispatch({ account, place: WEB_PLACE, command, input, key: `web:${randomUUID()}` })

  return (server, _options, ready) => {
    server.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })

    server.get('/wallet/link', { schema: { hide: true } }, async (request, reply) =>
      sendPrivatePage(reply, walletPage(readerOf(app, request), request.session)),
    )

    const whoseBody = z.strictObject({ token: Token })
    server.post('/wallet/link/whose', { config: LOOKS, schema: { hide: true, body: whoseBody } }, async (request, reply) => {
      const { account } = await whose(request, request.body.token)
      const sentence = signInTexts.say('linkFor', { name: account.name, platform: wayName(account.platform) })
      return reply.send({ sentence: readerOf(app, request).plain(sentence) })
    })

    const textBody = z.strictObject({ token: Token, address: Address })
    server.post('/wallet/link/text', { config: LOOKS, schema: { hide: true, body: textBody } }, async (request, reply) => {
      const asker = await whose(request, request.body.token)
      const answer = await give(asker, 'wallet link', { address: request.body.address })
      const message = answer.reply.verbatim
      const nonce = /^Nonce: ([A-Za-z0-9]+)$/m.exec(message ?? '')?.[1]
      if (message === undefined || nonce === undefined) return refused(reply, answer)
      const now = app.now()
      const content = JSON.stringify({ memberId: asker.memberId, message })
      await web.challenges.save(
        { id: hashOf(nonce), purpose: 'link wallet', boundTo: asker.boundTo, content, expiresAt: now + SIGNING_MS },
        now,
      )
      return reply.send({ message, nonce })
    })

    const proveBody = z.strictObject({ token: Token, nonce: Nonce, signature: Signature })
    server.post('/wallet/link/prove', { config: PROOFS, schema: { hide: true, body: proveBody } }, async (request, reply) => {
      const { token, nonce, signature } = request.body
      const asker = await whose(request, token)
      const now = app.now()
      // Used up before it is looked at, and only where it was asked for, for the same member still.
      const content = await web.challenges.take(hashOf(nonce), 'link wallet', asker.boundTo, now)
      const asked = content === undefined ? undefined : Asked.parse(JSON.parse(content))
      if (asked === undefined || asked.memberId !== asker.memberId) throw new ProblemError(signInProblems.linkExpired())
      const answer = await give(asker, 'wallet confirm', { signature: JSON.stringify({ msg: asked.message, sig: signature }) })
      if (answer.reply.tone !== 'done') return refused(reply, answer)
      if (token !== undefined) await web.challenges.take(hashOf(token), 'link page', '', now)
      // Whoever knew the session before knows it no more (ASVS 7.2.4).
      await renewSession(app, request, reply)
      return reply.send({ done: said(answer).join(' ') })
    })
    ready()

    /** What the command says, as a problem of this page. */
    function refused(reply: FastifyReply, answer: Answer): FastifyReply {
      const [title = '', ...rest] = said(answer)
      const status = answer.reply.tone === 'fault' ? 503 : 422
      return reply
        .code(status)
        .type('application/problem+json')
        .send(JSON.stringify({ type: 'about:blank', title, nextStep: rest.join(' '), status, code: answer.reply.code ?? 'fault' }))
    }

    function said({ reply: { lines }, language }: Answer): string[] {
      return lines.map((line) => app.speak(line, language, { escape: (plain) => plain, instant: (at) => utcText(at, language) }))
    }
  }
}
