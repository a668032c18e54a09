import type { Community } from '../support/community.ts'
import type { Say } from './say.ts'

/** What was seen of somebody lets their payouts wait; the committee looks, blocks, hears an appeal and clears. */
export async function holding({ database, clock }: Community, say: Say): Promise<void> {
  await say('op', 'role grant @hana chair')
  await say('hana', 'hold list')
  await say('hana', 'hold show @fay')
  await say('fay', 'hold status')
  await say('fay', 'hold appeal nothing happened')
  const { memberId } = await database.prisma.chatAccount.findFirstOrThrow({ where: { userId: 'fay' } })
  const seenAt = new Date(clock.now)
  const seen = { memberId, seenAt }
  await database.prisma.sybilSignal.createMany({
    data: [
      { ...seen, kind: 'young-account', subject: '', figure: 3 },
      { ...seen, kind: 'new-at-event', subject: 'EVT-1', figure: 2 },
      { ...seen, kind: 'burst', subject: 'EVT-1', figure: 7 },
      { ...seen, kind: 'shared-answers', subject: 'SUB-1', figure: 97 },
      { ...seen, kind: 'shared-wallet', subject: '0x12ab…9f3e', figure: 7 },
    ],
  })
  await database.prisma.memberHold.create({ data: { memberId, openedAt: seenAt } })
  for (const line of [
    'hold list',
    'hold show @fay',
    'hold block @hana mine',
    'hold block @fay Seven accounts of one person.',
    'hold block @fay twice',
  ])
    await say('hana', line)
  for (const line of [
    'hold status',
    'form fill FRM-3',
    'hold appeal We are a class of students, seven of us.',
    'hold appeal again',
    'inbox',
  ])
    await say('fay', line)
  for (const line of ['hold list', 'hold show @fay', 'hold clear @fay They are a class of students.', 'hold clear @fay twice'])
    await say('hana', line)
  await say('fay', 'inbox')
}
