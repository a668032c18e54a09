import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { choiceField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { operationsTexts } from './operations.texts.ts'

const { say } = operationsTexts

/** Who signs on chain; each is stopped and let go on by itself (spec 11, roles). */
export const SIGNERS = ['distributor', 'payer'] as const
export type Signer = (typeof SIGNERS)[number]

export interface ResumePort {
  /** False when it was not stopped. */
  clearHalt(signer: Signer): Promise<boolean>
}

export const resumeCommand = defineCommand({
  name: ['resume'],
  summary: say('resumeSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input: z.object({ signer: choiceField(say('signer'), SIGNERS) }),
  async run({ port }: Run<ResumePort>, { signer }): Promise<Outcome<Signer>> {
    if (await port.clearHalt(signer)) return done(signer)
    return refuse({
      code: 'resume.not_halted',
      kind: 'conflict',
      reason: say('notHalted', { signer }),
      nextStep: say('notHaltedNext'),
    })
  },
  render: (signer) => ({ audience: 'private', tone: 'done', lines: [say('resumed', { signer })] }),
})
