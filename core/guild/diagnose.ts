import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { listText } from '../shared/list-text.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { GuildReport, Right } from '../shared/chat-app.ts'
import type { Text } from '../shared/text.ts'
import { diagnoseTexts } from './diagnose.texts.ts'
import { channelField, isChannelOf, noSuchChannel } from './guild-fields.ts'
import { requireGuild, type GuildKey } from './guild.port.ts'

const { say } = diagnoseTexts
const MAX_CHANNELS = 20

export interface DiagnosePort {
  readonly usedChannels: {
    /** The channel that was chosen for announcements. */
    chosen(guild: GuildKey): Promise<string | undefined>
    /** Where something is shown that is kept up to date, in any server of the platform, at most `limit`, the latest first. */
    shown(guild: GuildKey, limit: number): Promise<readonly string[]>
  }
  /**
   * What the platform says of us there; undefined when this process does not see the server.
   * @param also channels that are left out when they are not of this server
   */
  inspect(guild: GuildKey, chatIds: readonly string[], also: readonly string[]): Promise<GuildReport | undefined>
}

export const diagnoseCommand = defineCommand({
  name: ['diagnose'],
  summary: say('summary'),
  access: 'operator',
  effect: 'read',
  audience: 'private',
  input: z.object({ channel: channelField(say('channel')).optional() }),
  async run({ actor, port }: Run<DiagnosePort>, { channel }): Promise<Outcome<GuildReport>> {
    const guild = requireGuild(actor.account.platform, actor.place)
    if (!guild.ok) return guild
    if (channel !== undefined && !isChannelOf(guild.result.platform, channel)) return refuse(noSuchChannel(say('channel')))
    const here = actor.place.threadId ?? actor.place.chatId
    const chosen = channel === undefined ? await port.usedChannels.chosen(guild.result) : undefined
    const chatIds = [...new Set([channel ?? here, ...(chosen === undefined ? [] : [chosen])])]
    const shown = channel === undefined ? await port.usedChannels.shown(guild.result, MAX_CHANNELS) : []
    const also = shown.filter((id) => !chatIds.includes(id))
    const report = await port.inspect(guild.result, chatIds, also)
    return report === undefined
      ? refuse({ code: 'diagnose.unseen', kind: 'not_found', reason: say('unknown'), nextStep: say('unknownNext') })
      : done(report)
  },
  render({ channels, commands, isAdministrator }) {
    const isMissing = channels.some(({ missing }) => missing === 'all' || missing.length > 0)
    return {
      audience: 'private',
      tone: isMissing || commands === 'missing' ? 'fault' : 'info',
      title: say('title'),
      lines: [
        ...channels.map(({ name, missing }) => {
          if (missing === 'all') return say('gone', { channel: name, view: say('right_view') })
          return missing.length === 0 ? say('fine', { channel: name }) : say('missing', { channel: name, rights: listOf(missing) })
        }),
        ...(isMissing ? [say('fix')] : []),
      ],
      fields: [
        ...(commands === 'unknown'
          ? []
          : [{ label: say('commands'), value: say(commands === 'registered' ? 'commandsRegistered' : 'commandsMissing') }]),
        ...(isAdministrator ? [{ label: say('everyone'), value: say('administrator') }] : []),
      ],
    }
  },
})

const listOf = (rights: readonly Right[]): Text => listText(rights.map((right) => say(`right_${right}`)))
