import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { choiceField, memberField } from '../shared/field.ts'
import { done, refuse } from '../shared/refusal.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import { requireMember } from './find-member.ts'
import type { IdentityPort } from './identity.port.ts'
import { identityTexts } from './identity.texts.ts'

const { say } = identityTexts
const GRANTABLE = ['host', 'reviewer', 'chair', 'operator'] as const
const ROLE_NAMES = {
  host: sharedTexts.say('role_host'),
  reviewer: sharedTexts.say('role_reviewer'),
  chair: sharedTexts.say('role_chair'),
  operator: sharedTexts.say('role_operator'),
}
const input = z.object({ member: memberField(say('member')), role: choiceField(say('role'), GRANTABLE, ROLE_NAMES) })

interface Change {
  readonly name: string
  readonly role: (typeof GRANTABLE)[number]
  readonly changed: boolean
}

export const roleGrantCommand = defineCommand({
  name: ['role', 'grant'],
  summary: say('roleGrantSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input,
  async run({ actor, now, port }: Run<IdentityPort>, { member, role }) {
    const found = await requireMember(port.findMember, actor.account.platform, member)
    if (!found.ok) return found
    const result = await port.grantRole(found.result.memberId, role, actor.memberId, now)
    return done<Change>({ name: found.result.name, role, changed: result === 'granted' })
  },
  render: ({ name, role, changed }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say(changed ? 'roleGranted' : 'roleHad', { name, role: sharedTexts.say(`role_${role}`) })],
  }),
})

export const roleRevokeCommand = defineCommand({
  name: ['role', 'revoke'],
  summary: say('roleRevokeSummary'),
  access: 'operator',
  effect: 'write',
  audience: 'private',
  input,
  async run({ actor, port }: Run<IdentityPort>, { member, role }) {
    const found = await requireMember(port.findMember, actor.account.platform, member)
    if (!found.ok) return found
    if (found.result.memberId === actor.memberId && role === 'operator')
      return refuse({ code: 'role.own_operator', kind: 'forbidden', reason: say('roleSelf'), nextStep: say('roleSelfNext') })
    const result = await port.revokeRole(found.result.memberId, role)
    return done<Change>({ name: found.result.name, role, changed: result === 'revoked' })
  },
  render: ({ name, role, changed }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say(changed ? 'roleRevoked' : 'roleHadNone', { name, role: sharedTexts.say(`role_${role}`) })],
  }),
})
