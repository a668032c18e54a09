import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { choiceField, codeField } from '../shared/field.ts'
import { listText } from '../shared/list-text.ts'
import { done, refuse } from '../shared/refusal.ts'
import { noChat, targetOf } from './announce-route.ts'
import type { RoutePort } from './announce.port.ts'
import { announceTexts } from './announce.texts.ts'
import { TOPICS } from './announce.types.ts'
import { TOPIC_NAMES } from './topic-names.ts'

const { say } = announceTexts

export const announceUnrouteCommand = defineCommand({
  name: ['announce', 'unroute'],
  summary: say('unrouteSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({
    topic: choiceField(say('topic'), TOPICS, TOPIC_NAMES).optional(),
    /** For a chat in which nobody can write any more. */
    route: codeField(say('route'), 'RT', 'route').optional(),
  }),
  async run({ actor, port }: Run<RoutePort>, { topic, route }) {
    const target = targetOf(actor.account, actor.place)
    if (route === undefined && target === undefined) return noChat()
    const which = route !== undefined ? { number: route } : { target: target!, topic }
    const removed = await port.removeRoutes(which)
    if (removed.length > 0) return done(removed)
    return refuse({ code: 'announce.no_route', kind: 'not_found', reason: say('noRoute'), nextStep: say('noRouteNext') })
  },
  render: (removed) => ({
    audience: 'private',
    tone: 'done',
    lines: [say('unrouted', { topics: listText(removed.map(({ topic }) => say(`topic_${topic}`))) })],
  }),
})
