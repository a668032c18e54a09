import type { PostTarget } from '../shared/chat-app.ts'
import type { Instant } from '../shared/instant.ts'
import type { Language } from '../shared/text.ts'
import type { Broadcast, DeliveryReport, Route, Topic, Trouble } from './announce.types.ts'

export type NewRoute = Omit<Route, 'number'> & { readonly setBy: string; readonly setAt: Instant }

/** Routes as commands see them; runs inside the command's transaction. */
export interface RoutePort {
  /** Language of the community, for a route that names none. */
  readonly publicLanguage: Language
  routes(): Promise<readonly Route[]>
  findRoute(topic: Topic, target: PostTarget): Promise<Route | undefined>
  /** Sets or changes the route of a topic in a chat. What waits for it follows the new rhythm. */
  setRoute(route: NewRoute): Promise<Route>
  /** Takes routes away, and with them what waited for them and was not tried yet. Gives those that were there. */
  removeRoutes(
    which: { readonly number: number } | { readonly target: PostTarget; readonly topic: Topic | undefined },
  ): Promise<readonly Route[]>
}

export interface BroadcastPort {
  routes(): Promise<readonly Route[]>
  /** A draft: nothing is sent. Gives its number. */
  draft(broadcast: {
    readonly topic: Topic
    readonly body: string
    readonly writtenBy: string
    readonly writtenAt: Instant
  }): Promise<number>
  findBroadcast(number: number): Promise<Broadcast | undefined>
  /** Sends a draft, in this transaction; false when it was sent before. */
  confirm(broadcast: Broadcast, now: Instant): Promise<boolean>
  report(number: number, limit: number): Promise<DeliveryReport>
}

/** Deliveries that went wrong. */
export interface DeadLetterPort {
  /** Newest first, and how many there are of each. */
  troubles(limit: number): Promise<{ readonly shown: readonly Trouble[]; readonly failed: number; readonly unknown: number }>
  findTrouble(delivery: bigint): Promise<Trouble | undefined>
  /** Puts one that went wrong back into the queue; false when it is no longer one of this sort. */
  sendAgain(delivery: bigint, isUnknown: boolean, now: Instant): Promise<boolean>
  /** Puts back all whose failure is certain; gives how many. */
  sendAllAgain(now: Instant): Promise<number>
}
