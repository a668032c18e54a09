import type { ChatAccount } from '../shared/actor.ts'
import type { Instant } from '../shared/instant.ts'

export const SIGN_IN_WAYS = ['discord', 'telegram', 'wallet', 'persona'] as const
/** How somebody showed who they are. */
export type SignInWay = (typeof SIGN_IN_WAYS)[number]

/** Someone signed in on the web. Commands run under the chat account; whose it is and what they may is read anew each time. */
export interface Session {
  /** SHA-256 of the browser's token, in lower-case hex. */
  readonly id: string
  readonly account: ChatAccount
  readonly way: SignInWay
  readonly createdAt: Instant
  readonly lastSeenAt: Instant
  readonly expiresAt: Instant
}

/** Sessions in the database, seen alike by every process. */
export interface Sessions {
  /** The account must have a member. @param wallet the one that signed in: the session ends when it is taken off */
  open(
    session: { readonly id: string; readonly account: ChatAccount; readonly way: SignInWay; readonly wallet?: string },
    now: Instant,
  ): Promise<void>
  /** A session that still holds, and writes down that it is used; undefined when it was ended, is over or never was. */
  find(id: string, now: Instant): Promise<Session | undefined>
  /** The sessions of all accounts of a member that still hold, the newest first. */
  ofMember(memberId: string, now: Instant): Promise<readonly Session[]>
  /** Ends one session of a member; false when there was none such. */
  end(id: string, memberId: string, now: Instant): Promise<boolean>
  /** Ends all sessions of a member but one; gives how many. */
  endOthers(id: string, memberId: string, now: Instant): Promise<number>
  /** Gives a session that still holds another id, so that an id known before is worth nothing; false when it does not hold. */
  renew(id: string, newId: string, now: Instant): Promise<boolean>
}

export type ChallengePurpose = 'sign-in discord' | 'sign-in telegram' | 'sign-in wallet' | 'link page' | 'link wallet'

/** What the web gave out to be brought back once: the state of a sign-in elsewhere, the nonce of a text to sign, the token of a page. */
export interface Challenge {
  /** SHA-256 in hex of what was given out. */
  readonly id: string
  readonly purpose: ChallengePurpose
  /** SHA-256 in hex of what only the same browser can show. */
  readonly boundTo: string
  /** At most 4,000 characters. */
  readonly content: string
  readonly expiresAt: Instant
}

export interface Challenges {
  /** One of the same id is replaced. */
  save(challenge: Challenge, now: Instant): Promise<void>
  /** Takes it away and gives its content, once, and only for its purpose, its browser and in time; whoever comes with anything else uses it up all the same. */
  take(id: string, purpose: ChallengePurpose, boundTo: string, now: Instant): Promise<string | undefined>
  /** Its content while it waits, without taking it. */
  look(id: string, purpose: ChallengePurpose, now: Instant): Promise<string | undefined>
  /** Marks a proof as used until it is too old anyway; false when it was used before. */
  useProof(hash: string, until: Instant, now: Instant): Promise<boolean>
}
