import { z } from 'zod'
import type { AuditLine, DispatchPort } from '../../core/shared/dispatch.ts'
import { replyFromJson, replyToJson } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { asFault, type Database, type Tx } from './database.ts'
import { rootOf } from './identity-store.ts'
import { mentionUnread } from './inbox-store.ts'
import { issueButtons } from './issue-buttons.ts'

const buttonInput = z.record(z.string(), z.string())
const keptPlace = z.object({
  kind: z.literal('group'),
  chatId: z.string(),
  threadId: z.string().exactOptional(),
  communityId: z.string().exactOptional(),
})
const keptValues = z.array(z.string())
/** 16 random bytes in base64url. */
const TOKEN = /^[\w-]{22}$/

type StorePart = Pick<
  DispatchPort<Tx>,
  'read' | 'write' | 'claimKey' | 'saveLine' | 'issueButtons' | 'mentionUnread' | 'takeButton' | 'releaseButton'
>

/** Transactions, saved answers and buttons for `dispatch`. */
export function dispatchStore(database: Database): StorePart {
  const { prisma } = database
  return {
    async read(work) {
      try {
        return await work(prisma)
      } catch (error) {
        throw asFault(error)
      }
    },
    write: (work) => database.transaction(work),
    async claimKey(tx, key, memberId, account): Promise<AuditLine | 'merged' | undefined> {
      // Two deliveries of one message at the same time: the second waits here until the first has committed, and then finds its line.
      await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${key}, 0))`)
      // Until this transaction ends the member is not merged into another: everything that is written by the id finds its member.
      const { platform = null, userId = null } = account ?? {}
      const [claim] = await tx.$queryRaw<{ own: boolean }[]>(Prisma.sql`SELECT claim_member(${memberId}, ${platform}, ${userId}) AS own`)
      if (claim?.own !== true) return 'merged'
      const line = await tx.auditLine.findUnique({ where: { key } })
      if (line === null) return undefined
      return { ...line, memberId: await rootOf(tx, line.memberId), reply: replyFromJson(line.reply), at: line.at.getTime() }
    },
    async saveLine(tx, line) {
      await tx.auditLine.create({ data: { ...line, reply: replyToJson(line.reply), at: new Date(line.at) } })
    },
    issueButtons,
    mentionUnread: (memberId, now) => mentionUnread(database, memberId, now),
    async takeButton(token, memberId, key, now) {
      // What a platform hands in may be anything, and PostgreSQL takes no zero byte.
      if (!TOKEN.test(token)) return { state: 'gone' }
      const button = await prisma.button.findUnique({ where: { token } })
      if (button === null || button.expiresAt.getTime() <= now) return { state: 'gone' }
      // What was given to an account before its member became part of another is still its own.
      if (button.memberId !== null && button.memberId !== memberId && (await rootOf(prisma, button.memberId)) !== memberId)
        return { state: 'other' }
      if (button.once) {
        const free = { OR: [{ usedAt: null }, { usedKey: key }] }
        const taken = await prisma.button.updateMany({ where: { token, ...free }, data: { usedAt: new Date(now), usedKey: key } })
        if (taken.count === 0) return { state: 'used' }
      }
      return {
        state: 'ready',
        command: button.command,
        input: buttonInput.parse(button.input),
        place: button.place === null ? undefined : keptPlace.parse(button.place),
        choice:
          button.field === null
            ? undefined
            : { field: button.field, values: button.options === null ? undefined : keptValues.parse(button.options) },
      }
    },
    async releaseButton(token, key) {
      await prisma.button.updateMany({ where: { token, usedKey: key }, data: { usedAt: null, usedKey: null } })
    },
  }
}
