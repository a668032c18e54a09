import type { Amount } from '../shared/amount.ts'
import type { ChatAccount, Platform } from '../shared/actor.ts'
import type { Instant } from '../shared/instant.ts'
import type { Text } from '../shared/text.ts'

/** One of the two who are to become one, as both must be able to recognise themselves. */
export interface Side {
  readonly memberId: string
  /** Order of arrival. */
  readonly number: bigint
  /** Blocked, or held for the committee to look at: who is cannot change who they are. */
  readonly isHeld: boolean
  readonly accounts: readonly { readonly platform: Platform; readonly name: string }[]
}

/** A code that was given out. `ref` names it without giving it away. */
export interface LinkCode {
  readonly ref: string
  /** Whose it is: the member as it is now. */
  readonly memberId: string
  readonly expiresAt: Instant
  readonly isUsed: boolean
}

/** What a merge came to. */
export interface Linked {
  readonly survivor: string
  readonly moved: Amount
  readonly heldBack: Amount
}

/** What undoing a link would give back to the account that leaves. */
export interface Unlinking {
  readonly id: string
  readonly leaving: Side['accounts']
  readonly amount: Amount
  /** 0 when the balance holds it. */
  readonly missing: Amount
  /** When it is too late. */
  readonly until: Instant
}

/** What linking needs of the database; all but `takeTry` runs inside the command's transaction. */
export interface LinkPort {
  /** Makes a code for a member; an earlier one of theirs is no longer good. */
  newCode(memberId: string, platform: Platform, now: Instant, expiresAt: Instant): Promise<string>
  /** Counts a try before the code is looked at, kept whatever becomes of the command. Undefined when there were too many. */
  takeTry(memberId: string, now: Instant): Promise<bigint | undefined>
  giveTryBack(tried: bigint): Promise<void>
  findCode(code: string): Promise<LinkCode | undefined>
  findRef(ref: string): Promise<LinkCode | undefined>
  /** False when another request used it first. */
  useCode(ref: string, now: Instant): Promise<boolean>
  sideOf(memberId: string): Promise<Side>
  balanceOf(memberId: string): Promise<Amount>
  /** Undefined when one of the two has become part of another. */
  merge(id: string, one: string, other: string, by: string, now: Instant): Promise<Linked | undefined>
  /** The latest link of a member that stands, and what would go back now. */
  latest(memberId: string): Promise<Unlinking | undefined>
  /** `gone`: it does not stand any more, or it is too late. */
  unmerge(
    id: string,
    memberId: string,
    now: Instant,
  ): Promise<{ state: 'undone'; amount: Amount } | { state: 'short'; missing: Amount } | { state: 'gone' }>
  /** A message in the member's inbox, and a direct one to every chat account but the one that did it. */
  warn(memberId: string, by: ChatAccount, text: Text, now: Instant): Promise<void>
}
