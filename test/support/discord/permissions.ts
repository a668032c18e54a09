import { PermissionFlagsBits } from 'discord-api-types/v10'

/** Every permission bit Discord defines today. */
export const ALL_PERMISSIONS = Object.values(PermissionFlagsBits).reduce((all, bit) => all | bit, 0n)

const bits = (...names: (keyof typeof PermissionFlagsBits)[]): bigint => names.reduce((all, name) => all | PermissionFlagsBits[name], 0n)

/** What @everyone may do in a new guild of the fake. */
export const EVERYONE_PERMISSIONS = bits(
  'ViewChannel',
  'SendMessages',
  'ReadMessageHistory',
  'AddReactions',
  'UseApplicationCommands',
  'Connect',
  'Speak',
)

/** What a well-invited bot has: no Administrator and no MentionEveryone. */
export const BOT_PERMISSIONS =
  EVERYONE_PERMISSIONS | bits('EmbedLinks', 'AttachFiles', 'ManageMessages', 'ManageRoles', 'SendMessagesInThreads', 'CreatePublicThreads')

/** What anyone has in a direct conversation with the bot. */
export const DM_PERMISSIONS = bits('ViewChannel', 'SendMessages', 'ReadMessageHistory', 'EmbedLinks', 'AttachFiles', 'AddReactions')

/** Administrator is every permission (developers/topics/permissions). */
export function has(granted: bigint, wanted: bigint): boolean {
  return (granted & PermissionFlagsBits.Administrator) !== 0n || (granted & wanted) === wanted
}
