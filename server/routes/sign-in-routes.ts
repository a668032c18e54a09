import type { FastifyReply, FastifyRequest } from 'fastify'
import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import type { SignInWay } from '../../core/identity/session.port.ts'
import type { ChatAccount } from '../../core/shared/actor.ts'
import { MINUTE } from '../../core/shared/instant.ts'
import { personaAccount } from '../../core/shared/persona.ts'
import { hashOf, newToken, signIn, WEB_PLACE } from '../authenticate.ts'
import { sendPrivatePage, readerOf } from '../pages/send-page.ts'
import { signInPage } from '../pages/sign-in-page.ts'
import { endPreSession, knownPreSession, preSession, requirePreSession } from '../pre-session.ts'
import { ProblemError } from '../problem.ts'
import { returnPath } from '../return-path.ts'
import type { ServerApp } from '../server-app.ts'
import { signInProblems } from '../sign-in.problems.ts'

/** How long a sign-in that was begun may take. */
const BEGUN_MS = 10 * MINUTE
/** From one address; each may cost a question to a node or to Discord. */
const STARTS = { rateLimit: { max: 20, timeWindow: 60_000 } }
const PROOFS = { rateLimit: { max: 10, timeWindow: 60_000 } }
/** Wallets show the signed text as it is; English is what every wallet renders. */
const STATEMENT = 'Sign in. This moves nothing and costs nothing.'
const TELEGRAM_LOGIN = 'https://oauth.telegram.org/auth'

const To = z.string().max(500).optional()
const Csrf = z.string().max(100).optional()
const Query = z.object({ to: To })
const Returned = z.object({
  state: z.string().max(100).optional(),
  code: z.string().max(500).optional(),
  error: z.string().max(100).optional(),
})
const BegunDiscord = z.object({ verifier: z.string(), to: z.string() })
const BegunWallet = z.object({ address: z.string(), message: z.string(), to: z.string() })
const Telegram = z.strictObject({
  login: z.string().max(5_000).optional(),
  initData: z.string().max(5_000).optional(),
  to: To,
})
export const Address = z.string().min(1).max(60)
export const Signature = z.string().regex(/^0x(?:[0-9a-fA-F]{2}){64,2048}$/)
export const Nonce = z.string().regex(/^[A-Za-z0-9]{8,128}$/)

/** Signing in (spec 10, "Server"): every way ends in a session of a chat account. */
export function signInRoutes(app: ServerApp): FastifyPluginCallbackZod {
  const { web } = app

  /** Who was never seen becomes a member, as by the first command in a private chat (spec 02). */
  async function enter(request: FastifyRequest, reply: FastifyReply, account: ChatAccount, way: SignInWay, wallet?: string): Promise<void> {
    const known = await web.recognise(account, WEB_PLACE)
    if (known === undefined || known.memberId === '') await web.identify(account, WEB_PLACE)
    await signIn(app, request, reply, { account, way, ...(wallet === undefined ? {} : { wallet }) })
    endPreSession(app, reply)
  }

  return (server, _options, ready) => {
    const hide = { hide: true }
    const fromHere = requirePreSession(app)
    server.addHook('onSend', async (_request, reply) => {
      reply.header('cache-control', 'no-store')
    })

    server.get('/signin', { schema: { ...hide, querystring: Query } }, async (request, reply) => {
      const to = returnPath(request.query.to)
      if (request.session !== undefined) return reply.redirect(to, 303)
      const personas = (await app.sandbox?.personas()) ?? []
      const { csrf } = preSession(app, request, reply)
      return sendPrivatePage(reply, signInPage(readerOf(app, request), { to, csrf, personas, ways: web.ways }))
    })

    server.get('/signin/discord', { config: STARTS, schema: { ...hide, querystring: Query } }, async (request, reply) => {
      const { discord } = web.ways
      if (discord === undefined) throw new ProblemError(signInProblems.wayOff())
      const [state, verifier, now] = [newToken(), newToken() + newToken(), web.now()]
      await web.challenges.save(
        {
          id: hashOf(state),
          purpose: 'sign-in discord',
          boundTo: preSession(app, request, reply).id,
          content: JSON.stringify({ verifier, to: returnPath(request.query.to) }),
          expiresAt: now + BEGUN_MS,
        },
        now,
      )
      return reply.redirect(discord.authorizeUrl(state, verifier), 303)
    })

    server.get('/signin/discord/callback', { config: PROOFS, schema: { ...hide, querystring: Returned } }, async (request, reply) => {
      const { discord } = web.ways
      const { state, code, error } = request.query
      if (discord === undefined) throw new ProblemError(signInProblems.wayOff())
      const before = knownPreSession(app, request)
      const content =
        state === undefined || before === undefined
          ? undefined
          : await web.challenges.take(hashOf(state), 'sign-in discord', before.id, web.now())
      if (content === undefined) throw new ProblemError(signInProblems.expired())
      if (error !== undefined || code === undefined) throw new ProblemError(signInProblems.denied())
      const { verifier, to } = BegunDiscord.parse(JSON.parse(content))
      const account = await discord.accountOf(code, verifier)
      if (account === undefined) throw new ProblemError(signInProblems.discordRefused())
      await enter(request, reply, account, 'discord')
      return reply.redirect(to, 303)
    })

    server.get('/signin/telegram', { config: STARTS, schema: { ...hide, querystring: Query } }, async (request, reply) => {
      const { telegram } = web.ways
      if (telegram === undefined) throw new ProblemError(signInProblems.wayOff())
      const [before, now] = [preSession(app, request, reply), web.now()]
      await web.challenges.save(
        {
          id: telegramChallenge(before.id),
          purpose: 'sign-in telegram',
          boundTo: before.id,
          content: returnPath(request.query.to),
          expiresAt: now + BEGUN_MS,
        },
        now,
      )
      const query = new URLSearchParams({ bot_id: telegram.botId, origin: app.publicOrigin, return_to: `${app.publicOrigin}/signin` })
      return reply.redirect(`${TELEGRAM_LOGIN}?${query.toString()}`, 303)
    })

    server.post(
      '/signin/telegram',
      { config: PROOFS, preValidation: fromHere, schema: { ...hide, body: Telegram } },
      async (request, reply) => {
        const { telegram } = web.ways
        if (telegram === undefined) throw new ProblemError(signInProblems.wayOff())
        const { login, initData } = request.body
        const now = web.now()
        const to = login === undefined ? returnPath(request.body.to) : await begunTelegram(app, request)
        const proof = login === undefined ? telegram.readInitData(initData ?? '', now) : telegram.readLogin(login, now)
        if (proof === 'wrong') throw new ProblemError(signInProblems.telegramWrong())
        if (proof === 'old' || !(await web.challenges.useProof(proof.hash, proof.until, now)))
          throw new ProblemError(signInProblems.telegramOld())
        await enter(request, reply, proof.account, 'telegram')
        return reply.send({ to })
      },
    )

    server.post(
      '/signin/wallet/text',
      { config: STARTS, preValidation: fromHere, schema: { ...hide, body: z.strictObject({ address: Address, to: To }) } },
      async (request, reply) => {
        const { proof } = web.ways.wallet
        const read = proof.readAddress(request.body.address)
        if (!read.ok) throw new ProblemError(signInProblems.address())
        const [nonce, now] = [proof.newNonce(), web.now()]
        const { address } = read
        const expiresAt = now + BEGUN_MS
        const message = proof.writeMessage({ address, nonce, issuedAt: now, expiresAt, statement: STATEMENT })
        const content = JSON.stringify({ address, message, to: returnPath(request.body.to) })
        const boundTo = preSession(app, request, reply).id
        await web.challenges.save({ id: hashOf(nonce), purpose: 'sign-in wallet', boundTo, content, expiresAt }, now)
        return reply.send({ message, nonce })
      },
    )

    server.post(
      '/signin/wallet/prove',
      { config: PROOFS, preValidation: fromHere, schema: { ...hide, body: z.strictObject({ nonce: Nonce, signature: Signature }) } },
      async (request, reply) => {
        const { nonce, signature } = request.body
        const { wallet } = web.ways
        // Used up before it is looked at: whoever guesses has one guess.
        const content = await web.challenges.take(hashOf(nonce), 'sign-in wallet', preSession(app, request, reply).id, web.now())
        if (content === undefined) throw new ProblemError(signInProblems.expired())
        const { address, message, to } = BegunWallet.parse(JSON.parse(content))
        if (!(await wallet.proof.isSignedBy(address, message, signature))) throw new ProblemError(signInProblems.signature())
        // Not before it is proved: nobody else learns which wallets are members'.
        const account = await wallet.accountOf(address)
        if (account === undefined) throw new ProblemError(signInProblems.walletUnknown())
        await enter(request, reply, account, 'wallet', address)
        return reply.send({ to })
      },
    )

    const { sandbox } = app
    if (sandbox !== undefined) {
      const body = z.strictObject({ persona: z.string().max(40), to: To, csrf: Csrf })
      server.post('/signin/persona', { config: STARTS, preValidation: fromHere, schema: { ...hide, body } }, async (request, reply) => {
        const persona = (await sandbox.personas()).find(({ id }) => id === request.body.persona)
        if (persona === undefined) throw new ProblemError(signInProblems.wayOff())
        await enter(request, reply, personaAccount(persona), 'persona')
        return reply.redirect(returnPath(request.body.to), 303)
      })
    }
    ready()
  }
}

/** Telegram brings nothing of ours back, so what was begun is known by the browser alone. */
function telegramChallenge(beforeId: string): string {
  return hashOf(`telegram ${beforeId}`)
}

/** Where a Telegram login that this browser began leads; one that was begun elsewhere signs nobody in. */
async function begunTelegram(app: ServerApp, request: FastifyRequest): Promise<string> {
  const before = knownPreSession(app, request)?.id ?? ''
  const to = await app.web.challenges.take(telegramChallenge(before), 'sign-in telegram', before, app.web.now())
  if (to === undefined) throw new ProblemError(signInProblems.expired())
  return to
}
