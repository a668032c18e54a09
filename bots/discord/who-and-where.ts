import { ChannelType, GuildMember, InteractionContextType, type Interaction } from 'discord.js'
import type { ChatAccount, ChatPlace } from '../../core/shared/actor.ts'

/** The account behind an interaction, named as others see it there: nickname, display name, user name. */
export function accountOf(interaction: Interaction): ChatAccount {
  const { member, user } = interaction
  const groupRoles = rolesOf(interaction)
  const nick = member instanceof GuildMember ? member.nickname : member?.nick
  return {
    platform: 'discord',
    userId: user.id,
    name: [nick, user.globalName, user.username].find((name) => name !== null && name !== undefined && name !== '') ?? user.id,
    handle: user.username,
    locale: interaction.locale,
    ...(groupRoles.length === 0 ? {} : { groupRoles }),
  }
}

/**
 * Ids of the roles that Discord says the account has in the server of the interaction: they come with every interaction, so they are those of now.
 * The role of everyone, whose id is the server's, is left out.
 */
function rolesOf({ member, guildId }: Interaction): readonly string[] {
  if (member === null) return []
  const ids = member instanceof GuildMember ? [...member.roles.cache.keys()] : member.roles
  return ids.filter((id) => id !== guildId)
}

/** Where an interaction happened. A thread is a place of its own inside its channel. */
export function placeOf(interaction: Interaction): ChatPlace {
  const { channel, channelId, guildId } = interaction
  const chatId = channelId ?? ''
  const isPrivate = interaction.context === InteractionContextType.BotDM || channel?.type === ChannelType.DM
  if (guildId === null) return { kind: isPrivate ? 'private' : 'group', chatId }
  const parentId = channel?.isThread() === true ? channel.parentId : null
  return { kind: 'group', communityId: guildId, ...(parentId === null ? { chatId } : { chatId: parentId, threadId: chatId }) }
}
