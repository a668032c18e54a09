import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done } from '../shared/refusal.ts'
import { MOST_OPTIONS } from '../shared/reply.ts'
import type { TextValue } from '../shared/text.ts'
import type { ItemLine, ReviewReadPort } from './review.port.ts'
import { kindName } from './review-card.ts'
import { reviewTexts } from './review.texts.ts'

const { say } = reviewTexts
const SHOWN = MOST_OPTIONS

const titleOf = ({ title, kind }: ItemLine): TextValue => title ?? kindName(kind)

export const reviewListCommand = defineCommand({
  name: ['review', 'list'],
  summary: say('listSummary'),
  access: 'reviewer',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  async run({ actor, port }: Run<ReviewReadPort>) {
    const isAll = actor.roles.has('chair') || actor.roles.has('operator')
    return done({ ...(await port.lines(isAll ? 'all' : { seatsOf: actor.memberId }, SHOWN)), isAll })
  },
  render: ({ shown, count, isAll }) => ({
    audience: 'private',
    tone: 'info',
    title: say(isAll ? 'listAllTitle' : 'listTitle', { count }),
    lines:
      shown.length === 0
        ? [say(isAll ? 'listAllEmpty' : 'nothingWaits')]
        : shown.map((line) => {
            const { subject, answered, needed, dueAt } = line
            const values = { subject, title: titleOf(line), answered, needed }
            return dueAt === undefined ? say('lineUnasked', values) : say('line', { ...values, at: { at: dueAt } })
          }),
    ...(shown.length === 0
      ? {}
      : {
          choices: [
            {
              label: say('listChoose'),
              command: 'review show',
              field: 'subject',
              input: {},
              allowed: 'owner',
              options: shown.map((line) => ({
                label: say('option', { subject: line.subject, title: titleOf(line) }),
                value: line.subject,
              })),
            },
          ],
        }),
  }),
})

export const reviewHistoryCommand = defineCommand({
  name: ['review', 'history'],
  summary: say('historySummary'),
  access: 'reviewer',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async ({ actor, port }: Run<ReviewReadPort>) => done(await port.history(actor.memberId, SHOWN)),
  render: (lines) => ({
    audience: 'private',
    tone: 'info',
    title: say('historyTitle'),
    lines: lines.length === 0 ? [say('historyEmpty')] : [],
    ...(lines.length === 0
      ? {}
      : {
          table: {
            header: [say('columnWhen'), say('columnSubject'), say('columnVerdict'), say('columnOutcome')],
            rows: lines.map(({ at, subject, verdict, amount, outcome, granted }) => [
              { at },
              subject,
              amount === undefined || amount === 0n
                ? say(`verdict_${verdict}`)
                : say('verdictFor', { verdict: say(`verdict_${verdict}`), amount }),
              outcome === undefined
                ? say('outcome_open')
                : granted === undefined || granted === 0n
                  ? say(`outcome_${outcome}`)
                  : say('verdictFor', { verdict: say(`outcome_${outcome}`), amount: granted }),
            ]),
          },
        }),
  }),
})
