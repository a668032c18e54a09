import { afterAll, beforeAll, expect, test } from 'vitest'
import { DAY, HOUR, MINUTE } from '../../core/shared/instant.ts'
import { GROUP, OLGA, startAnnounceStage, TOPIC_ID, type AnnounceStage } from '../support/announce-stage.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let stage: AnnounceStage
beforeAll(async () => {
  stage = await startAnnounceStage(GENESIS)
}, 60_000)
afterAll(() => stage.close())

const settle = async (): Promise<void> => {
  while ((await stage.deliver()) > 0);
}

test('an operator routes a topic in the chats that should read it', async () => {
  const routed = await stage.olga('announce route', { topic: 'events' })
  expect(routed.text).toContain('Announced here from now on')
  expect((await stage.oleg(`/announce_route events language:zh zone:Asia/Shanghai`)).text).not.toBe('')
  await stage.oleg('/announce_route statements', { topicId: TOPIC_ID })
  const listed = await stage.olga('announce routes')
  for (const part of ['RT-1', 'RT-2', 'RT-3', `${GROUP}/${TOPIC_ID}`, 'Asia/Shanghai']) expect(listed.text).toContain(part)
})

test('an event is announced in both, each in its language, and its card changes in place until it is over', async () => {
  const { community } = stage
  await community.say('op', 'event create Weekly call start:now')
  await settle()
  const [onDiscord, onTelegram] = [stage.onDiscord(), stage.onTelegram()]
  expect(onDiscord.at(-1)).toContain('EVT-1')
  expect(onDiscord.at(-1)).toContain('Weekly call')
  expect(onTelegram.at(-1)).toContain('签到')
  // In the zone of the route: 00:00 UTC is 08:00 in Shanghai.
  expect(onTelegram.at(-1)).toContain('08:00')

  await community.say('ann', 'start')
  const code = (await community.say('op', 'event codes 1')).reply.verbatim ?? ''
  await community.say('ann', `checkin ${code}`)
  await settle()
  expect(stage.onDiscord()).toHaveLength(onDiscord.length)
  expect(stage.onTelegram()).toHaveLength(onTelegram.length)
  expect(stage.onDiscord().at(-1)).toContain('ann')
  expect(stage.onTelegram().at(-1)).toContain('ann')
  expect(stage.onTelegram().at(-1)).toContain('08:00')

  await community.say('op', 'event close 1')
  await settle()
  expect(stage.onDiscord().at(-1)).toContain('EVT-1 “Weekly call” is over. 1 member checked in.')
  expect(stage.onTelegram().at(-1)).toContain('共 1 人签到')
  expect(stage.onDiscord().at(-2)).toContain('closed')
  expect(stage.onDiscord()).toHaveLength(onDiscord.length + 1)
  expect(stage.onTelegram()).toHaveLength(onTelegram.length + 1)
})

test('what changes while a card is on its way is on it soon after', async () => {
  const { community } = stage
  await community.say('op', 'event create Late news start:now')
  const code = (await community.say('op', 'event codes 2')).reply.verbatim ?? ''
  await community.say('bob', 'start')
  const { outbox, messengers } = stage.worker()
  const slow = {
    ...outbox,
    async posted(...args: Parameters<typeof outbox.posted>) {
      // The message is there, nobody remembers it yet: the change finds no card.
      await community.say('bob', `checkin ${code}`)
      await outbox.spread(community.clock.now)
      return outbox.posted(...args)
    },
  }
  await stage.deliver({ outbox: slow, messengers })
  await settle()
  expect(stage.onDiscord().at(-1)).toContain('bob')
  expect(stage.onTelegram().at(-1)).toContain('bob')
})

test('the end of a period is announced where statements are followed, with the page of its statement', async () => {
  const { community } = stage
  const rows = [
    { period: 1, state: 'draft' },
    { period: 1, state: 'final', root: `0x${'ab'.repeat(32)}` },
  ]
  await community.database.prisma.outboxRow.createMany({
    data: rows.map((payload) => ({ topic: 'statements', subject: 'P-1', payload, createdAt: new Date(community.clock.now) })),
  })
  await settle()
  const [draft, final] = stage.onTelegram().slice(-2)
  expect(draft).toContain('http://localhost:8080/periods/1')
  expect(final).toContain('0xabab')
  expect(stage.telegram.requestsOf('sendMessage').at(-1)?.payload).toMatchObject({ message_thread_id: TOPIC_ID })
})

test('an alert reaches the chats of operators too', async () => {
  const { community } = stage
  await stage.olga('announce route', { topic: 'operators' })
  await community.database.prisma.outboxRow.create({
    data: {
      topic: 'operator-alert',
      subject: 'payouts-halted',
      payload: { code: 'payouts-halted', block: '7' },
      createdAt: new Date(community.clock.now),
    },
  })
  await settle()
  expect(stage.onDiscord().at(-1)).toContain('Payouts are stopped')
})

test('an operator writes to everybody: first a preview, then the button, then a report', async () => {
  const { discord } = stage
  await stage.olga('announce route', { topic: 'news' })
  const none = await stage.olga('announce send', { text: 'Hello', topic: 'mining' })
  expect(none.text).toContain('No chat follows')
  const preview = await stage.olga('announce send', { text: 'We meet on Sunday. <@300000000000000001> @everyone' })
  expect(preview.text).toContain('Preview of BC-1')
  expect(preview.text).toContain('It reaches one chat that follows news, as it stands below the line')
  await settle()
  expect(stage.onDiscord().join()).not.toContain('We meet on Sunday')
  expect((await stage.olga('announce report', { broadcast: 'BC-1' })).text).toContain('was not sent yet')

  const message = preview.messages.at(-1)!
  const pressed = await discord.click({ user: '300000000000000001', message, label: 'Send' })
  await pressed.until('the answer', ({ text }) => text.includes('BC-1 is on its way'))
  await settle()
  expect(stage.onDiscord().filter((text) => text.includes('We meet on Sunday'))).toHaveLength(1)
  expect(discord.messages(stage.channel).at(-1)).toMatchObject({ mention_everyone: false, mentions: [] })
  expect((await stage.olga('announce report', { broadcast: 'BC-1' })).text).toMatch(/Delivered:\W* 1/)
  expect((await stage.olga('announce confirm', { broadcast: 'BC-1' })).text).toContain('was sent before')
})

test('a chat that is closed to the bot is a dead letter with its reason, and is sent again once it is open', async () => {
  const { telegram, community } = stage
  telegram.setBotStatus(GROUP, 'kicked', 100)
  await community.say('op', 'event create Unseen start:+1h')
  await settle()
  const dead = await stage.olga('outbox dead')
  expect(dead.text).toContain('Not delivered: 1')
  expect(dead.text).toContain(String(GROUP))
  telegram.setBotStatus(GROUP, 'administrator', 100)
  await stage.olga('outbox again')
  await settle()
  expect(stage.onTelegram().at(-1)).toContain('Unseen')
  await stage.olga('announce unroute')
})

test('codes are offered while an operator types, and to nobody else', async () => {
  const { discord } = stage
  await stage.community.database.prisma.outboxRow.create({
    data: {
      topic: 'post',
      subject: 'discord:77',
      payload: {},
      createdAt: new Date(stage.community.clock.now),
      error: '403: Missing Access',
    },
  })
  const offered = async (command: string, focused: string, typed: string, user = OLGA) => {
    const path = ['pos-admin', ...command.split(' ')]
    return (await discord.autocomplete({ user, channel: stage.channel, path, options: { [focused]: typed }, focused })) ?? []
  }
  expect(await offered('announce unroute', 'route', '挖矿')).toEqual([])
  expect(await offered('announce unroute', 'route', 'statements')).toEqual([
    { name: `RT-3: statements, at once – telegram:${GROUP}/${TOPIC_ID}`, value: 'RT-3' },
  ])
  expect(await offered('announce unroute', 'route', 'rt-3 报表')).toHaveLength(1)
  expect(await offered('announce report', 'broadcast', 'sunday')).toEqual([
    { name: expect.stringContaining('BC-1 (news): We meet on Sunday') as string, value: 'BC-1' },
  ])
  expect(await offered('announce confirm', 'broadcast', '')).toEqual([])
  const [trouble, ...others] = await offered('outbox again', 'delivery', 'missing')
  expect(others).toEqual([])
  expect(trouble?.name).toMatch(/^OUT-\d+ \(failed\) discord:77: 403: Missing Access$/)
  discord.addMember({ userId: '300000000000000009', name: 'Eve' })
  for (const [command, field] of [
    ['announce unroute', 'route'],
    ['announce report', 'broadcast'],
    ['outbox again', 'delivery'],
  ] as const)
    expect(await offered(command, field, '', '300000000000000009')).toEqual([])
  await stage.community.database.prisma.outboxRow.deleteMany({ where: { subject: 'discord:77' } })
})

/** Ends as if the process had been killed before its `step`-th call to the world; resolves with whether it got that far. */
async function killedBefore(step: number): Promise<boolean> {
  const { outbox, messengers } = stage.worker()
  const killed = Promise.withResolvers<'killed'>()
  let calls = 0
  const mortal = <Part extends object>(part: Part): Part =>
    new Proxy(part, {
      get(of, name) {
        const value: unknown = Reflect.get(of, name)
        if (typeof value !== 'function') return value
        return async (...args: unknown[]) => {
          calls += 1
          if (calls >= step) {
            killed.resolve('killed')
            await new Promise(() => {})
          }
          const result: unknown = await Reflect.apply(value, of, args)
          calls += 1
          if (calls >= step) {
            killed.resolve('killed')
            // Done, but nobody hears of it.
            await new Promise(() => {})
          }
          return result
        }
      },
    })
  const parts = { outbox: mortal(outbox), messengers: new Map([...messengers].map(([name, messenger]) => [name, mortal(messenger)])) }
  return (await Promise.race([stage.deliver(parts), killed.promise])) === 'killed'
}

test(
  'a worker that is killed anywhere leaves each message once on Discord, and never twice on Telegram',
  { timeout: 120_000 },
  async () => {
    const { community, telegram } = stage
    await stage.olga('announce route', { topic: 'events' })
    await stage.oleg('/announce_route events')
    let steps = 0
    let unknown = 0
    for (let step = 1, wasKilled = true; wasKilled; step += 1) {
      community.clock.now += DAY
      await community.say('op', `event create Kill ${step}. start:+1h`)
      wasKilled = await killedBefore(step)
      steps = step
      // The next process: at first everything still belongs to the one before.
      await settle()
      for (let minute = 0; minute < 4; minute += 1) {
        community.clock.now += MINUTE + 1
        await settle()
      }
      const said = `Kill ${step}.`
      expect(
        stage.onDiscord().filter((text) => text.includes(said)),
        said,
      ).toHaveLength(1)
      const there = stage.onTelegram().filter((text) => text.includes(said)).length
      const doubted = await community.database.prisma.outboxRow.count({
        where: {
          topic: 'post',
          deliveredAt: null,
          error: { not: null },
          sendingSince: { not: null },
          createdAt: { gt: new Date(community.clock.now - HOUR) },
        },
      })
      // Not there means that somebody is told; there means once.
      expect(there === 1 || doubted === 1, `${said} ${there} there, ${doubted} told of`).toBe(true)
      expect(there).toBeLessThanOrEqual(1)
      unknown += doubted
    }
    // spread, take, take; then readCard, post, sending and posted of each of the two.
    expect(steps).toBeGreaterThan(15)
    expect(unknown).toBeGreaterThan(0)
    expect(telegram.violations).toEqual([])
  },
)

test('a connection that breaks after Telegram took a message leaves one message and one line for operators', async () => {
  const { community, telegram } = stage
  await settle()
  telegram.failNext({ method: 'sendMessage', times: 1, kind: 'drop-after' })
  await community.say('op', 'event create Broken line start:+1h')
  await settle()
  community.clock.now += DAY
  await settle()
  expect(stage.onTelegram().filter((text) => text.includes('Broken line'))).toHaveLength(1)
  expect((await stage.olga('outbox dead')).text).toContain('unknown')
  telegram.failNext({ method: 'sendMessage', times: 2, kind: 'server-error' })
  telegram.rateLimitNext(1, 3, 'sendMessage')
  await community.say('op', 'event create Answered line start:+1h')
  for (let minute = 0; minute < 6; minute += 1) {
    await settle()
    community.clock.now += MINUTE
  }
  expect(stage.onTelegram().filter((text) => text.includes('Answered line'))).toHaveLength(1)
})
