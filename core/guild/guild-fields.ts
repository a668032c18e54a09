import type { Platform } from '../shared/actor.ts'
import { referenceField } from '../shared/field.ts'
import type { Refusal } from '../shared/refusal.ts'
import { isSnowflake, SNOWFLAKE } from '../shared/snowflake.ts'
import type { Text } from '../shared/text.ts'
import { guildTexts } from './guild.texts.ts'

const { say } = guildTexts

/** A channel by mention (`<#id>`) or id; gives the id. A plain number may be a chat of another platform: see {@link isChannelOf}. */
export const channelField = (label: Text) =>
  referenceField(label, 'channel', new RegExp(`^(?=<#${SNOWFLAKE}>$|-?\\d{1,20}$)(?:<#)?(-?\\d{1,20})>?$`), {
    code: 'input.channel_id',
    reason: say('notChannel', { field: label }),
    nextStep: say('notChannelNext'),
  })

/** A role of a server by mention (`<@&id>`) or id; gives the id. Discord alone has them. */
export const groupRoleField = (label: Text) =>
  referenceField(label, 'group-role', new RegExp(`^(?=<@&\\d+>$|\\d+$)(?:<@&)?(${SNOWFLAKE})>?$`), {
    code: 'input.group_role_id',
    reason: say('notGroupRole', { field: label }),
    nextStep: say('notGroupRoleNext'),
  })

/** Whether a number can be the id of a channel or chat of this platform. */
export function isChannelOf(platform: Platform, channel: string): boolean {
  return platform !== 'discord' || isSnowflake(channel)
}

export function noSuchChannel(label: Text): Refusal {
  const field = 'channel'
  return { code: 'input.channel_id', kind: 'invalid', reason: say('notChannel', { field: label }), nextStep: say('notChannelNext'), field }
}
