import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { startReviewStage, type ReviewStage } from '../support/review-stage.ts'
import { chatter, type Chatter } from '../support/two-chats.ts'

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

/** Waits until so many of this database's connections wait for a lock; gives their statements. */
async function waiting(count: number): Promise<readonly string[]> {
  return vi.waitFor(
    async () => {
      const { rows } = await stage.database.pool.query<{ query: string }>(
        `SELECT query FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' ORDER BY query_start`,
      )
      if (rows.length !== count) throw new Error(`${rows.length} wait`)
      return rows.map(({ query }) => query)
    },
    { timeout: 20_000, interval: 20 },
  )
}

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
      await waiting(1)
      const linked = vic.press(shown)
      // Before it has touched anything that the approval will need: neither waits for the other in a circle.
      expect((await waiting(2))[1]).toContain('FROM member WHERE id = ANY')
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
