import { z } from 'zod'
import { requireMember } from '../identity/find-member.ts'
import type { FoundMember } from '../identity/identity.types.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { memberField, textField } from '../shared/field.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import type { HoldPort } from './hold.port.ts'
import { holdTexts } from './hold.texts.ts'

const { say } = holdTexts
const input = z.object({ member: memberField(say('member')), reason: textField(say('reason'), { max: 300, takesRest: true }) })

export const holdClearCommand = defineCommand({
  name: ['hold', 'clear'],
  summary: say('clearSummary'),
  access: 'chair',
  effect: 'write',
  audience: 'private',
  input,
  async run({ actor, now, port }: Run<HoldPort>, { member, reason }): Promise<Outcome<FoundMember>> {
    const found = await other(port, actor, member)
    if (!found.ok) return found
    const { memberId, name } = found.result
    if ((await port.holdOf(memberId)) === undefined)
      return refuse({ code: 'hold.none', kind: 'not_found', reason: say('none', { name }), nextStep: say('noneNext') })
    return decide(port, found.result, { to: 'cleared', by: actor.memberId, reason }, now)
  },
  render: ({ name }) => ({ audience: 'private', tone: 'done', lines: [say('cleared', { name })] }),
})

export const holdBlockCommand = defineCommand({
  name: ['hold', 'block'],
  summary: say('blockSummary'),
  access: 'chair',
  effect: 'write',
  audience: 'private',
  input,
  async run({ actor, now, port }: Run<HoldPort>, { member, reason }): Promise<Outcome<FoundMember>> {
    const found = await other(port, actor, member)
    if (!found.ok) return found
    const { memberId, name } = found.result
    const hold = await port.holdOf(memberId)
    if (hold?.state === 'blocked')
      return refuse({ code: 'hold.blocked_already', kind: 'conflict', reason: say('already', { name }), nextStep: say('alreadyNext') })
    if (hold === undefined && !(await port.openByHand(memberId, now))) return tooLate()
    return decide(port, found.result, { to: 'blocked', by: actor.memberId, reason }, now)
  },
  render: ({ name }) => ({ audience: 'private', tone: 'done', lines: [say('blocked', { name })] }),
})

/** The member who is meant, who is never the one who decides. */
async function other(port: HoldPort, actor: Run<HoldPort>['actor'], reference: string): Promise<Outcome<FoundMember>> {
  const found = await requireMember(port.findMember, actor.account.platform, reference)
  if (found.ok && found.result.memberId === actor.memberId)
    return refuse({ code: 'hold.own', kind: 'forbidden', reason: say('own'), nextStep: say('ownNext') })
  return found
}

interface Decision {
  readonly to: 'cleared' | 'blocked'
  readonly by: string
  readonly reason: string
}

async function decide(port: HoldPort, member: FoundMember, { to, by, reason }: Decision, now: Instant): Promise<Outcome<FoundMember>> {
  if (!(await port.decide(member.memberId, to, by, reason, now))) return tooLate()
  await port.notify(member.memberId, say(to === 'cleared' ? 'noticeCleared' : 'noticeBlocked', { reason }), now)
  return done(member)
}

function tooLate() {
  return refuse({ code: 'hold.decided', kind: 'conflict', reason: say('decided'), nextStep: say('decidedNext') })
}
