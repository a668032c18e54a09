import type { DiagnosePort } from '../../core/guild/diagnose.ts'
import type { AnnounceChat, GuildPort } from '../../core/guild/guild.port.ts'
import { MAPPABLE } from '../../core/guild/mapped-roles.rules.ts'
import { LANGUAGES } from '../../core/shared/text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

/** Servers of the community, what was chosen for them, and roles of theirs that stand for ours. */
export function guildStore(tx: Tx): GuildPort {
  return {
    async served(platform, limit) {
      const rows = await tx.guild.findMany({ where: { platform, served: true }, orderBy: { changedAt: 'asc' }, take: limit })
      return rows.map(({ communityId, changedAt }) => ({ communityId, at: changedAt.getTime() }))
    },
    async serve({ platform, communityId }, served, by, at) {
      const changed = await tx.$executeRaw(
        served
          ? Prisma.sql`
              INSERT INTO guild (platform, community_id, served, changed_by, changed_at)
              VALUES (${platform}, ${communityId}, true, ${by}, ${new Date(at)})
              ON CONFLICT (platform, community_id) DO UPDATE
              SET served = true, changed_by = EXCLUDED.changed_by, changed_at = EXCLUDED.changed_at WHERE NOT guild.served`
          : Prisma.sql`
              UPDATE guild SET served = false, changed_by = ${by}, changed_at = ${new Date(at)}
              WHERE platform = ${platform} AND community_id = ${communityId} AND served`,
      )
      return changed === 1
    },
    async settings({ platform, communityId }) {
      const [guild, mappings] = await Promise.all([
        tx.guild.findUnique({ where: { platform_communityId: { platform, communityId } } }),
        tx.groupRole.findMany({ where: { platform, communityId }, orderBy: [{ role: 'asc' }, { groupRoleId: 'asc' }] }),
      ])
      return {
        language: LANGUAGES.find((known) => known === guild?.language),
        announceIn: announceChat(guild),
        mappings: mappings.flatMap(({ groupRoleId, role: name }) => {
          const role = MAPPABLE.find((known) => known === name)
          return role === undefined ? [] : [{ groupRoleId, role }]
        }),
      }
    },
    async choose({ platform, communityId }, { language, announceIn }, by, at) {
      const changed = {
        ...(language === undefined ? {} : { language }),
        ...(announceIn === undefined ? {} : { announceChatId: announceIn.chatId, announceThreadId: announceIn.threadId ?? null }),
        changedBy: by,
        changedAt: new Date(at),
      }
      const key = { platform, communityId }
      await tx.guild.upsert({ where: { platform_communityId: key }, create: { ...key, ...changed }, update: changed })
    },
    async map({ platform, communityId }, { groupRoleId, role }, by, at, limit) {
      // One at a time in a server: two operators at once could otherwise pass the bound together.
      await tx.$executeRaw(Prisma.sql`SELECT pg_advisory_xact_lock(hashtextextended(${`group_role:${platform}:${communityId}`}, 0))`)
      const there = await tx.groupRole.findMany({ where: { platform, communityId }, select: { groupRoleId: true, role: true } })
      if (there.some((each) => each.groupRoleId === groupRoleId && each.role === role)) return 'had-it'
      if (there.length >= limit) return 'too-many'
      await tx.groupRole.create({ data: { platform, communityId, groupRoleId, role, mappedBy: by, mappedAt: new Date(at) } })
      return 'mapped'
    },
    async unmap({ platform, communityId }, groupRoleId, role) {
      const removed = await tx.groupRole.deleteMany({ where: { platform, communityId, groupRoleId, role } })
      return removed.count === 1
    },
  }
}

function announceChat(guild: { announceChatId: string | null; announceThreadId: string | null } | null): AnnounceChat | undefined {
  const chatId = guild?.announceChatId ?? undefined
  const threadId = guild?.announceThreadId ?? undefined
  return chatId === undefined ? undefined : { chatId, ...(threadId === undefined ? {} : { threadId }) }
}

/** Where we write, for `diagnose`. */
export function usedChannels(tx: Tx): DiagnosePort['usedChannels'] {
  return {
    async chosen({ platform, communityId }) {
      const key = { platform, communityId }
      const guild = await tx.guild.findUnique({ where: { platform_communityId: key }, select: { announceChatId: true } })
      return guild?.announceChatId ?? undefined
    },
    async shown({ platform }, limit) {
      const latest = { _max: { shownAt: 'desc' } } as const
      const rows = await tx.card.groupBy({ by: ['chatId'], where: { platform }, orderBy: latest, take: limit })
      return rows.map(({ chatId }) => chatId)
    },
  }
}
