import type pg from 'pg'
import { SAVE_CHECK_INS } from '../adapters/postgres/check-in.sql.ts'
import { eventCode } from '../core/attendance/attendance.types.ts'
import { rotatingCode } from '../core/attendance/check-in-code.ts'
import { replyToJson } from '../core/shared/reply.ts'
import type { PrismaClient } from '../prisma/generated/client.ts'
import { hmacSha256 } from '../adapters/hashing/hmac-sha256.ts'
import { BASE_REWARD, itemOf, memberId, type SceneEvent } from './check-in-scene.ts'

/**
 * The usual way: one Prisma interactive transaction for each check-in, which reads the same facts and writes the same rows as the store. Written as well as
 * this design allows: the rows that everyone fights for (budget of the period, counter of the event) come last, so that they are locked only briefly.
 */
export async function checkInByPrisma(prisma: PrismaClient, event: SceneEvent, index: number, key: string): Promise<void> {
  const checkIn = event.checkIn(index)
  const { memberId: member, at, code } = checkIn
  const rewardId = `att:${event.number}:${member}`
  await prisma.$transaction(
    async (tx) => {
      if ((await tx.auditLine.findUnique({ where: { key } })) !== null) return
      const [who, found] = [
        await tx.member.findUnique({ where: { id: member } }),
        await tx.event.findUnique({ where: { number: event.number } }),
      ]
      const earlier = await tx.attendance.findUnique({ where: { event_memberId: { event: event.number, memberId: member } } })
      const wrong = await tx.wrongCode.count({ where: { memberId: member, at: { gt: new Date(at - 600_000) } } })
      if (who === null || who.blocked || found === null || earlier !== null || wrong >= 5) throw new Error('refused')
      if (rotatingCode(hmacSha256, found.codeSecret, at) !== code) throw new Error('wrong code')
      const date = new Date(at)
      await tx.attendance.create({
        data: { event: event.number, memberId: member, evidence: 'rotating', grantId: rewardId, at: date },
      })
      const reference = eventCode(event.number)
      const amount = found.baseReward
      await tx.reward.create({
        data: { id: rewardId, memberId: member, kind: 'attendance', reference, amount, period: 1, status: 'granted', at: date },
      })
      const credit = `member:${member}`
      await tx.transfer.create({
        data: {
          id: `grant:${rewardId}`,
          debitAccount: 'period:1',
          creditAccount: credit,
          amount,
          kind: 'grant',
          reference,
          period: 1,
          at: date,
        },
      })
      await tx.account.upsert({
        where: { name: credit },
        create: { name: credit, balance: amount, earned: amount },
        update: { balance: { increment: amount }, earned: { increment: amount } },
      })
      const line = itemOf(checkIn, key).auditLine(decisionOf(event.number, amount))
      await tx.auditLine.create({ data: { ...line, reply: replyToJson(line.reply), at: date } })
      await tx.outboxRow.create({ data: { topic: 'event-card', subject: reference, payload: {}, createdAt: date } })
      const counted = await tx.event.updateMany({ where: { number: event.number, closedAt: null }, data: { attendees: { increment: 1 } } })
      const paid = await tx.account.updateMany({
        where: { name: 'period:1', balance: { gte: amount } },
        data: { balance: { decrement: amount } },
      })
      if (counted.count !== 1 || paid.count !== 1) throw new Error('refused')
    },
    { maxWait: 60_000, timeout: 60_000 },
  )
}

/** Column arrays of `count` decided check-ins, made before the clock runs. */
export function bulkValues(event: SceneEvent, from: number, count: number, keyPrefix: string): unknown[] {
  const indexes = Array.from({ length: count }, (_, offset) => from + offset)
  const at = new Date()
  const lines = indexes.map((index) =>
    itemOf(event.checkIn(index), `${keyPrefix}:${index}`).auditLine(decisionOf(event.number, BASE_REWARD)),
  )
  return [
    indexes.map(() => event.number),
    indexes.map(memberId),
    indexes.map(() => 'rotating'),
    indexes.map(() => at),
    indexes.map(() => BASE_REWARD.toString()),
    indexes.map(() => 'granted'),
    lines.map(({ key }) => key),
    indexes.map(memberId),
    lines.map(({ command }) => command),
    lines.map(({ input }) => input),
    lines.map(({ reply }) => replyToJson(reply)),
    1,
    [event.number],
    [count],
    [eventCode(event.number)],
    ...Array.from({ length: 6 }, () => []),
  ]
}

/** The most that this database does of the same work: 1,000 decided check-ins a statement, nothing read, nothing decided, nobody answered. */
export async function saveBulk(pool: pg.Pool, values: unknown[]): Promise<void> {
  await pool.query({ name: 'save-check-ins', text: SAVE_CHECK_INS, values })
}

function decisionOf(number: number, amount: bigint) {
  return { ok: true, event: eventNamed(number), evidence: 'rotating', amount, reward: 'granted' } as const
}

function eventNamed(number: number) {
  return {
    number,
    title: 'Town hall',
    place: 'Stage',
    startsAt: 0,
    endsAt: 0,
    opensAt: 0,
    closesAt: 0,
    capacity: null,
    baseReward: BASE_REWARD,
    evidence: 'rotating' as const,
    codeSecret: new Uint8Array(),
    attendees: 0,
    createdBy: memberId(0),
    closedAt: null,
  }
}
