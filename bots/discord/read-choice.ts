import { ComponentType, type AnySelectMenuInteraction, type Guild } from 'discord.js'
import { optionToken } from '../../core/shared/press.ts'
import { CHOOSE } from './render-choice.ts'
import { WRITABLE } from './slash-options.ts'

/**
 * The choice of a member as dispatch takes it. What cannot have been chosen (no value, many values, a channel or role that the server does not have) is
 * an empty value, which dispatch refuses like every other that is not in the list.
 */
export function readChoice({ customId, componentType, values, guild }: AnySelectMenuInteraction): {
  readonly token: string
  readonly value?: string
} {
  const token = customId.startsWith(CHOOSE) ? customId.slice(CHOOSE.length) : customId
  const chosen = values.length === 1 ? (values[0] ?? '') : ''
  if (componentType === ComponentType.ChannelSelect) return { token, value: isChannelOf(guild, chosen) ? `<#${chosen}>` : '' }
  if (componentType === ComponentType.RoleSelect) return { token, value: guild?.roles.cache.has(chosen) === true ? `<@&${chosen}>` : '' }
  return /^\d{1,2}$/.test(chosen) ? { token: optionToken(token, Number(chosen)) } : { token, value: '' }
}

/**
 * Whether the server has such a channel, and messages can be left in it. Discord names with a choice (`resolved`) what the server has, and the client keeps
 * that; a channel that it knows of another server stays that server's.
 */
function isChannelOf(guild: Guild | null, id: string): boolean {
  const channel = guild?.channels.cache.get(id)
  return channel !== undefined && channel.guildId === guild?.id && WRITABLE.some((type) => type === channel.type)
}
