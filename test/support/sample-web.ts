import { createWalletProof } from '../../adapters/chain/wallet-proof.ts'
import type { Challenge, Session } from '../../core/identity/session.port.ts'
import { ABSOLUTE_MS, isLive } from '../../core/identity/session.rules.ts'
import type { Actor, ChatAccount, ChatPlace } from '../../core/shared/actor.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { WebDoor } from '../../server/server-app.ts'

/** Sessions in memory, for pages that are shown without a database. */
export function sampleWeb(options: {
  now: () => Instant
  recognise: (account: ChatAccount, place: ChatPlace) => Promise<Actor | undefined>
}): WebDoor {
  const sessions = new Map<string, Session>()
  const challenges = new Map<string, Challenge>()
  const proofs = new Set<string>()
  const ofMember = async (memberId: string, now: Instant) => {
    const found: Session[] = []
    for (const session of sessions.values()) {
      const actor = await options.recognise(session.account, { kind: 'private', chatId: 'web' })
      if (actor?.memberId === memberId && isLive(session, now)) found.push(session)
    }
    return found
  }
  return {
    ...options,
    identify: async (account, place) => (await options.recognise(account, place))!,
    accountView: async () => ({ accounts: [], wallet: undefined }),
    ways: {
      discord: undefined,
      telegram: undefined,
      wallet: {
        proof: createWalletProof({
          chainId: 31_337,
          publicOrigin: 'http://localhost:8080',
          ownContracts: [],
          client: { verifyMessage: () => Promise.resolve(false) },
        }),
        accountOf: async () => undefined,
      },
    },
    sessions: {
      async open({ id, account, way }, now) {
        sessions.set(id, { id, account, way, createdAt: now, lastSeenAt: now, expiresAt: now + ABSOLUTE_MS })
      },
      async find(id, now) {
        const session = sessions.get(id)
        if (session === undefined || !isLive(session, now)) return undefined
        sessions.set(id, { ...session, lastSeenAt: now })
        return session
      },
      ofMember,
      async end(id, memberId, now) {
        const isTheirs = (await ofMember(memberId, now)).some((session) => session.id === id)
        return isTheirs && sessions.delete(id)
      },
      async endOthers(id, memberId, now) {
        const others = (await ofMember(memberId, now)).filter((session) => session.id !== id)
        for (const other of others) sessions.delete(other.id)
        return others.length
      },
      async renew(id, newId) {
        const session = sessions.get(id)
        if (session === undefined) return false
        sessions.delete(id)
        sessions.set(newId, { ...session, id: newId })
        return true
      },
    },
    challenges: {
      async save(challenge) {
        challenges.set(challenge.id, challenge)
      },
      async take(id, purpose, boundTo, now) {
        const found = challenges.get(id)
        challenges.delete(id)
        return found?.purpose === purpose && found.boundTo === boundTo && found.expiresAt > now ? found.content : undefined
      },
      async look(id, purpose, now) {
        const found = challenges.get(id)
        return found?.purpose === purpose && found.expiresAt > now ? found.content : undefined
      },
      async useProof(hash) {
        if (proofs.has(hash)) return false
        proofs.add(hash)
        return true
      },
    },
  }
}
