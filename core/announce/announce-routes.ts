import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import type { RoutePort } from './announce.port.ts'
import { MOST_OPTIONS } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import { announceTexts } from './announce.texts.ts'
import { routeCode, targetText } from './announce.types.ts'
import { rhythmText } from './rhythm-text.ts'
import { targetName } from './target-name.ts'

const { say } = announceTexts

export const announceRoutesCommand = defineCommand({
  name: ['announce', 'routes'],
  summary: say('routesSummary'),
  access: 'operator',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ port }: Run<RoutePort>) => done(await port.routes()),
  render: (routes) => ({
    audience: 'private',
    tone: 'info',
    title: say('routesTitle'),
    lines: routes.length === 0 ? [say('noRoutes')] : [],
    ...(routes.length === 0
      ? {}
      : {
          table: {
            header: [say('columnCode'), say('columnTopic'), say('columnChat'), say('fieldLanguage'), say('fieldWhen'), say('fieldZone')],
            rows: routes.map((route) => [
              routeCode(route.number),
              say(`topic_${route.topic}`),
              targetName(route.target),
              say(`language_${route.language}`),
              rhythmText(route),
              route.timeZone,
            ]),
          },
          choices: [
            {
              label: say('chooseUnroute'),
              command: 'announce unroute',
              field: 'route',
              input: {},
              allowed: 'owner',
              options: routes.slice(0, MOST_OPTIONS).map(({ number, topic, target }) => ({
                label: say('unrouteOption', { route: routeCode(number), topic: say(`topic_${topic}`) }),
                value: routeCode(number),
                hint: sharedTexts.say('plain', { text: targetText(target) }),
              })),
            },
          ],
        }),
  }),
})
