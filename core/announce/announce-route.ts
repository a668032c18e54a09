import { z } from 'zod'
import type { ChatAccount, ChatPlace } from '../shared/actor.ts'
import type { PostTarget } from '../shared/chat-app.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { booleanField, choiceField, textField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { LANGUAGES } from '../shared/text.ts'
import { knownZone } from '../shared/zone.ts'
import type { RoutePort } from './announce.port.ts'
import { announceTexts } from './announce.texts.ts'
import { TOPICS, type Route } from './announce.types.ts'
import { readDigestHour, readQuietHours } from './read-hours.ts'
import { rhythmText } from './rhythm-text.ts'
import { TOPIC_NAMES } from './topic-names.ts'

const { say } = announceTexts

/** The chat in which a command was given; undefined when nothing can be posted there. */
export function targetOf({ platform }: ChatAccount, { chatId, threadId }: ChatPlace): PostTarget | undefined {
  if (platform === 'console') return undefined
  return { platform, chatId, ...(threadId === undefined ? {} : { threadId }) }
}

export const noChat = () => refuse({ code: 'announce.no_chat', kind: 'invalid', reason: say('noChat'), nextStep: say('noChatNext') })

export const announceRouteCommand = defineCommand({
  name: ['announce', 'route'],
  summary: say('routeSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({
    topic: choiceField(say('topic'), TOPICS, TOPIC_NAMES),
    language: choiceField(say('language'), LANGUAGES).optional(),
    quiet: textField(say('quiet'), { max: 20 }).optional(),
    digest: textField(say('digest'), { max: 10 }).optional(),
    rollup: booleanField(say('rollup')).optional(),
    zone: textField(say('zone'), { max: 60 }).optional(),
  }),
  async run({ actor, now, port }: Run<RoutePort>, input): Promise<Outcome<Route>> {
    const target = targetOf(actor.account, actor.place)
    if (target === undefined) return noChat()
    const quiet = input.quiet === undefined ? undefined : readQuietHours(input.quiet)
    if (quiet === 'unreadable')
      return refuse({ code: 'announce.quiet', kind: 'invalid', reason: say('badQuiet'), nextStep: say('badQuietNext'), field: 'quiet' })
    const digest = input.digest === undefined ? undefined : readDigestHour(input.digest)
    if (digest === 'unreadable')
      return refuse({ code: 'announce.digest', kind: 'invalid', reason: say('badDigest'), nextStep: say('badDigestNext'), field: 'digest' })
    const zone = input.zone === undefined ? undefined : knownZone(input.zone)
    if (input.zone !== undefined && zone === undefined) {
      const reason = say('badZone', { zone: input.zone })
      return refuse({ code: 'announce.time_zone', kind: 'invalid', reason, nextStep: say('badZoneNext'), field: 'zone' })
    }
    // What is left out stays as it is.
    const before = await port.findRoute(input.topic, target)
    const route = {
      topic: input.topic,
      target,
      language: input.language ?? before?.language ?? port.publicLanguage,
      timeZone: zone ?? before?.timeZone ?? 'UTC',
      quiet: quiet === 'off' ? undefined : (quiet ?? before?.quiet),
      digestHour: digest === 'off' ? undefined : (digest ?? before?.digestHour),
      rollUp: input.rollup ?? before?.rollUp ?? false,
      setBy: actor.memberId,
      setAt: now,
    }
    if (route.rollUp && route.digestHour !== undefined) {
      const field = input.digest === undefined ? 'rollup' : 'digest'
      return refuse({ code: 'announce.both', kind: 'conflict', reason: say('bothGathered'), nextStep: say('bothGatheredNext'), field })
    }
    return done(await port.setRoute(route))
  },
  render: (route) => ({
    audience: 'private',
    tone: 'done',
    lines: [say('routed', { topic: say(`topic_${route.topic}`) })],
    fields: [
      { label: say('fieldLanguage'), value: say(`language_${route.language}`) },
      { label: say('fieldWhen'), value: rhythmText(route) },
      { label: say('fieldZone'), value: route.timeZone },
    ],
  }),
})
