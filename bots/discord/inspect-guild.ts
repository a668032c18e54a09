import { PermissionFlagsBits as Flags, type Client, type GuildBasedChannel, type GuildMember } from 'discord.js'
import type { GuildReport, Right } from '../../core/shared/chat-app.ts'
import { asFault } from './api-trouble.ts'

/** What the bot needs where it writes by itself; answers to commands need none of it. */
const NEEDED: readonly (readonly [Right, bigint])[] = [
  ['view', Flags.ViewChannel],
  ['send', Flags.SendMessages],
  ['send-in-threads', Flags.SendMessagesInThreads],
  ['history', Flags.ReadMessageHistory],
  ['embed', Flags.EmbedLinks],
  ['attach', Flags.AttachFiles],
]

/**
 * What the bot may do in a server, computed from the roles and overwrites that the gateway keeps up to date.
 * @param isRegistered asks Discord whether the commands offered there are the present ones
 * @returns undefined when no shard of this process has the server
 */
export async function inspectGuild(
  client: Client,
  guildId: string,
  chatIds: readonly string[],
  also: readonly string[],
  isRegistered: () => Promise<boolean>,
): Promise<GuildReport | undefined> {
  const guild = client.guilds.cache.get(guildId)
  const me = guild?.members.me
  if (guild === undefined || !guild.available || me === null || me === undefined) return undefined
  const reports = [
    ...chatIds.map((id) => ({ id, channel: guild.channels.cache.get(id), isWanted: true })),
    ...also.map((id) => ({ id, channel: guild.channels.cache.get(id), isWanted: false })),
  ].filter(({ channel, isWanted }) => channel !== undefined || isWanted)
  try {
    return {
      channels: reports.map(({ id, channel }) =>
        channel === undefined ? { name: id, missing: 'all' } : { name: `#${channel.name}`, missing: missingIn(channel, me) },
      ),
      commands: (await isRegistered()) ? 'registered' : 'missing',
      isAdministrator: me.permissions.has(Flags.Administrator),
    }
  } catch (error) {
    throw asFault(error)
  }
}

function missingIn(channel: GuildBasedChannel, me: GuildMember): 'all' | readonly Right[] {
  // A thread has the permissions of its channel.
  const granted = channel.permissionsFor(me)
  if (granted === null || !granted.has(Flags.ViewChannel)) return 'all'
  return NEEDED.filter(([, flag]) => !granted.has(flag)).map(([right]) => right)
}
