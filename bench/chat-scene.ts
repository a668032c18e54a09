// What the measured bots and the process that plays the platforms both know.
import type { ChatAccount } from '../core/shared/actor.ts'

/** Members of each platform. Each gives the same command again only after all others gave one. */
export const MEMBERS = 1_000
export const GUILD = '200000000000000001'
export const CHANNEL = '210000000000000001'

export type LoadedPlatform = 'discord' | 'telegram'
export type AskedCommand = 'balance' | 'checkin' | 'event show' | 'help' | 'history'

/**
 * What one person does: a command; `suggest`: completes what they type (on Telegram, which has no such thing, `help`); `press`: a command and a button of its
 * answer; `question`: a check-in whose code is asked for, in a form that is opened first on Discord, in a message on Telegram.
 */
export type Deed = AskedCommand | 'suggest' | 'press' | 'question'

const MIXES = {
  /** Ten commands as a community gives them: 40 % balance, 30 % check-in, and a tenth each of event card, help and history. */
  commands: ['balance', 'checkin', 'history', 'balance', 'checkin', 'help', 'balance', 'checkin', 'event show', 'balance'],
  everything: ['balance', 'checkin', 'history', 'suggest', 'checkin', 'press', 'balance', 'checkin', 'event show', 'question'],
} as const satisfies Record<string, readonly Deed[]>
export type Mix = keyof typeof MIXES

export const deedAt = (mix: Mix, index: number): Deed => MIXES[mix][index % MIXES[mix].length]!

/** How often something reaches the bot, and how often what must be so. */
export interface Counts {
  readonly interactions: number
  readonly checkIns: number
  readonly questions: number
}

export function countsOf({ mix, platform, deeds }: Pick<Load, 'mix' | 'platform' | 'deeds'>): Counts {
  const all = Array.from({ length: deeds }, (_, index) => deedAt(mix, index))
  const questions = all.filter((deed) => deed === 'question').length
  const presses = all.filter((deed) => deed === 'press').length
  return {
    interactions: deeds + presses + questions * (platform === 'discord' ? 2 : 1),
    checkIns: all.filter((deed) => deed === 'checkin').length + questions,
    questions,
  }
}

export function memberAt(platform: LoadedPlatform, index: number): ChatAccount {
  const number = index % MEMBERS
  return platform === 'discord'
    ? {
        platform,
        userId: String(300_000_000_000_000_000n + BigInt(number)),
        name: `Member ${number}`,
        handle: `member_${number}`,
        locale: 'en-US',
      }
    : { platform, userId: String(10_000 + number), name: `Member ${number}`, handle: `member_${number}`, locale: 'en' }
}

/** An open event whose code is on the host's screen. */
export interface ShownEvent {
  readonly number: number
  readonly codeSecret: Uint8Array
}

/** Deeds that begin by themselves, at random moments, however long the answers take. */
export interface Load {
  readonly platform: LoadedPlatform
  readonly mix: Mix
  readonly perSecond: number
  readonly deeds: number
  /** One for every `MEMBERS` deeds: nobody can check in twice to the same. */
  readonly events: readonly ShownEvent[]
}

/** Milliseconds since the moment for which a command was scheduled, sorted. */
export interface Waits {
  /** Discord: the deferral is accepted. Telegram: the update is confirmed, so that the command has run and its answer is shown or queued. */
  readonly acknowledged: readonly number[]
  readonly answered: readonly number[]
  /** Commands without an acknowledgement or an answer within the time limit. */
  readonly lost: number
  /** From the first command to the last answer. */
  readonly seconds: number
  /** Answers a second from the first to the last. */
  readonly answersPerSecond: number
  /** What the platform refused, or found against its rules. */
  readonly violations: readonly string[]
}

/** Loads run beside one another. */
export type ToPlatforms = { readonly loads: readonly Load[] } | { readonly end: true }
export type FromPlatforms =
  | {
      readonly discord: { readonly apiUrl: string; readonly token: string }
      readonly telegram: { readonly apiUrl: string; readonly token: string }
    }
  | { readonly waits: readonly Waits[] }
