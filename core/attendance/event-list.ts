import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import type { EventPort } from './attendance.port.ts'
import { attendanceTexts } from './attendance.texts.ts'
import { eventCode } from './attendance.types.ts'

const { say } = attendanceTexts
const SHOWN = 10

export const eventListCommand = defineCommand({
  name: ['event', 'list'],
  summary: say('listSummary'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({}),
  run: async ({ now, port }: Run<EventPort>) => done(await port.upcoming(now, SHOWN)),
  render: (events) => ({
    audience: 'public',
    tone: 'info',
    title: say('listTitle'),
    lines:
      events.length === 0
        ? [say('listEmpty'), say('listEmptyNext')]
        : events.map(({ number, title, startsAt }) => say('eventLine', { event: eventCode(number), title, start: { at: startsAt } })),
    choices:
      events.length === 0
        ? []
        : [
            {
              label: say('listChoose'),
              command: 'event show',
              field: 'event',
              input: {},
              allowed: 'anyone',
              options: events.map(({ number, title }) => ({
                label: say('listOption', { event: eventCode(number), title }),
                value: eventCode(number),
              })),
            },
          ],
  }),
})
