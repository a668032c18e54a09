import { randomBytes } from 'node:crypto'
import type { KeptAnswers } from '../../core/chats/chats.port.ts'
import { languageOfLocale } from '../../core/shared/dispatch.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { replyFromJson, replyToJson } from '../../core/shared/reply.ts'
import type { Database } from './database.ts'

const KEPT_MS = 3 * DAY

export function createKeptAnswers({ prisma }: Database): KeptAnswers {
  return {
    async keep({ platform, userId }, { reply, language, timeZone }, now) {
      const id = randomBytes(9).toString('base64url')
      const expiresAt = new Date(now + KEPT_MS)
      await prisma.keptAnswer.create({ data: { id, platform, userId, reply: replyToJson(reply), language, timeZone, expiresAt } })
      return id
    },
    async find(id, { platform, userId }, now) {
      const row = await prisma.keptAnswer.findUnique({ where: { id } })
      if (row === null || row.expiresAt.getTime() <= now) return undefined
      if (row.platform !== platform || row.userId !== userId) return 'other'
      return { reply: replyFromJson(row.reply), language: languageOfLocale(row.language), timeZone: row.timeZone }
    },
  }
}

/** Forgets answers that nobody can open any more; gives how many. */
export async function forgetKeptAnswers({ prisma }: Database, now: Instant): Promise<number> {
  return (await prisma.keptAnswer.deleteMany({ where: { expiresAt: { lt: new Date(now) } } })).count
}
