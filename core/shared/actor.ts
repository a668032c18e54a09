import type { Language } from './text.ts'

export const PLATFORMS = ['discord', 'telegram', 'console'] as const
export type Platform = (typeof PLATFORMS)[number]

/** Roles in a community, from least to most; authority is read from our own database on every command (spec 02). */
export const ROLES = ['member', 'host', 'reviewer', 'chair', 'operator'] as const
export type Role = (typeof ROLES)[number]

/** A chat account as the platform names it. `userId` is the platform's stable id as text (64-bit ids do not fit a number). */
export interface ChatAccount {
  readonly platform: Platform
  readonly userId: string
  readonly name: string
  /** The unique name by which others mention the account, without `@`, if it has one. */
  readonly handle?: string
  /** The platform's own locale such as `zh-CN`, if it told one. */
  readonly locale?: string
  /** Ids of the roles that the account has in the server of the command, as the platform tells with the command itself. */
  readonly groupRoles?: readonly string[]
}

/** Where a command was given. `threadId` is a Discord thread or a Telegram topic. */
export interface ChatPlace {
  readonly kind: 'private' | 'group'
  readonly chatId: string
  readonly threadId?: string
  /** The Discord server or the Telegram group, for a place that belongs to one. */
  readonly communityId?: string
}

/** The member behind a command, with the authority and preferences that our database holds. */
export interface Actor {
  readonly memberId: string
  readonly name: string
  readonly roles: ReadonlySet<Role>
  readonly language: Language
  /** What everyone reads in the place of the command, where an operator chose one for it. */
  readonly placeLanguage?: Language
  readonly timeZone: string
  readonly blocked: boolean
  readonly account: ChatAccount
  readonly place: ChatPlace
}
