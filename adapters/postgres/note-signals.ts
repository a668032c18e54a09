import { holdAnnounced } from '../../core/holds/hold-announced.ts'
import { holdTexts } from '../../core/holds/hold.texts.ts'
import type { Signal } from '../../core/holds/hold.types.ts'
import { isToBeHeld, SIGNALS_LAST } from '../../core/holds/signal.rules.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { announce } from './announce-intent.ts'
import type { Tx } from './database.ts'
import { COUNTED_SIGNAL, openHolds, toSeenSignal, type SignalRow } from './hold-store.ts'
import { notifyMembers } from './notify-member.ts'

/** How far a watch has come: a row of `setting` with a number; 0 when it never ran. */
export async function cursorOf(tx: Tx, key: string): Promise<bigint> {
  return BigInt((await tx.setting.findUnique({ where: { key } }))?.value ?? '0')
}

export async function moveCursor(tx: Tx, key: string, to: bigint): Promise<void> {
  const value = String(to)
  await tx.setting.upsert({ where: { key }, create: { key, value }, update: { value } })
}

/** Notes what was seen, once each, and lets payouts wait where it is enough; tells members and the committee. Gives how many members are newly held. */
export async function holdBySignals(tx: Tx, signals: readonly Signal[], now: Instant): Promise<number> {
  if (signals.length === 0) return 0
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO sybil_signal AS s (member_id, kind, subject, figure, seen_at)
    SELECT DISTINCT ON (member_id, kind, subject) member_id, kind, subject, figure, ${new Date(now)}::timestamptz
    FROM unnest(${signals.map(({ memberId }) => memberId)}::text[], ${signals.map(({ kind }) => kind)}::text[],
                ${signals.map(({ subject }) => subject)}::text[], ${signals.map(({ figure }) => figure)}::int[]) AS n (member_id, kind, subject, figure)
    ORDER BY member_id, kind, subject, figure DESC
    ON CONFLICT (member_id, kind, subject) DO UPDATE SET figure = EXCLUDED.figure
    WHERE s.kind IN ('burst', 'shared-wallet') AND s.figure < EXCLUDED.figure`)
  const suspects = await suspectsAmong(tx, [...new Set(signals.map(({ memberId }) => memberId))], now)
  const held = await openHolds(tx, suspects, now)
  if (held.length === 0) return 0
  await notifyMembers(tx, new Map(held.map((memberId) => [memberId, holdTexts.say('noticeHeld')])), now)
  await announce(tx, holdAnnounced('hold'), now)
  return held.length
}

async function suspectsAmong(tx: Tx, memberIds: readonly string[], now: Instant): Promise<readonly string[]> {
  const seen = await tx.$queryRaw<SignalRow[]>(Prisma.sql`
    SELECT s.member_id, s.kind, s.subject, s.figure, s.seen_at FROM sybil_signal s
    WHERE s.member_id = ANY (${[...memberIds]}::text[]) AND s.seen_at > ${new Date(now - SIGNALS_LAST)} AND ${COUNTED_SIGNAL}`)
  const cleared = await tx.memberHold.groupBy({
    by: ['memberId'],
    where: { memberId: { in: [...memberIds] }, state: 'cleared' },
    _max: { decidedAt: true },
  })
  const clearedAt = new Map(cleared.map(({ memberId, _max }) => [memberId, _max.decidedAt?.getTime()]))
  const byMember = Map.groupBy(seen, ({ member_id }) => member_id)
  return [...byMember]
    .filter(([memberId, rows]) => isToBeHeld(rows.flatMap(toSeenSignal), now, clearedAt.get(memberId)))
    .map(([memberId]) => memberId)
}
