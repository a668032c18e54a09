import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import { MOST_OPTIONS, type Reply } from '../shared/reply.ts'
import { submissionCode } from './form-definition.ts'
import type { SubmissionPort } from './form.port.ts'
import { submissionTexts } from './submission.texts.ts'

const { say } = submissionTexts
/** A page that fits a phone. */
const SHOWN = Math.min(15, MOST_OPTIONS)

export const submissionListCommand = defineCommand({
  name: ['submission', 'list'],
  summary: say('listSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ actor, port }: Run<SubmissionPort>) => done(await port.submissionsOf(actor.memberId, SHOWN)),
  render: (submissions): Reply => ({
    audience: 'private',
    tone: 'info',
    title: say('listTitle'),
    lines:
      submissions.length === 0
        ? [say('listEmpty'), say('listEmptyNext')]
        : submissions.map(({ number, title, status, contributedAt }) =>
            say('listLine', { submission: submissionCode(number), title, status: say(`status_${status}`), at: { at: contributedAt } }),
          ),
    choices:
      submissions.length === 0
        ? []
        : [
            {
              label: say('listChoose'),
              command: 'submission show',
              field: 'submission',
              input: {},
              allowed: 'owner',
              options: submissions.map(({ number, title }) => ({
                label: say('title', { submission: submissionCode(number), title }),
                value: submissionCode(number),
              })),
            },
          ],
  }),
})
