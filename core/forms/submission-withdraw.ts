import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import { no } from './conditions.ts'
import { submissionCode } from './form-definition.ts'
import type { SubmissionPort } from './form.port.ts'
import { ownSubmission, whichSubmission } from './submission-show.ts'
import { submissionTexts } from './submission.texts.ts'

const { say } = submissionTexts

/** Takes a submission back that nobody has decided yet; its place is free again. */
export const submissionWithdrawCommand = defineCommand({
  name: ['submission', 'withdraw'],
  summary: say('withdrawSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ submission: whichSubmission() }),
  async run({ actor, now, port }: Run<SubmissionPort>, { submission: number }): Promise<Outcome<string>> {
    const found = await ownSubmission(port, number, actor.memberId)
    if (!found.ok) return found
    const submission = submissionCode(number)
    if (await port.withdraw(number, now)) return done(submission)
    return no('submission.decided', 'conflict', say('decidedAlready', { submission }), say('decidedAlreadyNext', { submission }))
  },
  render: (submission) => ({ audience: 'private', tone: 'done', lines: [say('withdrawn', { submission })] }),
})
