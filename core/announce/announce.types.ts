import type { PostTarget, Readers } from '../shared/chat-app.ts'
import type { Instant } from '../shared/instant.ts'
import type { Reply } from '../shared/reply.ts'

/** What is announced (spec 10). `news` is what operators write themselves; a topic that nobody speaks of yet can be routed already. */
export const TOPICS = ['news', 'events', 'statements', 'reviews', 'proposals', 'votes', 'validators', 'mining', 'operators'] as const
export type Topic = (typeof TOPICS)[number]

/** When a chat is spoken to. Times are wall times of the zone. */
export interface Rhythm {
  /** IANA name. */
  readonly timeZone: string
  /** Minutes of the day; from 22:00 until 08:00 is 1320 until 480. Never the same. */
  readonly quiet: { readonly from: number; readonly until: number } | undefined
  /** 0-23: everything of a day comes at this hour. */
  readonly digestHour: number | undefined
  /** Everything of an hour comes at its end. Not together with a digest. */
  readonly rollUp: boolean
}

/** One topic in one chat. */
export interface Route extends Rhythm {
  readonly number: number
  readonly topic: Topic
  readonly target: PostTarget
  readonly language: Readers['language']
}

/** Something to be said to everybody who follows a topic. Written in the transaction that causes it. */
export interface Announcement {
  readonly topic: Topic
  /** What it is about, such as `EVT-12`. */
  readonly subject: string
  /** Public; its lines also stand for it in a digest. */
  readonly reply: Reply
  /** Said alone it is the card of this subject, which is edited in place as the subject changes. */
  readonly card?: string
}

/** `BC-3`: what an operator wrote. */
export interface Broadcast {
  readonly number: number
  readonly topic: Topic
  readonly body: string
  readonly sentAt: Instant | undefined
}

/** How the deliveries of one broadcast stand. `failed` and `unknown` name their chats. */
export interface DeliveryReport {
  readonly delivered: number
  readonly waiting: number
  readonly failed: number
  readonly unknown: number
  readonly troubles: readonly Trouble[]
}

/** A delivery that went wrong. */
export interface Trouble {
  readonly delivery: bigint
  /** `platform:chat`, `platform:chat/thread` or `platform:user`. */
  readonly where: string
  readonly reason: string
  /** Nobody knows whether it arrived. */
  readonly isUnknown: boolean
  readonly createdAt: Instant
}

export const broadcastCode = (number: number): string => `BC-${number}`
export const routeCode = (number: number): string => `RT-${number}`
export const deliveryCode = (id: bigint): string => `OUT-${id}`

/** A target as one word; the lane of its deliveries and how operators read it. */
export const targetText = ({ platform, chatId, threadId }: PostTarget): string =>
  `${platform}:${chatId}${threadId === undefined ? '' : `/${threadId}`}`
