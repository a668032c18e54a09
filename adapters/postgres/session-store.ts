import type { Session, Sessions } from '../../core/identity/session.port.ts'
import { SIGN_IN_WAYS } from '../../core/identity/session.port.ts'
import { ABSOLUTE_MS, isLive, isSeenAnew } from '../../core/identity/session.rules.ts'
import { PLATFORMS } from '../../core/shared/actor.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database } from './database.ts'

/** Sessions that are over are kept so long, for whoever has to look into something. */
const KEPT_MS = 30 * DAY

interface SessionRow {
  readonly id: Uint8Array
  readonly platform: string
  readonly user_id: string
  readonly way: string
  readonly name: string
  readonly handle: string | null
  readonly created_at: Date
  readonly last_seen_at: Date
  readonly expires_at: Date
}

/** A wallet signs in for as long as it is the live wallet of the account's member. */
const HOLDS = (now: Instant) => Prisma.sql`
  s.revoked_at IS NULL AND s.expires_at > ${new Date(now)}
  AND (s.wallet IS NULL OR EXISTS (SELECT FROM wallet w WHERE w.address = s.wallet AND w.member_id = a.member_id AND w.unlinked_at IS NULL))`
const COLUMNS = Prisma.sql`s.id, s.platform, s.user_id, s.way, a.name, a.handle, s.created_at, s.last_seen_at, s.expires_at`

export function sessionStore({ prisma }: Database): Sessions {
  return {
    async open({ id, account: { platform, userId }, way, wallet }, now) {
      await prisma.session.deleteMany({ where: { platform, userId, expiresAt: { lt: new Date(now - KEPT_MS) } } })
      await prisma.session.create({
        data: {
          id: bytes(id),
          platform,
          userId,
          way,
          wallet: wallet ?? null,
          createdAt: new Date(now),
          lastSeenAt: new Date(now),
          expiresAt: new Date(now + ABSOLUTE_MS),
        },
      })
    },
    async find(id, now) {
      const [row] = await prisma.$queryRaw<SessionRow[]>(Prisma.sql`
        SELECT ${COLUMNS} FROM session s JOIN chat_account a USING (platform, user_id) WHERE s.id = ${bytes(id)} AND ${HOLDS(now)}`)
      if (row === undefined) return undefined
      const session = toSession(row)
      if (!isLive(session, now)) return undefined
      if (isSeenAnew(session, now)) {
        // Never back: another process may have seen a later request first.
        const seen = { id: bytes(id), revokedAt: null, lastSeenAt: { lt: new Date(now) } }
        await prisma.session.updateMany({ where: seen, data: { lastSeenAt: new Date(now) } })
      }
      return session
    },
    async ofMember(memberId, now) {
      const rows = await prisma.$queryRaw<SessionRow[]>(Prisma.sql`
        SELECT ${COLUMNS} FROM session s JOIN chat_account a USING (platform, user_id)
        WHERE a.member_id = ${memberId} AND ${HOLDS(now)} ORDER BY s.created_at DESC, s.id LIMIT 100`)
      return rows.map(toSession).filter((session) => isLive(session, now))
    },
    end: async (id, memberId, now) => (await endWhere(memberId, now, Prisma.sql`s.id = ${bytes(id)}`)) === 1,
    endOthers: (id, memberId, now) => endWhere(memberId, now, Prisma.sql`s.id <> ${bytes(id)}`),
    async renew(id, newId, now) {
      const renewed = await prisma.$executeRaw(Prisma.sql`
        UPDATE session s SET id = ${bytes(newId)}, last_seen_at = greatest(s.last_seen_at, ${new Date(now)})
        FROM chat_account a
        WHERE a.platform = s.platform AND a.user_id = s.user_id AND s.id = ${bytes(id)} AND ${HOLDS(now)}`)
      return renewed === 1
    },
  }

  function endWhere(memberId: string, now: Instant, which: Prisma.Sql): Promise<number> {
    return prisma.$executeRaw(Prisma.sql`
      UPDATE session s SET revoked_at = ${new Date(now)} FROM chat_account a
      WHERE a.platform = s.platform AND a.user_id = s.user_id AND a.member_id = ${memberId} AND s.revoked_at IS NULL AND ${which}`)
  }
}

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}

function toSession(row: SessionRow): Session {
  const platform = PLATFORMS.find((known) => known === row.platform)
  const way = SIGN_IN_WAYS.find((known) => known === row.way)
  if (platform === undefined || way === undefined) throw new Error(`a session of ${row.platform} by ${row.way}`)
  return {
    id: Buffer.from(row.id).toString('hex'),
    account: { platform, userId: row.user_id, name: row.name, ...(row.handle === null ? {} : { handle: row.handle }) },
    way,
    createdAt: row.created_at.getTime(),
    lastSeenAt: row.last_seen_at.getTime(),
    expiresAt: row.expires_at.getTime(),
  }
}
