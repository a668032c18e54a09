import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { paragraphsField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { HoldPort } from './hold.port.ts'
import { holdTexts } from './hold.texts.ts'

const { say } = holdTexts

export const holdAppealCommand = defineCommand({
  name: ['hold', 'appeal'],
  summary: say('appealSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ reason: paragraphsField(say('reason'), { max: 1_000, maxLines: 20 }) }),
  async run({ actor, now, port }: Run<HoldPort>, { reason }): Promise<Outcome<undefined>> {
    if ((await port.holdOf(actor.memberId)) === undefined)
      return refuse({ code: 'hold.not_held', kind: 'conflict', reason: say('notHeld'), nextStep: say('notHeldNext') })
    if (await port.appeal(actor.memberId, reason, now)) return done(undefined)
    return refuse({ code: 'hold.appealed', kind: 'conflict', reason: say('appealedBefore'), nextStep: say('appealedBeforeNext') })
  },
  render: () => ({ audience: 'private', tone: 'done', lines: [say('appealed')] }),
})
