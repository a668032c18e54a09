import { broadcastAnnounced } from '../../core/announce/announcements.ts'
import type { BroadcastPort, RoutePort } from '../../core/announce/announce.port.ts'
import { TOPICS, type Broadcast, type Route, type Topic } from '../../core/announce/announce.types.ts'
import { releaseAt } from '../../core/announce/rhythm.rules.ts'
import { PLATFORMS } from '../../core/shared/actor.ts'
import type { PostTarget } from '../../core/shared/chat-app.ts'
import { LANGUAGES, type Language } from '../../core/shared/text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { announce } from './announce-intent.ts'
import type { Tx } from './database.ts'
import { deliveryReport } from './dead-letter-store.ts'

/** More chats than any community has; bounds what one announcement is spread into. */
const MOST_ROUTES = 2_000

/** Routes and what operators write, for the commands of `announce`. */
export function announceStore(tx: Tx, publicLanguage: Language): RoutePort & BroadcastPort {
  return {
    publicLanguage,
    routes: () => readRoutes(tx),
    async findRoute(topic, target) {
      const row = await tx.announceRoute.findUnique({ where: { topic_platform_chatId_threadId: keyOf(topic, target) } })
      return row === null ? undefined : toRoute(row)
    },
    async setRoute({ topic, target, setAt, quiet, digestHour, ...rest }) {
      const data = {
        ...rest,
        quietFrom: quiet?.from ?? null,
        quietUntil: quiet?.until ?? null,
        digestHour: digestHour ?? null,
        setAt: new Date(setAt),
        // Set by hand from now on, whoever made it.
        setupOf: null,
      }
      const key = keyOf(topic, target)
      const row = await tx.announceRoute.upsert({
        where: { topic_platform_chatId_threadId: key },
        create: { ...key, ...data },
        update: data,
      })
      const route = toRoute(row)
      // What is held follows the new rhythm, all at one moment, so that it comes as one message.
      await tx.$executeRaw(Prisma.sql`
        UPDATE outbox SET held_until = ${heldUntil(releaseAt(route, setAt), setAt)}
        WHERE route = ${route.number} AND delivered_at IS NULL AND error IS NULL AND attempts = 0 AND carrier IS NULL AND held_until > ${new Date(setAt)}`)
      return route
    },
    async removeRoutes(which) {
      const where = 'number' in which ? { number: which.number } : chatOf(which.target, which.topic)
      const rows = await tx.announceRoute.findMany({ where, orderBy: { number: 'asc' } })
      const numbers = rows.map(({ number }) => number)
      await tx.announceRoute.deleteMany({ where: { number: { in: numbers } } })
      await tx.outboxRow.deleteMany({
        where: { route: { in: numbers }, deliveredAt: null, error: null, attempts: 0, carrier: null },
      })
      return rows.map(toRoute)
    },
    async draft({ topic, body, writtenBy, writtenAt }) {
      const row = await tx.broadcast.create({
        data: { topic, body, writtenBy, writtenAt: new Date(writtenAt) },
        select: { number: true },
      })
      return row.number
    },
    async findBroadcast(number) {
      const row = await tx.broadcast.findUnique({ where: { number } })
      return row === null ? undefined : toBroadcast(row)
    },
    async confirm(broadcast, now) {
      // The row is the lock under which it is sent once.
      const free = await tx.$queryRaw<unknown[]>(
        Prisma.sql`SELECT 1 FROM broadcast WHERE number = ${broadcast.number} AND sent_at IS NULL FOR UPDATE`,
      )
      if (free.length === 0) return false
      const cause = await announce(tx, broadcastAnnounced(broadcast), now)
      const sent = await tx.broadcast.updateMany({
        where: { number: broadcast.number, sentAt: null },
        data: { sentAt: new Date(now), cause },
      })
      return sent.count === 1
    },
    report: (number, limit) => deliveryReport(tx, number, limit),
  }
}

/** Every route, those of one topic together. */
export async function readRoutes(tx: Tx): Promise<readonly Route[]> {
  const rows = await tx.announceRoute.findMany({ orderBy: [{ topic: 'asc' }, { number: 'asc' }], take: MOST_ROUTES })
  return rows.map(toRoute)
}

/** What operators wrote, the latest first. */
export async function latestBroadcasts(tx: Tx, which: 'draft' | 'sent', limit: number): Promise<readonly Broadcast[]> {
  const where = which === 'draft' ? { sentAt: null } : { sentAt: { not: null } }
  return (await tx.broadcast.findMany({ where, orderBy: { number: 'desc' }, take: limit })).map(toBroadcast)
}

/** The epoch for what need not wait: only what was held comes together with others. */
export const heldUntil = (release: number, now: number): Date => new Date(release > now ? release : 0)

const chatOf = ({ platform, chatId, threadId }: PostTarget, topic: Topic | undefined) => ({
  platform,
  chatId,
  threadId: threadId ?? '',
  ...(topic === undefined ? {} : { topic }),
})

const keyOf = (topic: Topic, target: PostTarget) => ({ ...chatOf(target, undefined), topic })

type RouteRow = NonNullable<Awaited<ReturnType<Tx['announceRoute']['findUnique']>>>

function toRoute(row: RouteRow): Route {
  return {
    number: row.number,
    topic: known(TOPICS, row.topic),
    target: { platform: known(PLATFORMS, row.platform), chatId: row.chatId, ...(row.threadId === '' ? {} : { threadId: row.threadId }) },
    language: known(LANGUAGES, row.language),
    timeZone: row.timeZone,
    quiet: row.quietFrom === null || row.quietUntil === null ? undefined : { from: row.quietFrom, until: row.quietUntil },
    digestHour: row.digestHour ?? undefined,
    rollUp: row.rollUp,
  }
}

const toBroadcast = (row: NonNullable<Awaited<ReturnType<Tx['broadcast']['findUnique']>>>): Broadcast => ({
  number: row.number,
  topic: known(TOPICS, row.topic),
  body: row.body,
  sentAt: row.sentAt?.getTime(),
})

function known<Word extends string>(words: readonly Word[], found: string): Word {
  const word = words.find((each) => each === found)
  if (word === undefined) throw new Error(`the database holds the unknown word ${found}`)
  return word
}
