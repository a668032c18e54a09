import type { ChatAccount } from '../../core/shared/actor.ts'
import { cookieName, csrfOf, hashOf, newToken } from '../../server/authenticate.ts'
import type { ServerApp } from '../../server/server-app.ts'

/** A browser that is signed in as a chat account: the header `cookie` of its requests, and what its forms send as `csrf`. The account must have a member. */
export async function signedInAs(app: ServerApp, account: ChatAccount): Promise<{ cookie: string; csrf: string; id: string }> {
  const token = newToken()
  const id = hashOf(token)
  await app.web.sessions.open({ id, account, way: 'persona' }, app.web.now())
  return { cookie: `${cookieName(app, 'session')}=${token}`, csrf: csrfOf(token), id }
}
