import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { outboxStore } from '../../adapters/postgres/outbox-store.ts'
import { sendReminders } from '../../adapters/postgres/reminder-store.ts'
import { Fault } from '../../core/shared/fault.ts'
import { DAY, MINUTE, SECOND } from '../../core/shared/instant.ts'
import type { Messenger } from '../../core/shared/chat-app.ts'
import type { OutboxPort } from '../../core/shared/outbox.ts'
import { deliverOutbox } from '../../jobs/deliver-outbox.ts'
import { startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community
let outbox: OutboxPort
const sent: string[] = []
let trouble: Error | undefined
let isGone = false

const messenger: Messenger = {
  remembersNonceMs: 0,
  post: () => Promise.reject(new Error('nothing is routed to the console')),
  sendPrivate(userId, reply) {
    if (trouble !== undefined) return Promise.reject(trouble)
    sent.push(`${userId}: ${reply.lines[0]?.key}`)
    return Promise.resolve('sent')
  },
  edit(message, reply) {
    const attendees = reply.fields?.find(({ label }) => label.key === 'attendance.fieldAttendees')?.value
    sent.push(`edit ${message.messageId}: ${typeof attendees === 'number' ? attendees : 'no number'}`)
    return Promise.resolve(isGone ? 'gone' : 'edited')
  },
}
const messengers = new Map([['console' as const, messenger]])
const deliver = () => deliverOutbox({ outbox, messengers, publicLanguage: 'en' }, community.clock.now)

/** A private message that was asked for. */
async function remindOf(who: string): Promise<void> {
  const event = (await community.say('op', 'event create Talk start:+20m')).text.match(/EVT-\d+/)?.[0] ?? ''
  await community.say(who, `remind ${event}`)
  community.clock.now += 10 * MINUTE
  expect(await sendReminders(community.database, community.clock.now)).toBe(1)
}

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  outbox = outboxStore(community.database, {
    events: community.events,
    operators: new Set(['console:op']),
    publicOrigin: 'http://localhost:8080',
  })
  await community.say('op', 'start')
  await community.say('op', 'event create Call start:now')
  for (const who of ['ann', 'bob', 'cyd']) await community.say(who, 'start')
})
afterAll(() => community.close())

describe('the outbox', () => {
  it('edits a shown card once for many changes, with what is true then', async () => {
    await community.chat.rememberCard('EVT-1', { platform: 'console', chatId: 'room:1', messageId: '77' })
    const code = (await community.say('op', 'event codes 1')).reply.verbatim ?? ''
    for (const who of ['ann', 'bob', 'cyd']) await community.say(who, `checkin ${code}`)
    expect(await deliver()).toBe(1)
    expect(sent.splice(0)).toEqual(['edit 77: 3'])
    expect(await deliver()).toBe(0)
  })

  it('tells a member in private, and tries again later when the platform is in trouble', async () => {
    await remindOf('bob')
    trouble = new Fault('console', 'busy', { retryable: true, retryAfterMs: 5 * MINUTE })
    await deliver()
    trouble = undefined
    community.clock.now += MINUTE
    await deliver()
    expect(sent.filter((line) => line.startsWith('bob'))).toEqual([])
    community.clock.now += 5 * MINUTE
    await deliver()
    expect(sent.splice(0).filter((line) => line.startsWith('bob'))).toEqual(['bob: inbox.reminder'])
  })

  it('gives up on what can never be delivered, and shows it to operators', async () => {
    await remindOf('cyd')
    trouble = new Fault('console', 'no such account', { retryable: false })
    await deliver()
    trouble = undefined
    community.clock.now += DAY
    expect(sent.splice(0).filter((line) => line.startsWith('cyd'))).toEqual([])
    expect((await community.say('op', 'status')).text).toContain('Messages not delivered: 1')
  })

  it('is delivered once by two workers at the same time', async () => {
    community.clock.now += SECOND
    await community.database.prisma.outboxRow.create({
      data: {
        topic: 'operator-alert',
        subject: 'payouts-halted',
        payload: { code: 'payouts-halted', block: '7' },
        createdAt: new Date(community.clock.now),
      },
    })
    await Promise.all([deliver(), deliver(), deliver()])
    expect(sent.splice(0)).toEqual(['op: operations.alert_payouts-halted'])
  })

  it('forgets a card that was deleted', async () => {
    isGone = true
    await community.say('op', 'event close 1')
    await deliver()
    expect(sent.splice(0)).toHaveLength(1)
    expect(await community.database.prisma.card.count()).toBe(0)
  })
})
