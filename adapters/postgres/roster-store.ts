import type { Platform } from '../../core/shared/actor.ts'
import type { Resolved, RosterPort } from '../../core/attendance/check-in.port.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** Look-ups of a whole list at once: a roster of a thousand lines is two queries. */
export function rosterStore(tx: Tx): Pick<RosterPort, 'resolve' | 'attended'> {
  return {
    async resolve(platform: Platform, references) {
      const asked = references.map((reference) => reference.replace(/^<@!?(.+)>$/, '$1'))
      const rows = await tx.$queryRaw<{ place: bigint; id: string; name: string }[]>(Prisma.sql`
        SELECT DISTINCT q.place, m.id, m.name
        FROM unnest(${asked}::text[]) WITH ORDINALITY AS q (reference, place)
        JOIN LATERAL (
          SELECT member_id FROM chat_account a WHERE a.platform = ${platform} AND a.user_id = q.reference
          UNION ALL
          SELECT member_id FROM chat_account a WHERE a.platform = ${platform} AND a.handle = lower(ltrim(q.reference, '@'))
          UNION ALL
          SELECT member_root(id) FROM member WHERE id = q.reference
        ) found ON true
        JOIN member m ON m.id = found.member_id
        ORDER BY q.place`)
      const result: Resolved[] = references.map(() => undefined)
      for (const { place, id, name } of rows) {
        const index = Number(place) - 1
        result[index] = result[index] === undefined ? { memberId: id, name } : 'many'
      }
      return result
    },
    async attended(event, memberIds) {
      const rows = await tx.attendance.findMany({ where: { event, memberId: { in: [...memberIds] } }, select: { memberId: true } })
      return new Set(rows.map(({ memberId }) => memberId))
    },
  }
}
