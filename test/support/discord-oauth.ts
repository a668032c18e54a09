import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

export interface DiscordUser {
  readonly id: string
  readonly username: string
  readonly global_name?: string | null
  readonly locale?: string
}

/** Discord's OAuth 2, as strict as its page says (developers/topics/oauth2; RFC 6749, 7009 and 7636): what that refuses is refused here. */
export interface DiscordOauth {
  readonly url: string
  /** The person at Discord says yes; gives where the browser is sent back. Fails as Discord does for a request that it would not show. */
  authorize(address: string, user: DiscordUser): string
  /** The person says no. */
  decline(address: string): string
  /** Tokens that were given out and are not revoked. */
  readonly live: ReadonlySet<string>
  /** Every secret that it has seen or given out. */
  readonly secrets: ReadonlySet<string>
  /** What the next requests of a path are answered with instead. */
  readonly trouble: Map<string, 'silence' | 'endless' | 503 | 'garbage'>
  stop(): Promise<void>
}

interface Code {
  readonly redirectUri: string
  readonly challenge: string
  readonly user: DiscordUser
  isUsed: boolean
}

export async function startDiscordOauth(client: {
  id: string
  secret: string
  redirectUris: () => readonly string[]
}): Promise<DiscordOauth> {
  const codes = new Map<string, Code>()
  const tokens = new Map<string, DiscordUser>()
  const live = new Set<string>()
  const secrets = new Set<string>([client.secret])
  const trouble: DiscordOauth['trouble'] = new Map()

  function grant(fields: URLSearchParams): [number, object] {
    if (fields.get('grant_type') !== 'authorization_code') return [400, { error: 'unsupported_grant_type' }]
    const code = codes.get(fields.get('code') ?? '')
    const verifier = fields.get('code_verifier') ?? ''
    secrets.add(verifier)
    const isRight =
      code !== undefined &&
      !code.isUsed &&
      code.redirectUri === fields.get('redirect_uri') &&
      /^[\w.~-]{43,128}$/.test(verifier) &&
      createHash('sha256').update(verifier).digest('base64url') === code.challenge
    // A code is spent by any try (RFC 6749, 4.1.2).
    if (code !== undefined) code.isUsed = true
    if (!isRight) return [400, { error: 'invalid_grant', error_description: 'Invalid "code" in request.' }]
    const token = `access-canary-${randomBytes(12).toString('hex')}`
    secrets.add(token)
    tokens.set(token, code.user)
    live.add(token)
    return [
      200,
      {
        access_token: token,
        token_type: 'Bearer',
        expires_in: 604_800,
        refresh_token: token.replace('access', 'refresh'),
        scope: 'identify',
      },
    ]
  }

  async function answer(request: IncomingMessage): Promise<[number, unknown]> {
    const path = new URL(request.url ?? '', 'http://x').pathname
    const body = new URLSearchParams(await textOf(request))
    const { authorization = '' } = request.headers
    if (request.method === 'POST' && (path === '/oauth2/token' || path === '/oauth2/token/revoke')) {
      const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true
      if (!isForm) return [400, { message: 'form required' }]
      const own = `Basic ${Buffer.from(`${client.id}:${client.secret}`).toString('base64')}`
      if (authorization !== own) return [401, { error: 'invalid_client' }]
      if (path === '/oauth2/token') return grant(body)
      live.delete(body.get('token') ?? '')
      return [200, {}]
    }
    if (request.method === 'GET' && path === '/v10/users/@me') {
      const token = authorization.replace(/^Bearer /, '')
      const user = live.has(token) ? tokens.get(token) : undefined
      return user === undefined ? [401, { message: '401: Unauthorized', code: 0 }] : [200, { discriminator: '0', avatar: null, ...user }]
    }
    return [404, { message: '404: Not Found', code: 0 }]
  }

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '', 'http://x').pathname
    const wrong = trouble.get(path)
    if (wrong === 'silence') return
    if (wrong === 'endless') {
      response.writeHead(200, { 'content-type': 'application/json' })
      const more = () => response.writable && response.write('"'.repeat(65_536), () => setImmediate(more))
      more()
      return
    }
    void (async () => {
      const [status, body] = await answer(request)
      response.writeHead(typeof wrong === 'number' ? wrong : status, { 'content-type': 'application/json' })
      response.end(wrong === 'garbage' ? '<html>' : JSON.stringify(body))
    })()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a server that listens on a port has such an address
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  function asked(address: string): URLSearchParams {
    const { origin, pathname, searchParams: query } = new URL(address)
    const problems = [
      origin !== url && 'host',
      pathname !== '/oauth2/authorize' && 'path',
      query.get('response_type') !== 'code' && 'response_type',
      query.get('client_id') !== client.id && 'client_id',
      query.get('scope') !== 'identify' && 'scope',
      !client.redirectUris().includes(query.get('redirect_uri') ?? '') && 'redirect_uri',
      query.get('code_challenge_method') !== 'S256' && 'code_challenge_method',
      !/^[\w-]{43}$/.test(query.get('code_challenge') ?? '') && 'code_challenge',
      (query.get('state') ?? '').length < 22 && 'state',
    ].filter((problem) => problem !== false)
    if (problems.length > 0) throw new Error(`Discord shows an error: ${problems.join(', ')}`)
    return query
  }
  const back = (query: URLSearchParams, result: Record<string, string>) =>
    `${query.get('redirect_uri')}?${new URLSearchParams({ ...result, state: query.get('state') ?? '' }).toString()}`
  return {
    url,
    live,
    secrets,
    trouble,
    authorize(address, user) {
      const query = asked(address)
      const code = `code-canary-${randomBytes(9).toString('hex')}`
      secrets.add(code)
      secrets.add(query.get('state') ?? '')
      codes.set(code, { redirectUri: query.get('redirect_uri') ?? '', challenge: query.get('code_challenge') ?? '', user, isUsed: false })
      return back(query, { code })
    },
    decline: (address) => back(asked(address), { error: 'access_denied', error_description: 'The resource owner denied the request' }),
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request.setEncoding('utf8')) text += String(chunk)
  return text
}
