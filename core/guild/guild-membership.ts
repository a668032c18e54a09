import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { textField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { requireGuild, type GuildPort } from './guild.port.ts'
import { guildTexts } from './guild.texts.ts'

const { say } = guildTexts
const SHOWN = 50

export const guildAddCommand = defineCommand({
  name: ['guild', 'add'],
  summary: say('addSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  // Given in the very server that is to be added, which is a stranger's until then.
  anywhere: true,
  input: z.object({}),
  async run({ actor, now, port }: Run<GuildPort>): Promise<Outcome<boolean>> {
    const guild = requireGuild(actor.account.platform, actor.place)
    return guild.ok ? done(await port.serve(guild.result, true, actor.memberId, now)) : guild
  },
  render: (changed) => ({
    audience: 'private',
    tone: 'done',
    lines: changed ? [say('added'), say('addedNext')] : [say('wasAdded')],
  }),
})

export const guildRemoveCommand = defineCommand({
  name: ['guild', 'remove'],
  summary: say('removeSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({ guild: textField(say('guildId'), { max: 64 }).optional() }),
  async run({ actor, now, port }: Run<GuildPort>, { guild: named }): Promise<Outcome<string>> {
    const { platform } = actor.account
    const guild = named === undefined ? requireGuild(platform, actor.place) : done({ platform, communityId: named })
    if (!guild.ok) return guild
    const { communityId } = guild.result
    if (await port.serve(guild.result, false, actor.memberId, now)) return done(communityId)
    return refuse({
      code: 'guild.not_added',
      kind: 'not_found',
      reason: say('notAdded', { guild: communityId }),
      nextStep: say('notAddedNext'),
    })
  },
  render: (guild) => ({ audience: 'private', tone: 'done', lines: [say('removed', { guild }), say('removedNext')] }),
})

export const guildListCommand = defineCommand({
  name: ['guild', 'list'],
  summary: say('listSummary'),
  access: 'operator',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ actor, port }: Run<GuildPort>): Promise<Outcome<readonly { communityId: string; at: Instant }[]>> =>
    done(await port.served(actor.account.platform, SHOWN)),
  render: (guilds) => ({
    audience: 'private',
    tone: 'info',
    title: say('listTitle'),
    lines: [
      ...(guilds.length === 0
        ? [say('listNone')]
        : guilds.map(({ communityId, at }) => say('listLine', { guild: communityId, at: { at } }))),
      say('listNext'),
    ],
  }),
})
