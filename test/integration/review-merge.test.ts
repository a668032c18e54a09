import { afterEach, beforeEach, expect, test } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { MergedMeanwhile } from '../../core/shared/dispatch.ts'
import { composeApprovals } from '../../main/review.ts'
import { startReviewStage, type ReviewStage } from '../support/review-stage.ts'
import { chatter, type Chatter } from '../support/two-chats.ts'
import { waiting } from '../support/waiting.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const REVIEWERS = ['rae', 'rob', 'ren', 'rix']
let stage: ReviewStage
let vic: Chatter

beforeEach(async () => {
  stage = await startReviewStage(GENESIS)
  for (const name of REVIEWERS) await stage.member(name, 'reviewer')
  vic = chatter(stage, 'telegram', 'vic')
  await vic.say('start')
})
afterEach(() => stage.close())

async function link(reviewer: string): Promise<void> {
  const shown = await vic.say(`link ${(await stage.say(reviewer, 'link')).reply.verbatim ?? ''}`)
  expect((await vic.press(shown)).reply.tone).toBe('done')
}
const code = async (who: string, line: string) => (await stage.say(who, line)).reply.code
const itemOf = (subject: string) => stage.database.prisma.reviewItem.findFirst({ where: { subject }, orderBy: { id: 'desc' } })
const seatOf = async (subject: string, who: string) => {
  const { memberId } = await stage.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: who } })
  const item = (await itemOf(subject))!.id
  return stage.database.prisma.reviewAssignment.findUniqueOrThrow({ where: { item_reviewer: { item, reviewer: memberId } } })
}

test('a contributor who turns out to be a reviewer: what they said counts no more, and somebody else is asked; undone, it counts again', async () => {
  const subject = await stage.sendIn(await vic.memberId())
  const [first, second] = await stage.panel(subject)
  await stage.say(first!, `review approve ${subject} 100`)
  await link(first!)
  expect((await seatOf(subject, first!)).voidedAt).not.toBeNull()
  await stage.reassign()
  const asked = await stage.panel(subject)
  expect(asked).toHaveLength(3)
  expect(asked).not.toContain(first)
  expect(await code(first!, `review approve ${subject} 100`)).toMatch(/^review\./)
  await stage.say(second!, `review approve ${subject} 300`)
  expect(await itemOf(subject)).toMatchObject({ state: 'open' })
  expect((await vic.press(await vic.say('unlink'))).reply.tone).toBe('done')
  const third = asked.find((name) => name !== second)!
  await stage.say(third, `review approve ${subject} 200`)
  expect(await itemOf(subject)).toMatchObject({ state: 'decided', amount: pos(200) })
})

test('a contributor who turns out to be asked about it: the seat is given to another', async () => {
  const subject = await stage.sendIn(await vic.memberId())
  const [first] = await stage.panel(subject)
  await link(first!)
  expect(await seatOf(subject, first!)).toMatchObject({ state: 'recused' })
  await stage.reassign()
  expect(await stage.panel(subject)).toHaveLength(3)
  expect(await stage.panel(subject)).not.toContain(first)
})

test('a campaign’s proposer who turns out to be a reviewer judges nothing of it, left the team or not', async () => {
  const campaign = await stage.campaign(await vic.memberId(), pos(1_000))
  const subject = await stage.sendIn(await stage.member('ann'), {}, { campaign })
  const [first] = await stage.panel(subject)
  await stage.say(first!, `review approve ${subject} 100`)
  await stage.database.prisma.campaignMember.deleteMany({ where: { campaign } })
  await link(first!)
  expect((await seatOf(subject, first!)).voidedAt).not.toBeNull()
})

test('who rejected it by another account is not asked about the appeal, whichever of the two had the seat', async () => {
  const subject = await stage.sendIn(await stage.member('ann'), { needed: 1, panel: 1 })
  for (const _ of REVIEWERS) await stage.say((await stage.panel(subject))[0]!, `review decline ${subject}`)
  await stage.say('op', `role grant ${await vic.memberId()} reviewer`)
  await stage.reassign()
  expect((await vic.say(`review reject ${subject} no`)).reply.tone).toBe('done')
  await stage.database.prisma.reviewItem.updateMany({ data: { panel: 4 } })
  expect((await stage.say('ann', `submission appeal ${subject} please`)).reply.tone).toBe('done')
  expect(await stage.panel(subject)).toEqual(['rae', 'ren', 'rix', 'rob'])
  await link('rae')
  expect(await seatOf(subject, 'rae')).toMatchObject({ state: 'recused' })
  await stage.reassign()
  expect(await stage.panel(subject)).toEqual(['ren', 'rix', 'rob'])
})

test.each(['together with others', 'alone'])(
  'a link that comes while an approval is written, %s, waits: the grant is theirs who goes on',
  async (way) => {
    const { database } = stage
    const campaign = way === 'alone' ? await stage.campaign(await stage.member('paula'), pos(1_000)) : undefined
    const merged = await vic.memberId()
    const terms = { needed: 1, panel: 1 }
    const first = await stage.sendIn(await stage.member('ann'), terms)
    await stage.say((await stage.panel(first))[0]!, `review approve ${first} 20`)
    const subject = await stage.sendIn(merged, terms, campaign === undefined ? {} : { campaign })
    const [judge] = await stage.panel(subject)
    const other = REVIEWERS.find((name) => name !== judge)!
    const shown = await vic.say(`link ${(await stage.say(other, 'link')).reply.verbatim ?? ''}`)
    const client = await database.pool.connect()
    try {
      // Everybody who grants waits for the month's row at the end.
      await client.query(`BEGIN; SELECT 1 FROM account WHERE name = 'period:1' FOR UPDATE`)
      const approved = stage.say(judge!, `review approve ${subject} 100`)
      await waiting(database, 1)
      const linked = vic.press(shown)
      // Before it has touched anything that the approval will need: neither waits for the other in a circle.
      expect((await waiting(database, 2))[1]).toContain('FROM member WHERE id = ANY')
      await client.query('COMMIT')
      expect([(await approved).reply.tone, (await linked).reply.tone]).toEqual(['done', 'done'])
    } finally {
      await client.query('ROLLBACK')
      client.release()
    }
    const survivor = await vic.memberId()
    expect(survivor).not.toBe(merged)
    expect([await stage.balance(`member:${survivor}`), await stage.balance(`member:${merged}`)]).toEqual([pos(100), 0n])
  },
)

const ENDS: Readonly<Record<string, (judge: string, of: string) => Promise<unknown>>> = {
  'an interest': (judge, of) => stage.say(judge, `review interest ${of}`),
  'a role that is taken away': (judge) => stage.say('op', `role revoke @${judge} reviewer`),
  'a hold': async (judge) => {
    const { memberId } = await stage.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: judge } })
    await stage.database.prisma.member.update({ where: { id: memberId }, data: { blocked: true } })
  },
}

test.each(Object.keys(ENDS))('a verdict that %s ends counts for no approval that was on its way', async (what) => {
  const { database } = stage
  const ann = await stage.member('ann')
  // The month is open, so that approvals go together with others.
  const opening = await stage.sendIn(ann, { needed: 1, panel: 1 })
  await stage.say((await stage.panel(opening))[0]!, `review approve ${opening} 20`)
  const subject = await stage.sendIn(ann)
  const [first, second] = await stage.panel(subject)
  await stage.say(first!, `review approve ${subject} 100`)
  const { reviewer } = await seatOf(subject, second!)
  const client = await database.pool.connect()
  try {
    // What the approval decides by is read by then, and nothing of it is written.
    await client.query('BEGIN')
    await client.query('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [reviewer])
    const approved = stage.say(second!, `review approve ${subject} 100`)
    expect((await waiting(database, 1))[0]).toContain('WITH act AS')
    await ENDS[what]!(first!, ann)
    await client.query('COMMIT')
    expect((await approved).reply.tone).toBe('done')
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
  expect(await itemOf(subject)).toMatchObject({ state: 'open' })
  expect((await seatOf(subject, first!)).voidedAt).not.toBeNull()
})

test('a panel does not wait for somebody who is being merged: others are asked, and they when it is over', async () => {
  const subject = await stage.sendIn(await stage.member('ann'))
  const asked = await stage.panel(subject)
  const spare = REVIEWERS.find((name) => !asked.includes(name))!
  const { memberId } = await stage.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: spare } })
  const client = await stage.database.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT 1 FROM member WHERE id = $1 FOR UPDATE', [memberId])
    expect((await stage.say(asked[0]!, `review decline ${subject}`)).reply.tone).toBe('done')
    expect(await stage.panel(subject)).toEqual(asked.slice(1))
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
  await stage.reassign()
  expect(await stage.panel(subject)).toContain(spare)
})

test('who was looked up before a link was undone approves nothing as the one they were then', async () => {
  const subject = await stage.sendIn(await stage.member('ann'))
  const [first] = await stage.panel(subject)
  await link(first!)
  const { reviewer } = await seatOf(subject, first!)
  expect((await vic.press(await vic.say('unlink'))).reply.tone).toBe('done')
  const approval = { key: 'late', reviewer, subject, amount: pos(100), revision: undefined, at: stage.clock.now }
  await expect(composeApprovals(stage.database, GENESIS).submit({ ...approval, account: vic.account })).rejects.toThrow(MergedMeanwhile)
  expect(await seatOf(subject, first!)).toMatchObject({ state: 'asked' })
})
