import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { codeField } from '../shared/field.ts'
import { done, type Outcome } from '../shared/refusal.ts'
import type { Button, Reply } from '../shared/reply.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import { no } from './conditions.ts'
import { formCode, submissionCode, type FormDefinition } from './form-definition.ts'
import type { SubmissionPort } from './form.port.ts'
import type { Submission } from './form.types.ts'
import { mostPoints } from './quiz.rules.ts'
import { sentText } from './render-filling.ts'
import { submissionTexts } from './submission.texts.ts'
import type { UploadFacts } from './upload.ts'

const { say } = submissionTexts

export const whichSubmission = () => codeField(say('submission'), 'SUB', 'own-submission')

/** What the member answered and how it stands; never what a quiz expected. */
export const submissionShowCommand = defineCommand({
  name: ['submission', 'show'],
  summary: say('showSummary'),
  access: 'member',
  effect: 'read',
  audience: 'private',
  input: z.object({ submission: whichSubmission() }),
  async run(
    { actor, port }: Run<SubmissionPort>,
    { submission: number },
  ): Promise<Outcome<{ submission: Submission; definition: FormDefinition; uploads: ReadonlyMap<string, UploadFacts> }>> {
    const found = await ownSubmission(port, number, actor.memberId)
    if (!found.ok) return found
    const definition = await port.version(found.result.form, found.result.version)
    if (definition === undefined) throw new Error(`the form of the submission ${number} is gone`)
    return done({ submission: found.result, definition, uploads: await port.uploadsIn([found.result.answers]) })
  },
  render: ({ submission, definition, uploads }): Reply => {
    const { number, form, status, contributedAt, decidedAt, answers, score } = submission
    const code = submissionCode(number)
    const mend: Button = {
      label: say('buttonMend'),
      command: 'form fill',
      input: { form: formCode(form), submission: code },
      allowed: 'owner',
      style: 'primary',
    }
    const withdraw: Button = {
      label: say('buttonWithdraw'),
      command: 'submission withdraw',
      input: { submission: code },
      allowed: 'owner',
      style: 'danger',
      once: true,
    }
    return {
      audience: 'private',
      tone: 'info',
      title: say('title', { submission: code, title: definition.title }),
      lines: [
        say('line', { status: say(`status_${status}`), at: { at: contributedAt } }),
        ...(decidedAt === undefined ? [] : [say('decided', { at: { at: decidedAt } })]),
        ...(score === undefined ? [] : [say('points', { points: score, most: mostPoints(definition.fields) })]),
      ],
      fields: definition.fields
        .filter(({ id }) => Object.hasOwn(answers, id))
        .map((field) => ({ label: sharedTexts.say('plain', { text: field.label }), value: sentText(field, answers[field.id], uploads) })),
      buttons: [...(status === 'returned' ? [mend] : []), ...(status === 'in-review' || status === 'returned' ? [withdraw] : [])],
    }
  },
})

/** A submission of this member; that of another is as if it were not there. */
export async function ownSubmission(port: SubmissionPort, number: number, memberId: string): Promise<Outcome<Submission>> {
  const found = await port.submission(number)
  if (found !== undefined && found.memberId === memberId) return done(found)
  return no('submission.unknown', 'not_found', say('unknown', { submission: submissionCode(number) }), say('unknownNext'))
}
