import type { Challenges } from '../../core/identity/session.port.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database } from './database.ts'

/** What is too old is taken away by whoever comes next, a few rows at a time. */
const SWEPT = 100

export function challengeStore({ prisma }: Database): Challenges {
  return {
    async save({ id, purpose, boundTo, content, expiresAt }, now) {
      await prisma.$executeRaw(Prisma.sql`
        DELETE FROM web_challenge WHERE id IN (
          SELECT id FROM web_challenge WHERE expires_at <= ${new Date(now)} ORDER BY expires_at LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED)`)
      const row = { id: bytes(id), purpose, boundTo: bytes(boundTo), content, expiresAt: new Date(expiresAt) }
      await prisma.webChallenge.upsert({ where: { id: row.id }, create: row, update: row })
    },
    async take(id, purpose, boundTo, now) {
      // Deleted first, looked at then: of two who come at once one has it, and a wrong try leaves nothing to try again.
      const [taken] = await prisma.$queryRaw<{ purpose: string; bound_to: Uint8Array; content: string; expires_at: Date }[]>(Prisma.sql`
        DELETE FROM web_challenge WHERE id = ${bytes(id)} RETURNING purpose, bound_to, content, expires_at`)
      if (taken === undefined || taken.purpose !== purpose || taken.expires_at.getTime() <= now) return undefined
      return Buffer.from(taken.bound_to).toString('hex') === boundTo ? taken.content : undefined
    },
    async look(id, purpose, now) {
      const found = await prisma.webChallenge.findFirst({ where: { id: bytes(id), purpose, expiresAt: { gt: new Date(now) } } })
      return found?.content
    },
    async useProof(hash, until, now) {
      await prisma.$executeRaw(Prisma.sql`
        DELETE FROM used_proof WHERE hash IN (
          SELECT hash FROM used_proof WHERE expires_at <= ${new Date(now)} ORDER BY expires_at LIMIT ${SWEPT} FOR UPDATE SKIP LOCKED)`)
      const added = await prisma.usedProof.createMany({ data: [{ hash: bytes(hash), expiresAt: new Date(until) }], skipDuplicates: true })
      return added.count === 1
    },
  }
}

function bytes(hex: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(hex, 'hex'))
}
