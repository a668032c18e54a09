import { TOPICS } from '../../core/announce/announce.types.ts'
import { SETUP_TOPICS, type SetupPort } from '../../core/guild/setup.port.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** A thread of Discord is a channel of its own, whether it is named alone or with its channel; a topic of Telegram is none without its group. */
const SPOKEN_PLACE = Prisma.sql`CASE WHEN platform = 'discord' AND thread_id <> '' THEN thread_id || '/' ELSE chat_id || '/' || thread_id END`

/**
 * Announcement routes that `setup` makes; `setup_of` tells them from those of other servers and of hand. `choose` has locked the server's row, so that two
 * operators at once do not undo each other.
 */
export function setupRoutes(tx: Tx): Pick<SetupPort, 'announceIn' | 'announceInLanguage' | 'announcedIn'> {
  return {
    async announceIn({ platform, communityId }, { chatId, threadId = '' }, language, by, at) {
      // What is on its way to the channel before goes there still: it was announced while that was the channel.
      await tx.$executeRaw(Prisma.sql`
        DELETE FROM announce_route
        WHERE platform = ${platform} AND setup_of = ${communityId} AND NOT (chat_id = ${chatId} AND thread_id = ${threadId})`)
      await tx.$executeRaw(Prisma.sql`
        INSERT INTO announce_route (topic, platform, chat_id, thread_id, language, time_zone, roll_up, set_by, set_at, setup_of)
        SELECT topic, ${platform}, ${chatId}, ${threadId}, ${language}, 'UTC', false, ${by}, ${new Date(at)}, ${communityId}
        FROM unnest(${[...SETUP_TOPICS]}::text[]) AS topic
        WHERE NOT EXISTS (
          SELECT 1 FROM announce_route r WHERE r.topic = topic.topic AND r.platform = ${platform} AND ${SPOKEN_PLACE} = ${`${chatId}/${threadId}`})
        ON CONFLICT DO NOTHING`)
    },
    async announceInLanguage({ platform, communityId }, language) {
      await tx.announceRoute.updateMany({ where: { platform, setupOf: communityId }, data: { language } })
    },
    async announcedIn({ platform }, { chatId, threadId = '' }) {
      const rows = await tx.$queryRaw<{ topic: string }[]>(
        Prisma.sql`SELECT topic FROM announce_route WHERE platform = ${platform} AND ${SPOKEN_PLACE} = ${`${chatId}/${threadId}`}`,
      )
      return TOPICS.filter((topic) => rows.some((row) => row.topic === topic))
    },
  }
}
