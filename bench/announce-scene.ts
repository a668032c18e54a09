// What the measured worker and the process that plays the platforms both know.
export const CHATS_EACH = 100
export const GUILD = '200000000000000001'
export const channelAt = (index: number): string => String(210_000_000_000_000_000n + BigInt(index))
export const groupAt = (index: number): number => -1_001_000_000_000 - index

/** What stands in the chats. */
export interface Arrived {
  /** Of each chat the numbers of its messages, in the order in which they stand there. */
  readonly chats: readonly (readonly number[])[]
  /** Requests that were refused with 429. */
  readonly limited: { readonly discord: number; readonly telegram: number }
  readonly violations: readonly string[]
}

export type ToChats = 'count' | 'end'
export type FromChats =
  | {
      readonly discord: { readonly apiUrl: string; readonly token: string }
      readonly telegram: { readonly apiUrl: string; readonly token: string }
    }
  | { readonly arrived: Arrived }
