import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetMessages } from '../../adapters/postgres/inbox-store.ts'
import { notifyMember } from '../../adapters/postgres/notify-member.ts'
import { runLine } from '../../core/shared/chat-line.ts'
import { DAY, MINUTE } from '../../core/shared/instant.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { PLAIN_STYLE, startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community
beforeAll(async () => {
  community = await startCommunity(GENESIS)
})
afterAll(() => community.close())

async function memberOf(who: string): Promise<string> {
  return (await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: who } })).memberId
}

async function tell(who: string, ...texts: readonly string[]): Promise<void> {
  const memberId = await memberOf(who)
  for (const text of texts)
    await community.database.transaction(async (tx) => {
      await notifyMember(tx, memberId, sharedTexts.say('plain', { text }), community.clock.now)
      return { keep: true, value: undefined }
    })
}

const unread = async (who: string) =>
  community.database.prisma.inboxMessage.count({ where: { memberId: await memberOf(who), readAt: null } })
const nothingSent = async () => expect(await community.database.prisma.outboxRow.count({ where: { topic: 'private' } })).toBe(0)

test('an undone check-in waits in the inbox with its time and reason, and nothing is sent', async () => {
  for (const who of ['op', 'ann']) await community.say(who, 'start')
  expect((await community.say('ann', 'inbox')).text).toContain('Your inbox is empty')
  await community.say('op', 'event create Call start:now')
  const code = (await community.say('op', 'event codes 1')).reply.verbatim ?? ''
  await community.say('ann', `checkin ${code}`)
  await community.say('op', 'event undo 1 @ann was not there')
  await nothingSent()
  const { text, reply } = await community.say('ann', 'inbox')
  expect(text).toMatch(/^New for you\n2027-01-31T00:00:00.000Z · Your check-in to EVT-1 was undone by the host: was not there/)
  expect(reply.buttons).toBeUndefined()
  expect((await community.say('ann', 'inbox')).text).toContain('Nothing new. Earlier messages:\n2027-01-31T00:00:00.000Z · Your check-in')
  await nothingSent()
})

test('what a transaction did not keep is in no inbox', async () => {
  const memberId = await memberOf('ann')
  await community.database.transaction(async (tx) => {
    await notifyMember(tx, memberId, sharedTexts.say('plain', { text: 'never happened' }), community.clock.now)
    return { keep: false, value: undefined }
  })
  expect(await unread('ann')).toBe(0)
})

test('unread ones come first, newest first, page by page, then older ones', async () => {
  await community.say('bob', 'start')
  await tell('bob', 'one', 'two', 'three', 'four', 'five', 'six', 'seven')
  const shown = (text: string) =>
    text
      .split('\n')
      .slice(1)
      .map((line) => line.split(' · ')[1])
  const first = await community.say('bob', 'inbox')
  expect(shown(first.text)).toEqual(['seven', 'six', 'five', 'four', 'three'])
  expect(await unread('bob')).toBe(2)
  await tell('bob', 'eight')
  const second = await community.press('bob', first, '2 more')
  expect(shown(second.text)).toEqual(['eight', 'two', 'one'])
  expect(second.reply.buttons).toBeUndefined()
  await tell('bob', 'nine')
  const third = await community.say('bob', 'inbox')
  expect(shown(third.text)).toEqual(['nine'])
  const older = await community.press('bob', third, 'Earlier messages')
  expect(shown(older.text)).toEqual(['eight', 'seven', 'six', 'five', 'four'])
  expect(shown((await community.press('bob', older, 'Earlier messages')).text)).toEqual(['three', 'two', 'one'])
})

test('of many who look at the same time one gets a message as new, and the same request again gets the same answer', async () => {
  await tell('bob', 'only once')
  const looks = await Promise.all(Array.from({ length: 5 }, (_, index) => community.say('bob', 'inbox', `look-${index}`)))
  expect(looks.filter(({ text }) => text.startsWith('New for you'))).toHaveLength(1)
  const again = await Promise.all(looks.map((_, index) => community.say('bob', 'inbox', `look-${index}`)))
  expect(again.map(({ text }) => text)).toEqual(looks.map(({ text }) => text))
})

test('a private answer in a chat tells once that something waits; check-ins, refusals and public answers do not', async () => {
  const account = { platform: 'telegram', userId: '41', name: 'Tom', locale: 'en' } as const
  let keys = 0
  const say = async (line: string, kind: 'private' | 'group' = 'private') => {
    const { reply, language } = await runLine(community.chat, account, { kind, chatId: '41' }, line, `telegram:${(keys += 1)}`)
    return reply.lines.map((text) => community.chat.speak(text, language, PLAIN_STYLE)).join('\n')
  }
  await say('start')
  await tell('41', 'something', 'something else')
  expect(await say('checkin 1-AAAA-AAAA')).not.toContain('inbox')
  expect(await say('withdraw nothing')).not.toContain('inbox')
  expect(await say('leaderboard')).not.toContain('inbox')
  expect(await say('balance')).toMatch(/2 new messages for you: inbox$/)
  expect(await say('balance')).not.toContain('inbox')
  await tell('41', 'a third')
  expect(await say('history')).toMatch(/1 new message for you: inbox$/)
  await tell('41', 'a fourth')
  // Who looks needs no telling, not even of what the page has no room for.
  expect(await say('inbox')).not.toContain('for you: inbox')
  expect(await say('balance')).not.toContain('inbox')
})

test('the newest 200 of a member are kept, and those of 90 days', async () => {
  await community.say('cyd', 'start')
  const memberId = await memberOf('cyd')
  const at = (index: number) => new Date(community.clock.now + index)
  const reply = '{"audience":"private","tone":"info","lines":[]}'
  await community.database.prisma.inboxMessage.createMany({
    data: Array.from({ length: 203 }, (_, index) => ({ memberId, reply, createdAt: at(index) })),
  })
  const others = await community.database.prisma.inboxMessage.count({ where: { memberId: { not: memberId } } })
  expect(await forgetMessages(community.database, community.clock.now + MINUTE)).toBe(3)
  const left = await community.database.prisma.inboxMessage.findMany({ where: { memberId }, orderBy: { id: 'asc' } })
  expect([left.length, left[0]?.createdAt]).toEqual([200, at(3)])
  expect(await community.database.prisma.inboxMessage.count()).toBe(200 + others)
  expect(await forgetMessages(community.database, community.clock.now + 91 * DAY)).toBe(200 + others)
})

test('a command after a mistyped hour or time is that command, not another try', async () => {
  expect((await community.say('bob', 'digest noon')).reply.code).toBe('digest.hour')
  expect((await community.say('bob', 'inbox before:MSG-9')).reply.code).toBeUndefined()
  expect((await community.say('bob', 'snooze 100d')).reply.code).toBe('snooze.span')
  expect((await community.say('bob', 'remind EVT-99')).reply.code).toBe('event.unknown')
})
