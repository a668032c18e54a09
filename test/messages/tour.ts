import { privateKeyToAccount } from 'viem/accounts'
import { DAY, HOUR, MINUTE } from '../../core/shared/instant.ts'
import type { ChatPlace } from '../../core/shared/actor.ts'
import { economyTexts } from '../../core/economy/economy.texts.ts'
import { replyToJson } from '../../core/shared/reply.ts'
import { runLine } from '../../core/shared/chat-line.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { disputing } from './tour-disputes.ts'
import { announcing } from './tour-announcing.ts'
import { formsTour } from './tour-forms.ts'
import { quizTour } from './tour-quiz.ts'
import { reviewing } from './tour-review.ts'
import type { Press, Say } from './say.ts'
import { campaigning } from './tour-campaigns.ts'
import { holding } from './tour-holds.ts'
import { linking } from './tour-links.ts'
import { mistakes } from './tour-mistakes.ts'

/** One thing that was typed or pressed, and what the member read. */
export interface Said {
  readonly chapter: string
  readonly who: string
  readonly typed: string
  readonly answer: Answer
}

const GENESIS = Date.UTC(2027, 0, 31)
const owner = privateKeyToAccount(`0x${'11'.repeat(32)}`)
const stranger = privateKeyToAccount(`0x${'22'.repeat(32)}`)

/** Lives through a community's first weeks by the real commands over a real database, and keeps every answer that members, hosts and operators get. */
export async function takeTour(): Promise<{ said: readonly Said[]; community: Community }> {
  const community = await startCommunity(GENESIS)
  const said: Said[] = []
  let chapter = ''
  const keep = <Kept extends Answer>(who: string, typed: string, answer: Kept): Kept => {
    said.push({ chapter, who, typed, answer })
    return answer
  }
  const say: Say = async (who, typed) => keep(who, typed, await community.say(who, typed))
  const press: Press = async (who, answer, label) => keep(who, `[${label}]`, await community.press(who, answer, label))
  const chapters: readonly (readonly [name: string, play: () => Promise<void>])[] = [
    ['Arriving', () => arriving(say)],
    ['Roles', () => roles(say)],
    ['Events', () => events(say)],
    ['Checking in', () => checkingIn(community, say, press)],
    ['Lists and corrections', () => lists(community, say, press)],
    ['In peace', () => quiet(community, say, press)],
    ['Forms', () => formsTour(community, say, press)],
    ['A quiz at an event', () => quizTour(community, say, press)],
    ['Balance and value', () => value(community, say)],
    ['Wallets', () => wallets(say)],
    ['Withdrawing', () => withdrawing(community, say)],
    ['Holds', () => holding(community, say)],
    ['Campaigns', () => campaigning(community, say, press)],
    ['Running the community', () => operating(community, say)],
    ['Servers', () => servers(community, keep)],
    ['Review', () => reviewing(community, say)],
    ['Announcements', () => announcing(community, GENESIS, keep)],
    ['Mistakes of every kind', () => mistakes(say)],
    ['A line that is wrong', () => disputing(community, GENESIS, say)],
    ['Two chats, one person', () => linking(community, keep)],
  ]
  for (const [name, play] of chapters) {
    chapter = name
    await play()
  }
  return { said, community }
}

async function arriving(say: Say): Promise<void> {
  for (const line of [
    'start',
    'help',
    'help checkin',
    'help event create',
    'help dance',
    'balance',
    'history',
    'event list',
    'leaderboard',
  ])
    await say('ann', line)
  for (const line of ['language zh', 'language en', 'language klingon', 'timezone Asia/Shanghai', 'timezone Mars/Base', 'timezone UTC'])
    await say('ann', line)
  await say('op', 'help')
}

async function roles(say: Say): Promise<void> {
  for (const who of ['hana', 'bob', 'cyd', 'eve', 'fay']) await say(who, 'start')
  for (const line of [
    'role grant @hana host',
    'role grant @hana host',
    'role revoke @bob host',
    'role grant @cyd reviewer',
    'role revoke @cyd reviewer',
    'role grant @nobody host',
    'role grant @hana king',
    'role revoke @op operator',
  ])
    await say('op', line)
  await say('bob', 'role grant @bob operator')
}

async function events(say: Say): Promise<void> {
  for (const line of [
    'event create Weekly call start:+10m minutes:45 place:stage',
    'event create',
    'event create Hall of sand start:+20m evidence:codes capacity:2',
    'event create Old start:2026-01-01T00:00Z',
    'event create Far start:2029-01-01T00:00Z',
    'event create Rich start:now reward:10001',
    'event create Odd start:whenever',
    'event create Full start:now evidence:smell',
    'event create Walk in the park start:+2h evidence:roster',
    'event list',
    'event show EVT-1',
    'event show EVT-99',
    'event show house',
    'event codes EVT-2 3',
    'event codes EVT-2 2000',
    'event codes EVT-3',
    'event create Town hall start:+1h evidence:presence place:300000000000000007',
    'event show EVT-4',
    'event show EVT-4 mine:no',
  ])
    await say('hana', line)
  await say('ann', 'event codes EVT-1')
  await say('ann', 'checkin 1-AAAA-AAAA')
}

async function checkingIn(community: Community, say: Say, press: Press): Promise<void> {
  community.clock.now += 12 * MINUTE
  const shown = await say('hana', 'event codes EVT-1')
  const code = shown.reply.verbatim ?? ''
  await press('hana', shown, 'Next code')
  await say('ann', `checkin ${code}`)
  await say('ann', `checkin ${code}`)
  await say('bob', `checkin ${code}`)
  for (const typed of ['hello', '1-AAAA-AAAA', `99-${code.slice(2)}`, 'AAAA-AAAA', '3-AAAA-AAAA', '']) await say('cyd', `checkin ${typed}`)
  community.clock.now += 2 * MINUTE
  await say('cyd', `checkin ${code}`)
  for (let wrong = 0; wrong < 4; wrong += 1) await say('fay', 'checkin 1-AAAA-AAAB')
  await say('fay', 'checkin 1-AAAA-AAAC')
  await say('fay', 'checkin 1-AAAA-AAAC')
  community.clock.now += 10 * MINUTE
  const made = await community.say('hana', 'event codes EVT-2 4')
  const [first = '', second = '', third = ''] = (made.reply.file?.content ?? '').trim().split('\r\n').slice(1)
  await say('ann', `checkin ${first}`)
  await say('bob', `checkin ${first}`)
  await say('bob', `checkin ${second}`)
  await say('eve', `checkin ${third}`)
}

async function lists(community: Community, say: Say, press: Press): Promise<void> {
  community.clock.now += 2 * HOUR
  const report = await say('hana', `event roster EVT-3 member\n@eve\nnobody\nfay;x\n"@eve"\n${'x'.repeat(120)}\nann\n`)
  await press('ann', report, 'Check in 3')
  await press('hana', report, 'Check in 3')
  await press('hana', report, 'Check in 3')
  await say('hana', 'event roster EVT-3 a\ufffdb')
  await say('hana', 'event roster EVT-3 nobody')
  await say('hana', `event roster EVT-3 ${'a\n'.repeat(6_000)}`)
  await say('hana', 'event undo EVT-3 @eve was not there')
  await say('hana', 'event undo EVT-3 @eve was not there')
  await say('hana', 'event undo EVT-3 @ann')
  await say('eve', 'checkin 3-AAAA-AAAA')
  await say('ann', 'event close EVT-3')
  await say('hana', 'event close EVT-3')
  await say('hana', 'event close EVT-3')
  await say('bob', 'checkin 3-AAAA-AAAA')
  await say('ann', 'event show EVT-3')
  if ((await community.database.prisma.inboxMessage.count()) === 0) throw new Error('nobody was told of the check-in that was undone')
}

async function quiet(community: Community, say: Say, press: Press): Promise<void> {
  for (const line of ['inbox', 'inbox', 'inbox before:MSG-1', 'inbox before:yesterday']) await say('eve', line)
  await say('ann', 'inbox')
  const { memberId } = await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: 'bob' } })
  const replies = Array.from({ length: 8 }, (_, index) =>
    replyToJson({ audience: 'private', tone: 'info', lines: [economyTexts.say('carriedOver', { amount: 10n, period: index + 2 })] }),
  )
  await community.database.prisma.inboxMessage.createMany({
    data: replies.map((reply) => ({ memberId, reply, createdAt: new Date(community.clock.now) })),
  })
  const first = await say('bob', 'inbox')
  await press('bob', first, '3 more')
  await press('bob', await say('bob', 'inbox'), 'Earlier messages')
  for (const line of ['digest 18', 'digest noon', 'digest off']) await say('ann', line)
  await say('hana', 'event create Evening talk start:+5h place:library')
  await say('hana', 'event create Stand-up start:+5m minutes:15')
  await say('ann', 'event show EVT-4')
  for (const line of [
    'remind EVT-4',
    'remind EVT-4 1d',
    'remind EVT-4 10m',
    'remind EVT-4 soon',
    'remind EVT-4 off',
    'remind EVT-3',
    'remind EVT-5',
    'remind EVT-5 again:1h',
    'remind EVT-99',
    'remind',
    'snooze 3d',
    'remind EVT-4',
    'snooze a while',
    'snooze',
    'snooze off',
    'privacy hide',
    'privacy show',
  ])
    await say('ann', line)
}

async function value(community: Community, say: Say): Promise<void> {
  for (const line of [
    'balance',
    'history',
    'worth',
    'leaderboard',
    'supply',
    'chart supply',
    'chart leaderboard',
    'chart attendance',
    'chart of the moon',
    'period',
    'period 3',
    'period 14',
    'rewards',
    'statement',
    'statement 1',
    'statement 0',
  ])
    await say('ann', line)
  community.clock.now += 3 * DAY
  await say('hana', 'event undo EVT-1 @ann too late')
}

async function wallets(say: Say): Promise<void> {
  for (const line of [
    'wallet confirm 0xabcd',
    'wallet link vitalik.eth',
    'wallet link 0x0000000000000000000000000000000000000000',
    'wallet link 0x1000000000000000000000000000000000000001',
    `wallet link ${owner.address.replace(/[a-f]/, (letter) => letter.toUpperCase())}`,
    'wallet unlink',
  ])
    await say('ann', line)
  await say('ann', 'wallet link')
  const asked = await say('ann', `wallet link ${owner.address}`)
  const message = asked.reply.verbatim ?? ''
  const sign = async (text: string, by = owner) =>
    say('ann', `wallet confirm ${JSON.stringify({ address: by.address, msg: text, sig: await by.signMessage({ message: text }) })}`)
  await say('ann', 'wallet confirm nonsense')
  await sign(message, stranger)
  await sign(message.replace(/^\S+/, 'evil.example'))
  await sign(message.replace('Chain ID: 31337', 'Chain ID: 1'))
  await sign(message.replace(/Nonce: \w+/, 'Nonce: abcdefgh12345678'))
  await sign(message.replace('moves nothing', 'moves everything'))
  await sign(message)
  await say('ann', `wallet link ${owner.address}`)
  await say('ann', `wallet link ${stranger.address}`)
  await say('bob', `wallet link ${owner.address}`)
}

async function withdrawing(community: Community, say: Say): Promise<void> {
  await say('bob', 'withdraw 1')
  await say('bob', 'payout auto on')
  community.clock.now += 2 * DAY
  for (const line of [
    'withdraw 100',
    'withdraw 0.5',
    'withdraw 2000000',
    'withdraw 4',
    'balance',
    'payout auto on',
    'payout auto maybe',
    'payout auto off',
    'wallet unlink',
  ])
    await say('ann', line)
}

async function operating(community: Community, say: Say): Promise<void> {
  await say('op', 'status')
  await say('bob', 'status')
  await community.database.prisma.setting.create({ data: { key: 'halted:payer', value: 'head differs' } })
  await say('op', 'status')
  await say('op', 'resume payer')
  await say('op', 'resume payer')
  await say('op', 'rewards set attendance 12 because events are the heart')
  await say('op', 'rewards set attendance 1000000 because')
  await say('op', 'rewards')
}

/** By an operator in a Discord server, and in a direct message. */
async function servers({ chat, database }: Community, keep: (who: string, typed: string, answer: Answer) => Answer): Promise<void> {
  const account = { platform: 'discord', userId: '300000000000000009', name: 'Olga', handle: 'olga' } as const
  const server = { kind: 'group', chatId: '400000000000000001', communityId: '200000000000000001' } as const
  const say = async (typed: string, place: ChatPlace = server) =>
    keep('olga', typed, await runLine(chat, account, place, typed, `tour:${typed}:${place.kind}`))
  await say('start')
  const { memberId } = await database.prisma.chatAccount.findFirstOrThrow({ where: { userId: account.userId } })
  await database.prisma.roleGrant.create({ data: { memberId, role: 'operator', grantedAt: new Date(GENESIS) } })
  for (const line of [
    'guild list',
    'setup',
    'setup here:yes',
    'setup language:zh channel:<#400000000000000003> host:<@&500000000000000001>',
    'setup reviewer:500000000000000002',
    'setup channel:general',
    'role map 500000000000000001 host',
    'role map <@&500000000000000002> reviewer',
    'role map 200000000000000001 host',
    'role map hosts host',
    'role maps',
    'role unmap 500000000000000002 reviewer',
    'role unmap 500000000000000002 chair',
    'diagnose',
    'guild add',
    'guild list',
    'guild remove 200000000000000008',
    'guild remove',
  ])
    await say(line)
  await say('setup', { kind: 'private', chatId: '600000000000000001' })
  await setupOfGroup({ chat, database }, keep)
}

/** By an operator in a group of Telegram, and in a topic of it. */
async function setupOfGroup(
  { chat, database }: Pick<Community, 'chat' | 'database'>,
  keep: (who: string, typed: string, answer: Answer) => Answer,
): Promise<void> {
  const account = { platform: 'telegram', userId: '100', name: 'Oleg' } as const
  const group = { kind: 'group', chatId: '-1001000000001', communityId: '-1001000000001' } as const
  let keys = 0
  const say = async (typed: string, place: ChatPlace = group) =>
    keep('oleg', typed, await runLine(chat, account, place, typed, `telegram:tour:${(keys += 1)}`))
  await say('start')
  const { memberId } = await database.prisma.chatAccount.findFirstOrThrow({ where: { userId: account.userId } })
  await database.prisma.roleGrant.create({ data: { memberId, role: 'operator', grantedAt: new Date(GENESIS) } })
  for (const line of ['setup', 'setup here:yes', 'setup channel:-1009', 'setup host:5']) await say(line)
  await say('setup here:yes', { ...group, threadId: '7' })
  await say('setup')
}
