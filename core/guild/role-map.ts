import { z } from 'zod'
import type { Actor } from '../shared/actor.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { choiceField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Mention } from '../shared/text.ts'
import { groupRoleField } from './guild-fields.ts'
import { requireGuild, type GuildKey, type GuildPort } from './guild.port.ts'
import { guildTexts } from './guild.texts.ts'
import { MAPPABLE, MAX_MAPPINGS, type MappableRole, type RoleMapping } from './mapped-roles.rules.ts'

const { say } = guildTexts
const ROLE_NAMES = {
  host: sharedTexts.say('role_host'),
  reviewer: sharedTexts.say('role_reviewer'),
  chair: sharedTexts.say('role_chair'),
}
const input = z.object({ groupRole: groupRoleField(say('groupRole')), role: choiceField(say('role'), MAPPABLE, ROLE_NAMES) })

const named = (id: string): Mention => ({ mention: 'group-role', id })

interface Changed {
  readonly groupRole: string
  readonly role: MappableRole
  readonly changed: boolean
}

/** Keeps a mapping after checking that it can mean anything: only platforms with roles have it, and a role of everyone's tells nobody apart. */
export async function mapRole(
  port: Pick<GuildPort, 'map'>,
  actor: Actor,
  guild: GuildKey,
  mapping: RoleMapping,
  field: string,
  now: Instant,
): Promise<Outcome<boolean>> {
  if (guild.platform !== 'discord')
    return refuse({ code: 'guild.no_roles', kind: 'invalid', reason: say('noRoles'), nextStep: say('noRolesNext') })
  // The platform's role of everyone has the id of the server.
  if (mapping.groupRoleId === guild.communityId)
    return refuse({ code: 'role.everyone', kind: 'invalid', reason: say('everyone'), nextStep: say('everyoneNext'), field })
  const result = await port.map(guild, mapping, actor.memberId, now, MAX_MAPPINGS)
  if (result !== 'too-many') return done(result === 'mapped')
  return refuse({ code: 'role.too_many', kind: 'limited', reason: say('tooMany', { max: MAX_MAPPINGS }), nextStep: say('tooManyNext') })
}

export const roleMapCommand = defineCommand({
  name: ['role', 'map'],
  summary: say('mapSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input,
  async run({ actor, now, port }: Run<GuildPort>, { groupRole, role }): Promise<Outcome<Changed>> {
    const guild = requireGuild(actor.account.platform, actor.place)
    if (!guild.ok) return guild
    const mapped = await mapRole(port, actor, guild.result, { groupRoleId: groupRole, role }, 'groupRole', now)
    return mapped.ok ? done({ groupRole, role, changed: mapped.result }) : mapped
  },
  render: ({ groupRole, role, changed }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say(changed ? 'mapped' : 'mapHad', { groupRole: named(groupRole), role: ROLE_NAMES[role] })],
  }),
})

export const roleUnmapCommand = defineCommand({
  name: ['role', 'unmap'],
  summary: say('unmapSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input,
  async run({ actor, port }: Run<GuildPort>, { groupRole, role }): Promise<Outcome<Changed>> {
    const guild = requireGuild(actor.account.platform, actor.place)
    return guild.ok ? done({ groupRole, role, changed: await port.unmap(guild.result, groupRole, role) }) : guild
  },
  render: ({ groupRole, role, changed }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say(changed ? 'unmapped' : 'unmapNone', { groupRole: named(groupRole), role: ROLE_NAMES[role] })],
  }),
})

export const roleMapsCommand = defineCommand({
  name: ['role', 'maps'],
  summary: say('mapsSummary'),
  access: 'operator',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  async run({ actor, port }: Run<GuildPort>): Promise<Outcome<readonly RoleMapping[]>> {
    const guild = requireGuild(actor.account.platform, actor.place)
    return guild.ok ? done((await port.settings(guild.result)).mappings) : guild
  },
  render: (mappings) =>
    mappings.length === 0
      ? { audience: 'private', tone: 'info', title: say('mapsTitle'), lines: [say('mapsNone'), say('mapsNext')] }
      : {
          audience: 'private',
          tone: 'info',
          title: say('mapsTitle'),
          lines: [say('mapsHow'), say('mapsNext')],
          table: {
            header: [say('columnNumber'), say('columnGroupRole'), say('columnRole')],
            rows: mappings.map(({ groupRoleId, role }, index) => [String(index + 1), named(groupRoleId), ROLE_NAMES[role]]),
          },
          // A role that was deleted can no longer be chosen in the platform's list, but its mapping can be removed here.
          buttons: mappings.map(({ groupRoleId, role }, index) => ({
            label: say('buttonUnmap', { number: index + 1, role: ROLE_NAMES[role] }),
            command: 'role unmap',
            input: { groupRole: groupRoleId, role },
            allowed: 'owner',
            style: 'danger',
          })),
        },
})
