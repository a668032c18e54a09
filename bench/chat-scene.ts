// What the measured bots and the process that plays the platforms both know.
import type { ChatAccount } from '../core/shared/actor.ts'

/** Members of each platform. Each gives the same command again only after all others gave one. */
export const MEMBERS = 1_000
export const GUILD = '200000000000000001'
export const CHANNEL = '210000000000000001'

export type LoadedPlatform = 'discord' | 'telegram'
export type AskedCommand = 'balance' | 'checkin' | 'event show' | 'help' | 'history'

/** Ten commands as a community gives them: 40 % balance, 30 % check-in, and a tenth each of event card, help and history. */
const MIX: readonly AskedCommand[] = [
  'balance',
  'checkin',
  'history',
  'balance',
  'checkin',
  'help',
  'balance',
  'checkin',
  'event show',
  'balance',
]

export const commandAt = (index: number): AskedCommand => MIX[index % MIX.length]!

export const checkInsAmong = (commands: number): number =>
  Array.from({ length: commands }, (_, index) => commandAt(index)).filter((command) => command === 'checkin').length

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

/** Commands that arrive by themselves, at random moments, however long the answers take. */
export interface Load {
  readonly platform: LoadedPlatform
  readonly perSecond: number
  readonly seconds: number
  /** One for every `MEMBERS` commands: nobody can check in twice to the same. */
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

export type ToPlatforms = { readonly load: Load } | { readonly end: true }
export type FromPlatforms =
  | {
      readonly discord: { readonly apiUrl: string; readonly token: string }
      readonly telegram: { readonly apiUrl: string; readonly token: string }
    }
  | { readonly waits: Waits }
