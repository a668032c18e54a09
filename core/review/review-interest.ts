import { z } from 'zod'
import { requireMember } from '../identity/find-member.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { memberField } from '../shared/field.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { InterestPort } from './review.port.ts'
import { reviewTexts } from './review.texts.ts'

const { say } = reviewTexts

interface Declared {
  readonly name: string
  readonly changed: boolean
}

const common = { access: 'reviewer', effect: 'write', audience: 'private' } as const

export const reviewInterestCommand = defineCommand({
  ...common,
  name: ['review', 'interest'],
  summary: say('interestSummary'),
  input: z.object({ member: memberField(say('member')) }),
  async run({ actor, now, port }: Run<InterestPort>, { member }): Promise<Outcome<Declared>> {
    const found = await requireMember(port.findMember, actor.account.platform, member)
    if (!found.ok) return found
    const { memberId, name } = found.result
    if (memberId === actor.memberId)
      return refuse({
        code: 'review.interest_self',
        kind: 'invalid',
        reason: say('interestSelf'),
        nextStep: say('interestSelfNext'),
        field: 'member',
      })
    return done({ name, changed: await port.declare(actor.memberId, memberId, now) })
  },
  render: ({ name, changed }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say(changed ? 'interestDeclared' : 'interestHad', { name }), say('interestNext')],
  }),
})

export const reviewInterestEndCommand = defineCommand({
  ...common,
  name: ['review', 'interest-end'],
  summary: say('interestEndSummary'),
  input: z.object({ member: memberField(say('member')) }),
  async run({ actor, port }: Run<InterestPort>, { member }): Promise<Outcome<Declared>> {
    const found = await requireMember(port.findMember, actor.account.platform, member)
    if (!found.ok) return found
    const { memberId, name } = found.result
    return done({ name, changed: await port.end(actor.memberId, memberId) })
  },
  render: ({ name, changed }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say(changed ? 'interestEnded' : 'interestNone', { name })],
  }),
})
