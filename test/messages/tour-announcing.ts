import type { Answer } from '../../core/shared/dispatch.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { runLine, runPress } from '../../core/shared/chat-line.ts'
import { isIssued } from '../../core/shared/press.ts'
import type { Community } from '../support/community.ts'
import { announced } from './announced.ts'

/** In a channel of Discord and in the terminal, where nothing can be posted. */
export async function announcing(
  community: Community,
  genesis: Instant,
  keep: (who: string, typed: string, answer: Answer) => Answer,
): Promise<void> {
  const { chat, database, clock } = community
  const account = { platform: 'discord', userId: '300000000000000001', name: 'Olga' } as const
  const place = { kind: 'group', chatId: '210000000000000001', communityId: '200000000000000001' } as const
  let keys = 0
  const give = async (typed: string) => keep('olga', typed, await runLine(chat, account, place, typed, `discord:tour:${(keys += 1)}`))
  await give('start')
  const { memberId } = await database.prisma.chatAccount.findFirstOrThrow({ where: { userId: account.userId } })
  await database.prisma.roleGrant.create({ data: { memberId, role: 'operator', grantedAt: new Date(clock.now) } })
  for (const line of [
    'announce routes',
    'announce send Nobody hears this',
    'announce route events',
    'announce route events language:zh quiet:22:00-08:00 digest:18 zone:Asia/Shanghai',
    'announce route news rollup:yes',
    'announce route news digest:9',
    'announce route news quiet:now',
    'announce route news digest:noon',
    'announce route news zone:Mars',
    'announce route weather',
    'announce routes',
    'announce report BC-9',
    'announce send',
    `announce send ${'a\n'.repeat(41)}`,
  ])
    await give(line)
  const preview = await give(
    'announce send We meet on Sunday at the lake.\n\nBring something to eat, and a friend who has never been there.',
  )
  await give('announce report BC-1')
  const [button] = preview.reply.buttons ?? []
  if (button === undefined || !isIssued(button)) throw new Error('a preview has no button')
  keep('olga', '[Send]', await runPress(chat, account, place, button.token, 'discord:tour:send'))
  await give('announce confirm BC-1')
  const at = new Date(clock.now)
  const row = { topic: 'post', subject: 'discord:210000000000000001', payload: {}, createdAt: at, error: '403: Missing Access' }
  await database.prisma.outboxRow.createMany({ data: [row, { ...row, error: 'no answer', sendingSince: at }] })
  await give('announce report BC-1')
  await give('outbox dead')
  const unsure = await database.prisma.outboxRow.findFirstOrThrow({ where: { sendingSince: { not: null } } })
  for (const line of [
    `outbox again OUT-${unsure.id}`,
    'outbox again',
    'outbox again OUT-999999',
    `outbox again OUT-${unsure.id} unsure:yes`,
    'outbox dead',
  ])
    await give(line)
  for (const { what, reply } of await announced(community, genesis)) keep('everybody', what, { reply, language: 'en', timeZone: 'UTC' })
  for (const line of ['announce unroute news', 'announce unroute', 'announce unroute', 'announce unroute route:RT-9']) await give(line)
  keep('op', 'announce route events', await community.say('op', 'announce route events'))
}
