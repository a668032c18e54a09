import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { sendDigests } from '../../adapters/postgres/digest-store.ts'
import { sendReminders } from '../../adapters/postgres/reminder-store.ts'
import { HOUR, MINUTE } from '../../core/shared/instant.ts'
import { startAnnounceStage, type AnnounceStage } from '../support/announce-stage.ts'
import { visibleText } from '../support/discord/conversation.ts'
import { pathTo } from '../support/discord/path-to.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const DORA = '300000000000000002'
const TIM = 200
let stage: AnnounceStage
beforeAll(async () => {
  stage = await startAnnounceStage(GENESIS)
  stage.discord.addMember({ userId: DORA, name: 'Dora', locale: 'en-US' })
  stage.telegram.addUser({ id: TIM, firstName: 'Tim', languageCode: 'en', started: true })
  await dora('start')
  await tim('/start')
}, 60_000)
afterAll(() => stage.close())

const dora = (command: string, options: Readonly<Record<string, string>> = {}) =>
  stage.discord.slash({ user: DORA, channel: stage.channel, path: pathTo(stage.discord, command), options })
const tim = (text: string) => stage.telegram.send({ user: TIM, text })
const toDora = () => stage.discord.messages(stage.discord.directChannel(DORA))
const toTim = () => stage.telegram.messages(TIM)
const plain = (text: string) => text.replaceAll('\u2060', '')

/** Everything that jobs and the outbox would do by now. */
async function live(): Promise<void> {
  const { database, clock } = stage.community
  await sendReminders(database, clock.now)
  await sendDigests(database, clock.now)
  while ((await stage.deliver()) > 0);
}

test('an undone check-in makes a row in the inbox and no direct message, on either platform', async () => {
  const { community } = stage
  await community.say('op', 'event create Call start:now')
  const code = (await community.say('op', 'event codes 1')).reply.verbatim ?? ''
  await dora('checkin', { code })
  await tim(`/checkin ${code}`)
  const before = toTim().length
  const members = await community.database.prisma.chatAccount.findMany({ where: { userId: { in: [DORA, String(TIM)] } } })
  for (const { memberId } of members)
    expect((await community.say('op', `event undo 1 ${memberId} was elsewhere`)).text).toContain('is undone')
  community.clock.now += 25 * HOUR
  await live()
  expect(await community.database.prisma.inboxMessage.count({ where: { readAt: null } })).toBe(2)
  expect(await community.database.prisma.outboxRow.count({ where: { topic: 'private' } })).toBe(0)
  expect([toDora(), toTim().length]).toEqual([[], before])

  for (const say of [(words: string) => dora(words), (words: string) => tim(`/${words}`)]) {
    expect((await say('balance')).text).toContain('1 new message for you: inbox')
    expect((await say('balance')).text).not.toContain('inbox')
    expect((await say('inbox')).text).toContain('Your check-in to EVT-1 was undone by the host: was elsewhere')
  }
})

test('who asks for a digest gets it where they asked, in their own time', async () => {
  const { community } = stage
  await tim('/timezone Asia/Shanghai')
  expect(plain((await tim('/digest 9')).text)).toContain('09:00')
  expect((await dora('digest', { hour: '9' })).text).toContain('digest off stops it')
  await community.say('op', 'event create Second start:now')
  const code = (await community.say('op', 'event codes 2')).reply.verbatim ?? ''
  await tim(`/checkin ${code}`)
  const { memberId } = await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: String(TIM) } })
  await community.say('op', `event undo 2 ${memberId} again not there`)
  const [before, undoneAt] = [toTim().length, community.clock.now]
  community.clock.now += 24 * HOUR
  await live()
  expect(toTim()).toHaveLength(before + 1)
  const digest = plain(toTim().at(-1)?.text ?? '')
  expect(digest).toContain('Unread in your inbox')
  // 01:00 UTC is 09:00 in Shanghai.
  expect(new Date(undoneAt).toISOString()).toContain('T01:00')
  expect(digest).toContain('09:00')
  expect(toDora()).toEqual([])
  await live()
  expect(toTim()).toHaveLength(before + 1)
})

test('the card of an event reminds who presses, in private, and the buttons of the reminder work', async () => {
  const { community, discord, telegram, channel } = stage
  await stage.olga('announce route', { topic: 'events' })
  await stage.oleg('/announce_route events')
  await community.say('op', 'event create Weekly call start:+2h minutes:90')
  await live()
  const onDiscord = discord.messages(channel).at(-1)!
  const onTelegram = stage.telegram.messages(-1_001_000_000_001).at(-1)!
  const asked = await discord.click({ user: DORA, message: onDiscord, label: 'Remind me' })
  expect(asked.text).toContain('I will remind you of EVT-3 Weekly call')
  const data = onTelegram.buttons.find(({ text }) => text === 'Remind me')?.data ?? ''
  await telegram.press({ user: TIM, message: onTelegram, data })
  // An edit of the card keeps its button.
  await community.say('op', 'event create Other start:now')
  community.clock.now += HOUR
  const before = toTim().length
  await live()
  expect(toTim()).toHaveLength(before + 1)
  expect(toDora()).toHaveLength(1)
  const [doras, tims] = [toDora().at(-1)!, toTim().at(-1)!]
  expect(visibleText(doras)).toContain('Weekly call (EVT-3) starts')
  expect(plain(tims.text)).toContain('Weekly call (EVT-3) starts')

  expect((await discord.click({ user: DORA, message: doras, label: 'In 10 minutes' })).text).toContain('I will remind you of EVT-3')
  const off = tims.buttons.find(({ text }) => text === 'No more reminders')?.data ?? ''
  await telegram.press({ user: TIM, message: tims, data: off })
  expect(plain(toTim().at(-1)?.text ?? '')).toContain('No reminder of EVT-3.')
  community.clock.now += 10 * MINUTE
  const [onceMore, still] = [toDora().length, toTim().length]
  await live()
  expect([toDora().length, toTim().length]).toEqual([onceMore + 1, still])
})

test('a changed wallet is told at once to the accounts that did not change it, and waits in the inbox', async () => {
  const { community, discord, telegram } = stage
  const { prisma } = community.database
  const { memberId } = await prisma.chatAccount.findFirstOrThrow({ where: { userId: DORA } })
  telegram.addUser({ id: 201, firstName: 'Dora', languageCode: 'en', started: true })
  await prisma.chatAccount.create({ data: { platform: 'telegram', userId: '201', memberId, name: 'Dora', linkedAt: new Date(GENESIS) } })
  const wallet = privateKeyToAccount(generatePrivateKey())
  const asked = await dora('wallet link', { address: wallet.address })
  const message = /\S+ wants you to sign in[^]*Expiration Time: \S+/.exec(asked.text)?.[0] ?? ''
  const before = toDora().length
  expect((await dora('wallet confirm', { signature: await wallet.signMessage({ message }) })).text).toContain('Wallet linked')
  await live()
  expect(plain(telegram.messages(201).at(-1)?.text ?? '')).toContain(`A wallet was linked to your account: ${wallet.address}`)
  await telegram.send({ user: 201, text: '/wallet_unlink' })
  const withAnswer = telegram.messages(201).length
  await live()
  expect(visibleText(discord.messages(discord.directChannel(DORA)).at(-1)!)).toContain('was taken off. Was it not you?')
  expect([toDora().length, telegram.messages(201).length]).toEqual([before + 1, withAnswer])
  const inbox = (await dora('inbox')).text
  for (const words of ['A wallet was linked', 'was taken off']) expect(inbox).toContain(words)
})

test('who blocked the bot is left alone', async () => {
  const { community, telegram } = stage
  await community.say('op', 'event create Third start:+2h')
  await tim('/remind EVT-5')
  telegram.block(TIM)
  const before = toTim().length
  community.clock.now += HOUR
  await live()
  expect(toTim()).toHaveLength(before)
  expect(await community.database.prisma.outboxRow.count({ where: { topic: 'private', deliveredAt: null } })).toBe(0)
})
