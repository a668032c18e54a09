import type { Platform } from '../shared/actor.ts'
import { refuse, type Outcome } from '../shared/refusal.ts'
import type { FindMember } from './identity.port.ts'
import { identityTexts } from './identity.texts.ts'
import type { FoundMember } from './identity.types.ts'

const { say } = identityTexts

/** The member whom a typed reference means, or the refusal that says why nobody was found. */
export async function requireMember(find: FindMember, platform: Platform, reference: string): Promise<Outcome<FoundMember>> {
  const found = await find(platform, reference)
  if (found === undefined)
    return refuse({
      code: 'member.unknown',
      kind: 'not_found',
      reason: say('memberUnknown', { reference }),
      nextStep: say('memberUnknownNext'),
      field: 'member',
    })
  if (found === 'many')
    return refuse({
      code: 'member.ambiguous',
      kind: 'conflict',
      reason: say('memberMany', { reference }),
      nextStep: say('memberManyNext'),
      field: 'member',
    })
  return { ok: true, result: found }
}
