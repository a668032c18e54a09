import { z } from 'zod'
import { announceTexts } from '../announce/announce.texts.ts'
import type { Topic } from '../announce/announce.types.ts'
import type { Actor } from '../shared/actor.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { booleanField, choiceField } from '../shared/field.ts'
import { listText } from '../shared/list-text.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { Button, Choice, Reply } from '../shared/reply.ts'
import { LANGUAGES, type Language, type Text, type TextValue } from '../shared/text.ts'
import { channelField, groupRoleField, isChannelOf, noSuchChannel } from './guild-fields.ts'
import { requireGuild, type AnnounceChat, type GuildKey, type GuildSettings } from './guild.port.ts'
import { guildTexts } from './guild.texts.ts'
import { mapRole } from './role-map.ts'
import type { SetupPort } from './setup.port.ts'

const { say } = guildTexts
const LANGUAGE_NAMES = { en: say('english'), zh: say('chinese') }

interface Shown {
  readonly settings: GuildSettings
  readonly publicLanguage: Language
  /** What is announced in the chosen channel. */
  readonly topics: readonly Topic[]
  readonly changed: 'nothing' | 'something' | 'announcements'
}

export const setupCommand = defineCommand({
  name: ['setup'],
  summary: say('setupSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({
    language: choiceField(say('setupLanguage'), LANGUAGES, LANGUAGE_NAMES).optional(),
    channel: channelField(say('setupChannel')).optional(),
    here: booleanField(say('setupHere')).optional(),
    host: groupRoleField(say('setupHost')).optional(),
    reviewer: groupRoleField(say('setupReviewer')).optional(),
  }),
  async run({ actor, now, port }: Run<SetupPort>, { language, channel, here, host, reviewer }): Promise<Outcome<Shown>> {
    const found = requireGuild(actor.account.platform, actor.place)
    if (!found.ok) return found
    const guild = found.result
    if (channel !== undefined && !isChannelOf(guild.platform, channel)) return refuse(noSuchChannel(say('setupChannel')))
    if (channel !== undefined && guild.platform !== 'discord' && channel !== guild.communityId)
      return refuse({ code: 'guild.other_chat', kind: 'invalid', reason: say('otherChat'), nextStep: say('otherChatNext') })
    for (const [field, groupRoleId] of [
      ['host', host],
      ['reviewer', reviewer],
    ] as const) {
      const mapped = groupRoleId === undefined ? done(false) : await mapRole(port, actor, guild, { groupRoleId, role: field }, field, now)
      if (!mapped.ok) return mapped
    }
    const announceIn = channel === undefined ? (here === true ? chatOf(actor, guild) : undefined) : { chatId: channel }
    if (language !== undefined || announceIn !== undefined)
      await port.choose(
        guild,
        { ...(language === undefined ? {} : { language }), ...(announceIn === undefined ? {} : { announceIn }) },
        actor.memberId,
        now,
      )
    const settings = await port.settings(guild)
    const spoken = settings.language ?? port.publicLanguage
    if (language !== undefined) await port.announceInLanguage(guild, spoken)
    if (announceIn !== undefined) await port.announceIn(guild, announceIn, spoken, actor.memberId, now)
    const isChanged = [language, host, reviewer].some((given) => given !== undefined)
    return done({
      settings,
      publicLanguage: port.publicLanguage,
      topics: settings.announceIn === undefined ? [] : await port.announcedIn(guild, settings.announceIn),
      changed: announceIn !== undefined ? 'announcements' : isChanged ? 'something' : 'nothing',
    })
  },
  render({ settings, publicLanguage, topics, changed }, actor): Reply {
    const hasRoles = actor.account.platform === 'discord'
    const { announceIn } = settings
    const channel = announceIn === undefined ? say('notChosen') : channelName(actor, announceIn)
    return {
      audience: 'private',
      tone: changed === 'nothing' ? 'info' : 'done',
      title: say(hasRoles ? 'setupTitle' : 'setupTitleGroup'),
      lines: [
        ...(changed === 'announcements' ? [say('announcedFromNow', { channel, topics: topicList(topics) }), say('announcedHow')] : []),
        ...(changed === 'something' ? [say('setupDone')] : []),
        ...(changed === 'nothing' ? [say('setupHint')] : []),
      ],
      fields: [
        {
          label: say('fieldLanguage'),
          value:
            settings.language === undefined
              ? say('byDefault', { language: LANGUAGE_NAMES[publicLanguage] })
              : LANGUAGE_NAMES[settings.language],
        },
        { label: say('fieldChannel'), value: channel },
        ...(announceIn === undefined || changed === 'announcements'
          ? []
          : [{ label: say('fieldTopics'), value: topics.length === 0 ? say('noTopics') : topicList(topics) }]),
        ...(hasRoles
          ? [
              { label: say('fieldHosts'), value: rolesOf(settings, 'host') },
              { label: say('fieldReviewers'), value: rolesOf(settings, 'reviewer') },
            ]
          : []),
      ],
      buttons: buttons(),
      choices: hasRoles ? CHOICES : [],
    }
  },
})

/** The chat in which a command was given. A thread of Discord is a channel; a group of Telegram may have a new id since. */
function chatOf({ place }: Actor, { platform, communityId }: GuildKey): AnnounceChat {
  if (platform === 'discord') return { chatId: place.threadId ?? place.chatId }
  return { chatId: communityId, ...(place.threadId === undefined ? {} : { threadId: place.threadId }) }
}

function channelName({ account, place }: Actor, { chatId, threadId }: AnnounceChat): TextValue {
  if (account.platform === 'discord') return { mention: 'channel', id: chatId }
  if (threadId === undefined) return say('thisGroup')
  return threadId === place.threadId ? say('thisTopic') : say('topicOfGroup', { topic: threadId })
}

function rolesOf({ mappings }: GuildSettings, role: 'host' | 'reviewer'): TextValue {
  const own = mappings.filter((mapping) => mapping.role === role)
  return own.length === 0 ? say('notChosen') : listText(own.map(({ groupRoleId }) => ({ mention: 'group-role', id: groupRoleId })))
}

const topicList = (topics: readonly Topic[]): Text => listText(topics.map((topic) => announceTexts.say(`topic_${topic}`)))

function buttons(): readonly Button[] {
  const own = { command: 'setup', allowed: 'owner', style: 'plain' } as const
  return [
    { ...own, label: say('buttonHere'), input: { here: 'yes' } },
    ...LANGUAGES.map((language): Button => ({ ...own, label: LANGUAGE_NAMES[language], input: { language } })),
    { ...own, label: say('buttonDiagnose'), command: 'diagnose', input: {}, style: 'primary' },
  ]
}

const own = { command: 'setup', input: {}, allowed: 'owner' } as const
const CHOICES: readonly Choice[] = [
  { ...own, label: say('chooseChannel'), field: 'channel', options: 'channels' },
  { ...own, label: say('chooseHost'), field: 'host', options: 'roles' },
  { ...own, label: say('chooseReviewer'), field: 'reviewer', options: 'roles' },
]
