import type { Platform } from '../../core/shared/actor.ts'
import type { Membership } from '../../core/shared/chat-app.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Database, Tx } from './database.ts'
import { alertOperators, raiseFlag } from './settlement-alerts.ts'

const flagOf = (platform: Platform, communityId: string): string => `put-out:${platform}:${communityId}`

/** Tells operators when a bot was put out of a server of the community: once, until it is back. */
export function createMembership(
  database: Database,
  isServed: (platform: Platform, communityId: string) => Promise<boolean>,
  now: () => Instant,
): Membership {
  return {
    async putOut(platform, communityId) {
      if (!(await isServed(platform, communityId))) return
      await database.transaction(async (tx) => {
        const moved = await tx.chat.count({ where: { platform, chatId: communityId, status: 'moved' } })
        if (moved === 0 && (await raiseFlag(tx, flagOf(platform, communityId), String(now()))))
          await alertOperators(tx, 'bot-put-out', { platform, server: communityId }, now())
        return { keep: true, value: undefined }
      })
    },
    async isIn(platform, communityIds) {
      const keys = communityIds.map((id) => flagOf(platform, id))
      await database.prisma.setting.deleteMany({ where: { key: { in: keys } } })
    },
  }
}

/** A group that moved was left by its old id: that is no news. */
export async function forgetPutOut(tx: Tx, platform: Platform, communityId: string): Promise<void> {
  await tx.setting.deleteMany({ where: { key: flagOf(platform, communityId) } })
  await tx.outboxRow.deleteMany({
    where: { topic: 'operator-alert', subject: 'bot-put-out', deliveredAt: null, payload: { path: ['server'], equals: communityId } },
  })
}
