import { referenceField } from '../shared/field.ts'
import type { Text } from '../shared/text.ts'
import { guildTexts } from './guild.texts.ts'

const { say } = guildTexts

/** A channel by mention (`<#id>`) or id; gives the id. */
export const channelField = (label: Text) =>
  referenceField(label, 'channel', /^(?:<#)?(-?\d{1,20})>?$/, {
    code: 'input.channel_id',
    reason: say('notChannel', { field: label }),
    nextStep: say('notChannelNext'),
  })

/** A role of a server by mention (`<@&id>`) or id; gives the id. */
export const groupRoleField = (label: Text) =>
  referenceField(label, 'group-role', /^(?:<@&)?(\d{1,20})>?$/, {
    code: 'input.group_role_id',
    reason: say('notGroupRole', { field: label }),
    nextStep: say('notGroupRoleNext'),
  })
