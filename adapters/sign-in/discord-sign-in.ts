import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { DiscordSignIn } from '../../core/identity/sign-in.port.ts'
import { Fault } from '../../core/shared/fault.ts'

const TIMEOUT_MS = 5_000
/** Both answers are a few hundred bytes. */
const MAX_ANSWER_BYTES = 64 * 1_024

const TokenAnswer = z.object({ access_token: z.string().min(1).max(2_000), token_type: z.string().regex(/^bearer$/i) })
const UserAnswer = z.object({
  id: z.string().regex(/^\d{15,20}$/),
  username: z.string().min(1).max(100),
  global_name: z.string().max(200).nullish(),
  locale: z.string().max(35).optional(),
  bot: z.boolean().optional(),
})

export interface DiscordSignInOptions {
  readonly clientId: string
  readonly clientSecret: string
  /** Such as `https://discord.com/api`. */
  readonly apiUrl: string
  /** Where Discord sends the browser back, as registered with Discord. */
  readonly redirectUri: string
}

/**
 * Discord's OAuth 2 (https://docs.discord.com/developers/topics/oauth2): only who somebody is, once. The token is asked one question and revoked. No error
 * carries what was sent or answered, because all of it is secret.
 */
export function createDiscordSignIn({ clientId, clientSecret, apiUrl, redirectUri }: DiscordSignInOptions): DiscordSignIn {
  const basic = `Basic ${Buffer.from(`${clientId}:${clientSecret}`).toString('base64')}`

  async function ask(path: string, init: RequestInit): Promise<{ status: number; body: unknown }> {
    let status: number
    let text: string
    try {
      const response = await fetch(`${apiUrl}${path}`, { ...init, redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS) })
      status = response.status
      text = await readBounded(response)
    } catch {
      throw new Fault('discord', 'the sign-in of Discord does not answer', { retryable: true })
    }
    if (status === 429 || status >= 500) throw new Fault('discord', `the sign-in of Discord answers ${status}`, { retryable: true })
    return { status, body: parsed(text) }
  }
  const post = (path: string, fields: Record<string, string>) =>
    ask(path, { method: 'POST', headers: { authorization: basic }, body: new URLSearchParams(fields) })

  return {
    authorizeUrl(state, verifier) {
      const query = new URLSearchParams({
        response_type: 'code',
        client_id: clientId,
        scope: 'identify',
        state,
        redirect_uri: redirectUri,
        code_challenge: createHash('sha256').update(verifier).digest('base64url'),
        code_challenge_method: 'S256',
      })
      return `${apiUrl}/oauth2/authorize?${query.toString()}`
    },
    async accountOf(code, verifier) {
      const fields = { grant_type: 'authorization_code', code, redirect_uri: redirectUri, code_verifier: verifier }
      const granted = await post('/oauth2/token', fields)
      if (granted.status === 401)
        throw new Fault('discord', 'Discord refuses DISCORD_CLIENT_ID and DISCORD_CLIENT_SECRET', { retryable: false })
      const token = TokenAnswer.safeParse(granted.body)
      if (granted.status !== 200 || !token.success) return undefined
      const { access_token } = token.data
      try {
        const { status, body } = await ask('/v10/users/@me', { headers: { authorization: `Bearer ${access_token}` } })
        const user = UserAnswer.safeParse(body)
        if (status !== 200 || !user.success || user.data.bot === true) return undefined
        const { id, username, global_name, locale } = user.data
        return {
          platform: 'discord',
          userId: id,
          name: global_name || username,
          handle: username,
          ...(locale === undefined ? {} : { locale }),
        }
      } finally {
        // Of no more use to anybody. When this fails it runs out by itself.
        await post('/oauth2/token/revoke', { token: access_token, token_type_hint: 'access_token' }).catch(() => undefined)
      }
    },
  }
}

async function readBounded({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of body ?? []) {
    length += chunk.length
    if (length > MAX_ANSWER_BYTES) throw new Error('the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
