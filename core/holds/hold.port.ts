import type { FindMember } from '../identity/identity.port.ts'
import type { Instant } from '../shared/instant.ts'
import type { Text } from '../shared/text.ts'
import type { Hold } from './hold.types.ts'

/** What holds need of the database; runs inside the command's transaction. */
export interface HoldPort {
  findMember: FindMember
  /** The member's hold that is open or blocked. */
  holdOf(memberId: string): Promise<Hold | undefined>
  /** Oldest first; those with an appeal before the others. */
  waiting(limit: number): Promise<{ readonly holds: readonly Hold[]; readonly more: number }>
  /** False when somebody decided first, or nothing was held. `blocked` keeps the member from earning, `cleared` ends it. */
  decide(memberId: string, to: 'blocked' | 'cleared', by: string, reason: string, now: Instant): Promise<boolean>
  /** A hold that nothing was seen for: the committee blocks by its own judgement. False when there is one. */
  openByHand(memberId: string, now: Instant): Promise<boolean>
  /** False when this hold was appealed before. */
  appeal(memberId: string, reason: string, now: Instant): Promise<boolean>
  notify(memberId: string, text: Text, now: Instant): Promise<void>
}
