import type { Act } from './script.ts'
import type { Delivery } from './storm.ts'

/**
 * What befalls a platform's bot in the middle of a wave. `restart`: its process is told to stop, and another begins. `line`: nothing gets through for a while, and
 * then everything at once.
 */
export type Trouble = 'restart' | 'line'

/** One platform of the replay with the real bot over it. */
export interface Side {
  /** People do this, in this order. */
  make(acts: readonly Act[]): Promise<void>
  /** The platform hands it to the bot in its own order. Resolves when everything was handled. */
  play(deliveries: readonly Delivery[], trouble?: Trouble): Promise<void>
  /** After a quiet week. */
  awake(): Promise<void>
  /** How often everybody was answered, and of how many times. */
  shown(): Promise<readonly string[]>
  /** Breaches of the platform's rules. */
  troubles(): readonly string[]
  close(): Promise<void>
}

export const halfOf = (deliveries: readonly Delivery[]): number => Math.floor(deliveries.length / 2)
