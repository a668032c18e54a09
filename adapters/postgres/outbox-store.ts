import { readEventCard, renderEventCard } from '../../core/attendance/event-show.ts'
import { renderPublicItem } from '../../core/review/review-card-public.ts'
import type { OutboxPort, Try } from '../../core/shared/outbox.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { replyToJson, type Reply } from '../../core/shared/reply.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { forgetCard } from './chat-store.ts'
import type { Database, Tx } from './database.ts'
import { eventStore, type EventStoreOptions } from './event-store.ts'
import { issueButtons } from './issue-buttons.ts'
import { hasCauses, lockOutbox, spreadCauses, type SpreadOptions } from './outbox-spread.ts'
import { takeOthers, takePosts } from './outbox-take.ts'
import { readPublicItem } from './review-cards.ts'

export interface OutboxOptions extends Omit<SpreadOptions, 'genesis'> {
  readonly events: EventStoreOptions
}

export function outboxStore(database: Database, options: OutboxOptions): OutboxPort {
  const { prisma } = database
  /** Runs `work` with the outbox to itself. */
  const alone = <Result>(work: (tx: Tx) => Promise<Result>): Promise<Result> =>
    database.transaction(async (tx) => {
      await lockOutbox(tx)
      return { keep: true, value: await work(tx) }
    })

  async function readCard(tx: Tx, subject: string, now: Instant): Promise<Reply | undefined> {
    if (!subject.startsWith('EVT-')) {
      const item = await readPublicItem(tx, subject)
      return item === undefined ? undefined : issueButtons(tx, renderPublicItem(item), '', undefined, now)
    }
    const store = eventStore(tx, options.events)
    const event = await store.find(Number(subject.replace(/^EVT-/, '')))
    if (event === undefined) return undefined
    // What a card offers is for everybody: there is no one member to whom its buttons belong.
    return issueButtons(tx, renderEventCard(await readEventCard(store, event, now)), '', undefined, now)
  }

  return {
    async spread(now) {
      if (await hasCauses(prisma)) await alone((tx) => spreadCauses(tx, { ...options, genesis: options.events.genesis }, now))
    },
    take: (wanted, now, until) =>
      wanted.kind === 'posts' ? alone((tx) => takePosts(tx, wanted, now, until)) : takeOthers(prisma, wanted, now, until),
    async keep(ids, until) {
      await prisma.outboxRow.updateMany({
        where: { id: { in: [...ids] }, deliveredAt: null, error: null },
        data: { takenUntil: new Date(until) },
      })
    },
    async sending(tried, now) {
      const begun = await prisma.$executeRaw(Prisma.sql`
        UPDATE outbox SET sending_since = coalesce(sending_since, ${new Date(now)})
        WHERE id = ${tried.id} AND attempts = ${tried.attempts} AND delivered_at IS NULL AND error IS NULL`)
      return begun === 1
    },
    async delivered(id, now) {
      await prisma.outboxRow.updateMany({ where: withCarried(id), data: { deliveredAt: new Date(now), error: null, sendingSince: null } })
    },
    posted: (delivery, message, shown, now) =>
      alone(async (tx) => {
        const { id, attempts, card, readers } = delivery
        await tx.outboxRow.updateMany({
          where: withCarried(id),
          data: { deliveredAt: new Date(now), error: null, sendingSince: null, messageId: message.messageId },
        })
        if (card === undefined || shown.card === undefined) return
        await tx.card.createMany({ data: [{ subject: card, ...message, shownAt: new Date(now), ...readers }], skipDuplicates: true })
        // Whatever changed until this moment found no card to edit; and an earlier try may have shown something older.
        const current = await readCard(tx, card, now)
        if (current === undefined || (attempts === 1 && replyToJson(current) === replyToJson(shown))) return
        const payload = { card, ...readers }
        const subject = `${message.platform}:${message.chatId}:${message.messageId}`
        await tx.outboxRow.create({ data: { topic: 'card', subject, payload, createdAt: new Date(now) } })
      }),
    postpone: (tried, until, isOpen) =>
      settle(prisma, tried, { dueAt: new Date(until), takenUntil: new Date(0), ...(isOpen ? {} : { sendingSince: null }) }),
    giveUp: (tried, error) => settle(prisma, tried, { error, sendingSince: null }),
    async doubt({ id, attempts }, error) {
      await prisma.$executeRaw(Prisma.sql`
        WITH doubted AS (
          UPDATE outbox SET error = ${error}, sending_since = coalesce(sending_since, created_at)
          WHERE id = ${id} AND attempts = ${attempts} AND delivered_at IS NULL RETURNING id
        )
        UPDATE outbox SET error = ${error}, sending_since = outbox.created_at FROM doubted WHERE carrier = doubted.id`)
    },
    forgetCard: (subject, message) => forgetCard(database, subject, message),
    readCard: (subject, now) => readCard(prisma, subject, now),
  }
}

const withCarried = (id: bigint) => ({ OR: [{ id }, { carrier: id }] })

/** The end of a try, unless another worker has begun the next one. What it carries ends with it. */
async function settle(
  tx: Tx,
  { id, attempts }: Try,
  data: { dueAt?: Date; takenUntil?: Date; error?: string; sendingSince?: null },
): Promise<void> {
  const { error } = data
  const ended = await tx.outboxRow.updateMany({ where: { id, attempts, deliveredAt: null }, data })
  if (ended.count === 1 && error !== undefined)
    await tx.outboxRow.updateMany({ where: { carrier: id }, data: { error, sendingSince: null } })
}
