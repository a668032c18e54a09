import { eventCode } from '../attendance/attendance.types.ts'
import type { Role } from '../shared/actor.ts'
import { mayUse } from '../shared/dispatch.ts'
import type { Instant } from '../shared/instant.ts'
import { refuse, type Outcome, type Refusal, type RefusalKind } from '../shared/refusal.ts'
import { sharedTexts } from '../shared/shared.texts.ts'
import type { Text } from '../shared/text.ts'
import { formCode, type FormCondition } from './form-definition.ts'
import type { MemberFacts } from './form.port.ts'
import { formTexts } from './form.texts.ts'
import type { Form } from './form.types.ts'
import { cooldownHindrance, nextSpan, slotSpan, windowHindrance, type Hindrance } from './slot.rules.ts'

const { say } = formTexts

type No = { readonly ok: false; readonly refusal: Refusal }

/** Whether a member may send a form in just now; undefined when nothing stands in the way. Asked at the start, so that nobody types for nothing, and again at the end. */
export async function hindranceFor(
  port: MemberFacts,
  { number, status, definition }: Form,
  member: { readonly memberId: string; readonly roles: ReadonlySet<Role>; readonly blocked: boolean },
  now: Instant,
): Promise<No | undefined> {
  if (member.blocked) return blocked()
  const shut = windowHindrance(status, definition, now)
  if (shut !== undefined) return refused(number, shut)
  // Who could try it outside would know at the event how it goes.
  const quizOf = await port.quizOf(number, now)
  if (quizOf !== undefined) {
    const event = eventCode(quizOf)
    return no('form.at_event', 'conflict', say('atEvent', { form: formCode(number), event }), say('atEventNext', { event }))
  }
  const unmet = await unmetConditions(port, definition, member)
  if (unmet !== undefined) return unmet
  const { every, times } = definition.recurrence
  if ((await port.usedSlots(number, member.memberId, slotSpan(every, now))) >= times)
    return refused(number, { kind: 'spent', at: nextSpan(every, now) })
  const cooling = cooldownHindrance(definition, await port.lastSent(number, member.memberId), now)
  return cooling === undefined ? undefined : refused(number, cooling)
}

/** The first condition of a form that a member does not meet. */
export async function unmetConditions(
  port: MemberFacts,
  { conditions }: Pick<Form['definition'], 'conditions'>,
  member: { readonly memberId: string; readonly roles: ReadonlySet<Role> },
): Promise<No | undefined> {
  for (const condition of conditions) {
    const unmet = await unmetCondition(port, condition, member)
    if (unmet !== undefined) return unmet
  }
  return undefined
}

async function unmetCondition(
  port: MemberFacts,
  condition: FormCondition,
  { memberId, roles }: { readonly memberId: string; readonly roles: ReadonlySet<Role> },
): Promise<No | undefined> {
  switch (condition.kind) {
    case 'role':
      if (mayUse({ roles }, condition.role)) return undefined
      return no('form.needs_role', 'forbidden', say('needsRole', { role: sharedTexts.say(`role_${condition.role}`) }), say('needsRoleNext'))
    case 'wallet':
      if (await port.hasWallet(memberId)) return undefined
      return no('form.needs_wallet', 'forbidden', say('needsWallet'), say('needsWalletNext'))
    case 'attended':
      if (await port.hasAttended(memberId, condition.event)) return undefined
      return no('form.needs_event', 'forbidden', say('needsEvent', { event: eventCode(condition.event) }), say('needsEventNext'))
    default:
      // No list of nodes is known yet: nobody can be told to hold one, and nobody gets in by chance.
      return no('form.delegation_not_yet', 'conflict', say('delegationNotYet'), say('delegationNotYetNext'))
  }
}

export function refused(number: number, hindrance: Hindrance): No {
  const form = formCode(number)
  switch (hindrance.kind) {
    case 'not-open':
      return no('form.not_open', 'conflict', say('notOpen', { form }), say('seeList'))
    case 'closed':
      return no('form.closed', 'gone', say('closedForm', { form }), say('seeList'))
    case 'over':
      return no('form.over', 'gone', say('over', { form }), say('seeList'))
    case 'soon':
      return no('form.soon', 'conflict', say('soon', { form, at: { at: hindrance.at } }), say('soonNext'))
    case 'cooldown':
      return no('form.cooldown', 'limited', say('cooldown', { form }), say('againFrom', { at: { at: hindrance.at } }))
    default:
      return no(
        'form.limit',
        'limited',
        say('spent', { form }),
        hindrance.at === undefined ? say('spentNext') : say('againFrom', { at: { at: hindrance.at } }),
      )
  }
}

/** The committee keeps the member from earning: nothing is sent in, and what was typed stays. */
export const blocked = (): No => no('form.blocked', 'forbidden', say('blocked'), say('blockedNext'))

export function unknownForm(number: number): No {
  return no('form.unknown', 'not_found', say('unknownForm', { form: formCode(number) }), say('seeList'))
}

export function no(code: string, kind: RefusalKind, reason: Text, nextStep: Text): No {
  const outcome: Outcome<never> = refuse({ code, kind, reason, nextStep })
  return outcome
}
