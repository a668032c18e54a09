import { holdAnnounced } from '../../core/holds/hold-announced.ts'
import type { HoldPort } from '../../core/holds/hold.port.ts'
import { SIGNAL_KINDS, type Hold, type SeenSignal } from '../../core/holds/hold.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { announce } from './announce-intent.ts'
import type { Tx } from './database.ts'
import { findMember, keepUnmerged } from './identity-store.ts'
import { notifyMember } from './notify-member.ts'

/** A member has few kinds of signals; of events only the latest are worth reading. */
const MOST_SIGNALS = 10

/** Members whose payouts wait for the committee. */
export function holdStore(tx: Tx): HoldPort {
  return {
    findMember: (platform, reference) => findMember(tx, platform, reference),
    async holdOf(memberId) {
      return (await readHolds(tx, Prisma.sql`h.member_id = ${memberId}`, 1))[0]
    },
    async waiting(limit) {
      const holds = await readHolds(tx, Prisma.sql`true`, limit)
      const all = await tx.memberHold.count({ where: { state: { not: 'cleared' } } })
      return { holds, more: Math.max(0, all - holds.length) }
    },
    async decide(memberId, to, by, reason, now) {
      await keepUnmerged(tx, memberId)
      const from = to === 'blocked' ? ['open'] : ['open', 'blocked']
      const decided = await tx.memberHold.updateMany({
        where: { memberId, state: { in: from } },
        data: { state: to, decidedAt: new Date(now), decidedBy: by, reason },
      })
      if (decided.count === 0) return false
      await tx.member.update({ where: { id: memberId }, data: { blocked: to === 'blocked' } })
      return true
    },
    async openByHand(memberId, now) {
      const opened = await tx.$executeRaw(Prisma.sql`
        INSERT INTO member_hold (member_id, opened_at) VALUES (${memberId}, ${new Date(now)})
        ON CONFLICT (member_id) WHERE state <> 'cleared' DO NOTHING`)
      return opened === 1
    },
    async appeal(memberId, reason, now) {
      const appealed = await tx.memberHold.updateMany({
        where: { memberId, state: { not: 'cleared' }, appealedAt: null },
        data: { appealedAt: new Date(now), appeal: reason },
      })
      if (appealed.count === 0) return false
      await announce(tx, holdAnnounced('appeal'), now)
      return true
    },
    notify: (memberId, text, now) => notifyMember(tx, memberId, text, now),
  }
}

interface HoldRow {
  member_id: string
  name: string
  opened_at: Date
  decided_at: Date | null
  state: 'open' | 'blocked'
  reason: string | null
  appeal: string | null
  signals: readonly Omit<SignalRow, 'member_id'>[]
}

/** A row of `sybil_signal`; inside of JSON its instant is text. */
export interface SignalRow {
  readonly member_id: string
  readonly kind: string
  readonly subject: string
  readonly figure: number
  readonly seen_at: Date | string
}

/** Of a row `s` of `sybil_signal`: what one person sent in twice, as two members who are one by now, is shared with nobody. */
export const COUNTED_SIGNAL = Prisma.sql`NOT EXISTS (
  SELECT 1 FROM submission o WHERE o.number = CASE s.kind WHEN 'shared-answers' THEN substr(s.subject, 5)::int END AND member_root(o.member_id) = s.member_id)`

async function readHolds(tx: Tx, where: Prisma.Sql, limit: number): Promise<readonly Hold[]> {
  const rows = await tx.$queryRaw<HoldRow[]>(Prisma.sql`
    SELECT h.member_id, m.name, h.opened_at, h.decided_at, h.state, h.reason, h.appeal,
           (SELECT coalesce(jsonb_agg(to_jsonb(n)), '[]') FROM (
              SELECT s.kind, s.subject, s.figure, s.seen_at FROM sybil_signal s WHERE s.member_id = h.member_id AND ${COUNTED_SIGNAL}
              ORDER BY s.seen_at DESC, s.kind, s.subject LIMIT ${MOST_SIGNALS}
            ) n) AS signals
    FROM member_hold h JOIN member m ON m.id = h.member_id
    WHERE h.state <> 'cleared' AND ${where}
    ORDER BY (h.appealed_at IS NULL), h.opened_at, h.id LIMIT ${limit}`)
  return rows.map((row) => ({
    memberId: row.member_id,
    name: row.name,
    openedAt: (row.decided_at ?? row.opened_at).getTime(),
    state: row.state,
    reason: row.reason ?? undefined,
    appeal: row.appeal ?? undefined,
    signals: row.signals.flatMap((signal) => toSeenSignal({ ...signal, member_id: row.member_id })),
  }))
}

/** None for a kind that this version does not know. */
export function toSeenSignal({ member_id: memberId, kind: name, subject, figure, seen_at }: SignalRow): readonly SeenSignal[] {
  const kind = SIGNAL_KINDS.find((known) => known === name)
  return kind === undefined ? [] : [{ memberId, kind, subject, figure, seenAt: new Date(seen_at).getTime() }]
}

/** True while payouts of a member wait; for the answer to a withdrawal. */
export async function isHeld(tx: Tx, memberId: string): Promise<boolean> {
  return (await tx.memberHold.count({ where: { memberId, state: 'open' } })) > 0
}

/** Opens holds for members of whom enough was seen; those who have one keep it. Gives who is newly held. */
export async function openHolds(tx: Tx, memberIds: readonly string[], now: Instant): Promise<readonly string[]> {
  const rows = await tx.$queryRaw<{ member_id: string }[]>(Prisma.sql`
    INSERT INTO member_hold (member_id, opened_at) SELECT id, ${new Date(now)} FROM unnest(${[...memberIds]}::text[]) AS m (id) ORDER BY id
    ON CONFLICT (member_id) WHERE state <> 'cleared' DO NOTHING RETURNING member_id`)
  return rows.map(({ member_id }) => member_id)
}
