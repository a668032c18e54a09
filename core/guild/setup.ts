import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { choiceField } from '../shared/field.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import type { Button, Reply } from '../shared/reply.ts'
import { LANGUAGES, type Language, type Text } from '../shared/text.ts'
import { channelField, groupRoleField } from './guild-fields.ts'
import { requireGuild, type GuildPort, type GuildSettings } from './guild.port.ts'
import { guildTexts } from './guild.texts.ts'
import { mapRole } from './role-map.ts'

const { say } = guildTexts
const LANGUAGE_NAMES = { en: say('english'), zh: say('chinese') }
const PARTS = ['channel', 'host', 'reviewer'] as const
type Part = (typeof PARTS)[number]
const QUESTIONS: Readonly<Record<Part, Text>> = { channel: say('askChannel'), host: say('askHost'), reviewer: say('askReviewer') }

/** Setup also knows what holds where nothing was chosen. */
export interface SetupPort extends GuildPort {
  readonly publicLanguage: Language
}

type Shown =
  | { readonly ask: Part }
  | { readonly settings: GuildSettings; readonly publicLanguage: Language; readonly changed: boolean; readonly hasRoles: boolean }

export const setupCommand = defineCommand({
  name: ['setup'],
  summary: say('setupSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({
    language: choiceField(say('setupLanguage'), LANGUAGES, LANGUAGE_NAMES).optional(),
    channel: channelField(say('setupChannel')).optional(),
    host: groupRoleField(say('setupHost')).optional(),
    reviewer: groupRoleField(say('setupReviewer')).optional(),
    /** Asks for one of the others; what the buttons use. */
    part: choiceField(say('setupPart'), PARTS, {
      channel: say('setupChannel'),
      host: say('setupHost'),
      reviewer: say('setupReviewer'),
    }).optional(),
  }),
  async run({ actor, now, port }: Run<SetupPort>, { language, channel, host, reviewer, part }): Promise<Outcome<Shown>> {
    const found = requireGuild(actor.account.platform, actor.place)
    if (!found.ok) return found
    const guild = found.result
    if (part !== undefined) return done({ ask: part })
    for (const [field, groupRoleId] of [
      ['host', host],
      ['reviewer', reviewer],
    ] as const) {
      const mapped = groupRoleId === undefined ? done(false) : await mapRole(port, actor, guild, { groupRoleId, role: field }, field, now)
      if (!mapped.ok) return mapped
    }
    if (language !== undefined || channel !== undefined) {
      const choice = { ...(language === undefined ? {} : { language }), ...(channel === undefined ? {} : { announceChatId: channel }) }
      await port.choose(guild, choice, actor.memberId, now)
    }
    return done({
      settings: await port.settings(guild),
      publicLanguage: port.publicLanguage,
      changed: [language, channel, host, reviewer].some((given) => given !== undefined),
      hasRoles: guild.platform === 'discord',
    })
  },
  render(shown): Reply {
    if ('ask' in shown)
      return {
        audience: 'private',
        tone: 'info',
        lines: [QUESTIONS[shown.ask]],
        ask: { command: 'setup', field: shown.ask, input: {} },
      }
    const { settings, publicLanguage, changed, hasRoles } = shown
    const roleIds = (role: Part): string =>
      settings.mappings
        .filter((mapping) => mapping.role === role)
        .map(({ groupRoleId }) => groupRoleId)
        .join(', ')
    const orNone = (value: string | undefined) => (value === undefined || value === '' ? say('notChosen') : value)
    return {
      audience: 'private',
      tone: changed ? 'done' : 'info',
      title: say('setupTitle'),
      lines: [say(changed ? 'setupDone' : 'setupHint')],
      fields: [
        {
          label: say('fieldLanguage'),
          value:
            settings.language === undefined
              ? say('byDefault', { language: LANGUAGE_NAMES[publicLanguage] })
              : LANGUAGE_NAMES[settings.language],
        },
        { label: say('fieldChannel'), value: orNone(settings.announceChatId) },
        ...(hasRoles
          ? [
              { label: say('fieldHosts'), value: orNone(roleIds('host')) },
              { label: say('fieldReviewers'), value: orNone(roleIds('reviewer')) },
            ]
          : []),
      ],
      buttons: buttons(hasRoles),
    }
  },
})

function buttons(hasRoles: boolean): readonly Button[] {
  const own = { command: 'setup', allowed: 'owner', style: 'plain' } as const
  return [
    ...LANGUAGES.map((language): Button => ({ ...own, label: LANGUAGE_NAMES[language], input: { language } })),
    { ...own, label: say('buttonChannel'), input: { part: 'channel' } },
    ...(hasRoles
      ? [
          { ...own, label: say('buttonHost'), input: { part: 'host' } },
          { ...own, label: say('buttonReviewer'), input: { part: 'reviewer' } },
        ]
      : []),
    { ...own, label: say('buttonDiagnose'), command: 'diagnose', input: {}, style: 'primary' },
  ]
}
