import type { ChatMemory } from '../../core/chats/chats.port.ts'
import type { Platform } from '../../core/shared/actor.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Database, Tx } from './database.ts'
import { forgetPutOut } from './put-out.ts'

const MAX_TITLE = 256
/** A community has few groups; more is somebody who plays with the bot. */
const MOST_MOVES = 1_000

export function createChatMemory(database: Database): ChatMemory {
  const { prisma } = database
  return {
    async holdsBack({ platform, userId }) {
      const counted = await prisma.$executeRaw(Prisma.sql`
        UPDATE chat_account SET undelivered = undelivered + 1
        WHERE platform = ${platform} AND user_id = ${userId} AND unreachable_since IS NOT NULL`)
      return counted > 0
    },
    async lost({ platform, userId }, now) {
      await prisma.$executeRaw(Prisma.sql`
        UPDATE chat_account SET unreachable_since = ${new Date(now)}
        WHERE platform = ${platform} AND user_id = ${userId} AND unreachable_since IS NULL`)
    },
    async found({ platform, userId }) {
      await prisma.$executeRaw(Prisma.sql`
        UPDATE chat_account SET unreachable_since = NULL
        WHERE platform = ${platform} AND user_id = ${userId} AND unreachable_since IS NOT NULL`)
    },
    async setGroup({ platform, chatId, title, status }, now) {
      const name = title === undefined ? null : title.toWellFormed().replaceAll('\0', '').slice(0, MAX_TITLE)
      // Leaving the old id is part of a move, and comes before or after it.
      await prisma.$executeRaw(Prisma.sql`
        INSERT INTO chat (platform, chat_id, title, status, since) VALUES (${platform}, ${chatId}, ${name}, ${status}, ${new Date(now)})
        ON CONFLICT (platform, chat_id) DO UPDATE SET title = coalesce(EXCLUDED.title, chat.title), status = EXCLUDED.status,
          since = CASE WHEN chat.status = EXCLUDED.status THEN chat.since ELSE EXCLUDED.since END
        WHERE chat.status <> 'moved'`)
    },
    moved: (platform, from, to, now) =>
      database.transaction(async (tx) => {
        const isNew = await tx.$executeRaw(Prisma.sql`
          INSERT INTO chat (platform, chat_id, status, moved_to, since) VALUES (${platform}, ${from}, 'moved', ${to}, ${new Date(now)})
          ON CONFLICT (platform, chat_id) DO UPDATE SET status = 'moved', moved_to = EXCLUDED.moved_to, since = EXCLUDED.since
          WHERE chat.status <> 'moved'`)
        if (isNew === 0) return { keep: false, value: false }
        await rewrite(tx, platform, from, to)
        return { keep: true, value: true }
      }),
    async moves(platform) {
      const rows = await prisma.chat.findMany({
        where: { platform, movedTo: { not: null } },
        orderBy: { since: 'desc' },
        take: MOST_MOVES,
        select: { chatId: true, movedTo: true },
      })
      return rows.flatMap(({ chatId, movedTo }) => (movedTo === null ? [] : [{ from: chatId, to: movedTo }]))
    },
  }
}

/** Every row that names a group by its id. */
async function rewrite(tx: Tx, platform: Platform, from: string, to: string): Promise<void> {
  await tx.setting.updateMany({ where: { key: `home:${platform}`, value: from }, data: { value: to } })
  await tx.$executeRaw(Prisma.sql`
    UPDATE prompt SET chat_id = ${to} WHERE platform = ${platform} AND chat_id = ${from}
      AND NOT EXISTS (SELECT 1 FROM prompt p WHERE p.platform = prompt.platform AND p.user_id = prompt.user_id AND p.chat_id = ${to})`)
  // A question that is asked in private for a command of the group keeps the group with it: "<chat> <topic> <message>".
  await tx.$executeRaw(Prisma.sql`
    UPDATE prompt SET input = jsonb_set(input, '{@place}', to_jsonb(${to}::text || ' ' || split_part(input->>'@place', ' ', 2) || ' 0'))
    WHERE platform = ${platform} AND split_part(input->>'@place', ' ', 1) = ${from}`)
  await tx.$executeRaw(Prisma.sql`
    UPDATE guild SET community_id = ${to} WHERE platform = ${platform} AND community_id = ${from}
      AND NOT EXISTS (SELECT 1 FROM guild g WHERE g.platform = guild.platform AND g.community_id = ${to})`)
  await tx.$executeRaw(Prisma.sql`UPDATE guild SET announce_chat_id = ${to} WHERE platform = ${platform} AND announce_chat_id = ${from}`)
  await tx.$executeRaw(Prisma.sql`
    UPDATE button SET place = place || jsonb_build_object('chatId', ${to}::text, 'communityId', ${to}::text) WHERE place->>'communityId' = ${from}`)
  await forgetPutOut(tx, platform, from)
  await tx.card.deleteMany({ where: { platform, chatId: from } })
  await tx.$executeRaw(Prisma.sql`
    UPDATE announce_route SET chat_id = ${to} WHERE platform = ${platform} AND chat_id = ${from}
      AND NOT EXISTS (SELECT 1 FROM announce_route r WHERE r.platform = announce_route.platform AND r.topic = announce_route.topic
        AND r.thread_id = announce_route.thread_id AND r.chat_id = ${to})`)
  await tx.$executeRaw(Prisma.sql`
    UPDATE announce_route SET setup_of = ${to} WHERE platform = ${platform} AND setup_of = ${from}
      AND NOT EXISTS (SELECT 1 FROM announce_route r WHERE r.platform = announce_route.platform AND r.topic = announce_route.topic AND r.setup_of = ${to})`)
}
