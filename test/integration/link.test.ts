import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { WAITING_WITHDRAWALS, walletPaysFrom } from '../../adapters/postgres/settlement-payouts.ts'
import { settleMerges } from '../../adapters/postgres/settle-merges.ts'
import { TOTAL_SUPPLY } from '../../core/shared/amount.ts'
import { DAY, HOUR, MINUTE } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { chatter, linkAccounts, type Chatter } from '../support/two-chats.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community
let people = 0
let ann: Chatter
let annThere: Chatter

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  await community.say('op', 'start')
})
afterAll(() => community.close())
beforeEach(async () => {
  people += 1
  ann = chatter(community, 'discord', `ann${people}`)
  annThere = chatter(community, 'telegram', `annie${people}`)
  await ann.say('start')
  await annThere.say('start')
})

const balanceOf = async (who: Chatter) =>
  (await community.database.prisma.account.findUnique({ where: { name: `member:${await who.memberId()}` } }))?.balance ?? 0n

/** An event of now and a code for it. */
async function event(): Promise<string> {
  await community.say('op', 'event create Call start:now minutes:30')
  const { number } = await community.database.prisma.event.findFirstOrThrow({ orderBy: { number: 'desc' } })
  return (await community.say('op', `event codes EVT-${number}`)).reply.verbatim ?? ''
}
const newest = () => community.database.prisma.event.findFirstOrThrow({ orderBy: { number: 'desc' } })
async function sumOfAll(): Promise<bigint> {
  return (await community.database.prisma.account.aggregate({ _sum: { balance: true } }))._sum.balance ?? 0n
}

describe('linking', () => {
  it('joins two accounts by a code of the one and a button on the other: balances, roles, one member', async () => {
    const [first, second] = [await event(), '']
    await ann.say(`checkin ${first}`)
    const other = await event()
    await annThere.say(`checkin ${other}`)
    await community.say('op', `role grant ${await annThere.memberId()} host`)
    expect(second).toBe('')
    const answer = await linkAccounts(ann, annThere)
    expect(answer.reply.tone).toBe('done')
    expect(await ann.memberId()).toBe(await annThere.memberId())
    expect(await balanceOf(ann)).toBe(20_000_000_000n)
    expect((await ann.say('event create Mine start:+1h')).reply.tone).toBe('done')
    expect((await annThere.say('history')).reply.table?.rows).toHaveLength(2)
    expect(await sumOfAll()).toBe(TOTAL_SUPPLY)
    // The account that did not do it is told by a direct message.
    const told = await community.database.prisma.outboxRow.findFirst({
      where: { topic: 'private', subject: `discord:${ann.account.userId}` },
    })
    expect(told).not.toBeNull()
  })

  it('counts the same event once, holds the later reward back, and gives it back when the link is undone', async () => {
    const code = await event()
    await ann.say(`checkin ${code}`)
    community.clock.now += 1
    await annThere.say(`checkin ${code}`)
    expect((await newest()).attendees).toBe(2)
    const answer = await linkAccounts(annThere, ann)
    expect(answer.text).toContain('heldBack')
    expect((await newest()).attendees).toBe(1)
    expect(await balanceOf(ann)).toBe(10_000_000_000n)
    expect((await ann.say(`checkin ${code}`)).reply.code).toBe('checkin.already')
    const undone = await ann.press(await ann.say('unlink'))
    expect(undone.reply.tone).toBe('done')
    expect((await newest()).attendees).toBe(2)
    expect([await balanceOf(ann), await balanceOf(annThere)]).toEqual([10_000_000_000n, 10_000_000_000n])
    expect(await ann.memberId()).not.toBe(await annThere.memberId())
  })

  it('ranks the one who goes on by the sum, and the other not at all', async () => {
    await ann.say(`checkin ${await event()}`)
    await annThere.say(`checkin ${await event()}`)
    await linkAccounts(ann, annThere)
    const rows = (await ann.say('leaderboard')).reply.table?.rows ?? []
    const names = rows.map((row) => row[1])
    expect(names).toContain(ann.account.name)
    expect(names).not.toContain(annThere.account.name)
    expect(rows.find((row) => row[1] === ann.account.name)?.[2]).toBe(20_000_000_000n)
  })

  it('keeps 48 hours for rewards of both, and takes an undone check-in of the merged one from who goes on', async () => {
    await annThere.say(`checkin ${await event()}`)
    const { number } = await newest()
    await linkAccounts(ann, annThere)
    expect((await ann.say('balance')).reply.fields?.slice(0, 2).map(({ value }) => value)).toEqual([10_000_000_000n, 0n])
    const undo = await community.say('op', `event undo EVT-${number} ${await ann.memberId()} was not there`)
    expect(undo.reply.tone).toBe('done')
    expect(await balanceOf(ann)).toBe(0n)
    // The account that leaves takes along what it had less what was taken back.
    const unlinking = await ann.say('unlink')
    expect(unlinking.reply.fields?.[1]?.value).toBe(0n)
    await ann.press(unlinking)
    expect(await balanceOf(annThere)).toBe(0n)
    expect(await sumOfAll()).toBe(TOTAL_SUPPLY)
  })
})

describe('codes', () => {
  it('are no good for their owner, twice, later, or when they are of another purpose', async () => {
    const code = (await ann.say('link')).reply.verbatim ?? ''
    expect((await ann.say(`link ${code}`)).reply.code).toBe('link.own_code')
    expect((await annThere.say(`link ${await event()}`)).reply.code).toBe('link.not_a_code')
    const ofEvent = (await event()).split('-').slice(1).join('-')
    expect((await annThere.say(`link ${ofEvent}`)).reply.code).toBe('link.unknown')
    expect((await annThere.say('link dance')).reply.code).toBe('link.not_a_code')
    const preview = await annThere.say(`link ${code.toLowerCase().replace('-', ' ')}`)
    community.clock.now += 10 * MINUTE
    expect((await annThere.say(`link ${code}`)).reply.code).toBe('link.expired')
    expect((await annThere.press(preview)).reply.code).toBe('link.expired')
    const [older, newer] = [(await ann.say('link')).reply.verbatim ?? '', (await ann.say('link')).reply.verbatim ?? '']
    expect((await annThere.say(`link ${older}`)).reply.code).toBe('link.unknown')
    const good = await annThere.say(`link ${newer}`)
    expect((await annThere.press(good, 'the same press')).reply.tone).toBe('done')
    expect((await annThere.press(good, 'the same press')).reply.tone).toBe('done')
    expect((await annThere.press(good)).reply.code).toBe('button.used')
    const stranger = chatter(community, 'telegram', `stranger${people}`)
    expect((await stranger.say(`link ${newer}`)).reply.code).toBe('link.used')
    expect(await community.database.prisma.memberMerge.count({ where: { merged: await annThere.memberId() } })).toBe(0)
  })

  it('can be tried five times in ten minutes, whatever else is refused', async () => {
    for (let tried = 0; tried < 5; tried += 1) expect((await ann.say(`link AAAA-AAA${tried}`)).reply.code).toBe('link.unknown')
    const code = (await annThere.say('link')).reply.verbatim ?? ''
    expect((await ann.say(`link ${code}`)).reply.code).toBe('link.cooldown')
    community.clock.now += 10 * MINUTE
    const fresh = (await annThere.say('link')).reply.verbatim ?? ''
    expect((await ann.say(`link ${fresh}`)).reply.tone).toBe('info')
  })

  it('are kept as hashes, and no code is in the audit trail of who typed it', async () => {
    const code = (await ann.say('link')).reply.verbatim ?? ''
    const key = `typed:${people}`
    await annThere.say(`link ${code}`, key)
    const line = await community.database.prisma.auditLine.findUniqueOrThrow({ where: { key } })
    expect(line.input).not.toContain(code.slice(0, 4))
    expect(JSON.stringify(await community.database.prisma.button.findMany({ where: { command: 'link' } }))).not.toContain(code.slice(0, 4))
  })

  it('link no two accounts of one platform, and no blocked member', async () => {
    const twin = chatter(community, 'discord', `twin${people}`)
    await twin.say('start')
    const code = (await ann.say('link')).reply.verbatim ?? ''
    expect((await twin.say(`link ${code}`)).reply.code).toBe('link.same_platform')
    await community.database.prisma.member.update({ where: { id: await annThere.memberId() }, data: { blocked: true } })
    expect((await annThere.say(`link ${code}`)).reply.code).toBe('link.held')
  })
})

describe('unlinking', () => {
  it('is refused when there is nothing, too late, or spent, with how much is missing', async () => {
    expect((await ann.say('unlink')).reply.code).toBe('unlink.none')
    await annThere.say(`checkin ${await event()}`)
    await linkAccounts(ann, annThere)
    const preview = await ann.say('unlink')
    const account = `member:${await ann.memberId()}`
    await community.database.prisma
      .$executeRaw`UPDATE account SET balance = balance + CASE name WHEN ${account} THEN -4000000000 ELSE 4000000000 END WHERE name IN (${account}, 'chain')`
    const short = await ann.press(preview)
    expect(short.reply.code).toBe('unlink.spent')
    expect(short.text).toContain('4000000000 nano')
    await community.database.prisma
      .$executeRaw`UPDATE account SET balance = balance + CASE name WHEN ${account} THEN 4000000000 ELSE -4000000000 END WHERE name IN (${account}, 'chain')`
    community.clock.now += 14 * DAY
    expect((await ann.say('unlink')).reply.code).toBe('unlink.too_late')
    expect((await ann.press(preview)).reply.code).toBe('unlink.too_late')
  })

  it('is done once, however often it is pressed', async () => {
    await annThere.say(`checkin ${await event()}`)
    await linkAccounts(ann, annThere)
    const [one, two] = [await ann.say('unlink'), await annThere.say('unlink')]
    const answers = await Promise.all([ann.press(one), annThere.press(two)])
    expect(answers.filter(({ reply }) => reply.tone === 'done')).toHaveLength(1)
    expect(await balanceOf(annThere)).toBe(10_000_000_000n)
    expect(await sumOfAll()).toBe(TOTAL_SUPPLY)
  })
})

describe('at the same moment', () => {
  it('two confirmations link once', async () => {
    await ann.say(`checkin ${await event()}`)
    await annThere.say(`checkin ${await event()}`)
    const [codeOfAnn, codeOfOther] = [(await ann.say('link')).reply.verbatim ?? '', (await annThere.say('link')).reply.verbatim ?? '']
    const [here, there] = [await ann.say(`link ${codeOfOther}`), await annThere.say(`link ${codeOfAnn}`)]
    const answers = await Promise.all([ann.press(here), annThere.press(there)])
    expect(answers.filter(({ reply }) => reply.tone === 'done')).toHaveLength(1)
    expect(answers.every(({ reply }) => reply.tone !== 'fault')).toBe(true)
    expect(await ann.memberId()).toBe(await annThere.memberId())
    expect(await balanceOf(ann)).toBe(20_000_000_000n)
    expect(await sumOfAll()).toBe(TOTAL_SUPPLY)
  })

  it('check-ins and commands that were under way land with who goes on, once', async () => {
    for (let round = 0; round < 5; round += 1) {
      const one = chatter(community, 'discord', `racer${people}-${round}`)
      const two = chatter(community, 'telegram', `racer${people}-${round}`)
      await one.say('start')
      await two.say('start')
      const code = await event()
      const linkCode = (await one.say('link')).reply.verbatim ?? ''
      const preview = await two.say(`link ${linkCode}`)
      const answers = await Promise.all([two.press(preview), two.say(`checkin ${code}`), one.say(`checkin ${code}`), two.say('digest 9')])
      expect(answers.every(({ reply }) => reply.tone !== 'fault')).toBe(true)
      expect(answers[0].reply.tone).toBe('done')
      const root = await one.memberId()
      expect(await two.memberId()).toBe(root)
      const asked = await community.database.prisma.digest.findMany({ where: { userId: two.account.userId } })
      expect(asked.map(({ memberId }) => memberId)).toEqual([root])
      const { number } = await newest()
      const rows = await community.database.prisma.attendance.findMany({ where: { event: number, undoneAt: null } })
      expect(rows.map(({ memberId }) => memberId)).toEqual([root])
      expect((await newest()).attendees).toBe(1)
      expect(await balanceOf(one)).toBe(10_000_000_000n)
      expect(await sumOfAll()).toBe(TOTAL_SUPPLY)
    }
  })
})

it('moves a live wallet whose payouts then wait a day, and gives it back as it was', async () => {
  const { prisma } = community.database
  const wallet = (n: string) => `0x${n.padStart(40, '0')}`
  const [own, other] = [wallet(`a${people}`), wallet(`b${people}`)]
  const at = new Date(community.clock.now - HOUR)
  for (const [address, who] of [
    [own, ann],
    [other, annThere],
  ] as const)
    await prisma.wallet.create({ data: { address, memberId: await who.memberId(), linkedAt: at, payoutFrom: at } })
  const before = await prisma.wallet.findMany({ where: { address: { in: [own, other] } }, orderBy: { address: 'asc' } })
  await linkAccounts(ann, annThere)
  const linked = await prisma.wallet.findMany({ where: { memberId: await ann.memberId(), unlinkedAt: null } })
  expect(linked.map(({ address }) => address)).toEqual([own])
  expect(linked[0]?.payoutFrom.getTime()).toBe(community.clock.now + DAY)
  // Nothing that was asked for meanwhile is paid out before.
  const withdrawal = { id: `waits${people}`, memberId: await ann.memberId(), address: own, amount: 1n, requestedAt: at }
  await prisma.withdrawal.create({ data: withdrawal })
  const payable = (now: number) =>
    prisma.$queryRaw(Prisma.sql`SELECT w.id ${Prisma.raw(WAITING_WITHDRAWALS)} AND ${walletPaysFrom(now)} AND w.id = ${withdrawal.id}`)
  expect(await payable(community.clock.now + DAY - 1)).toEqual([])
  expect(await payable(community.clock.now + DAY)).toEqual([{ id: withdrawal.id }])
  await prisma.withdrawal.delete({ where: { id: withdrawal.id } })
  await ann.press(await ann.say('unlink'))
  expect(await prisma.wallet.findMany({ where: { address: { in: [own, other] } }, orderBy: { address: 'asc' } })).toEqual(before)
})

it('is settled after 14 days, and what was held back is taken by a correction', async () => {
  const { database } = community
  const code = await event()
  await ann.say(`checkin ${code}`)
  await annThere.say(`checkin ${code}`)
  await linkAccounts(ann, annThere)
  const [plain, plainThere] = [chatter(community, 'discord', `plain${people}`), chatter(community, 'telegram', `plain${people}`)]
  await plain.say('start')
  await plainThere.say('start')
  await linkAccounts(plain, plainThere)
  const settled = async (who: Chatter) =>
    (await database.prisma.memberMerge.findFirstOrThrow({ where: { survivor: await who.memberId() }, orderBy: { number: 'desc' } }))
      .settledAt
  await settleMerges(database, GENESIS, community.clock.now + 14 * DAY - 1)
  expect(await settled(plain)).toBeNull()
  community.clock.now += 14 * DAY
  // Somebody's check-in opens the period in which that is, as a job does.
  await plain.say(`checkin ${await event()}`)
  await settleMerges(database, GENESIS, community.clock.now)
  expect(await settled(plain)).not.toBeNull()
  expect(await settled(ann)).not.toBeNull()
  // The doubled reward is burned, by a line of its own.
  const { id } = await database.prisma.memberMerge.findFirstOrThrow({
    where: { survivor: await ann.memberId() },
    orderBy: { number: 'desc' },
  })
  expect(
    await database.prisma.correction.findMany({ where: { id: { startsWith: `merge:${id}:` } }, select: { amount: true, kind: true } }),
  ).toEqual([{ amount: 10_000_000_000n, kind: 'reversal' }])
  expect((await database.prisma.account.findUniqueOrThrow({ where: { name: `escrow:${id}` } })).balance).toBe(0n)
  expect(await sumOfAll()).toBe(TOTAL_SUPPLY)
})
