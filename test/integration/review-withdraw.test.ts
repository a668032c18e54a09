import { afterEach, beforeEach, expect, test } from 'vitest'
import { lapseDisputes } from '../../adapters/postgres/dispute-settle.ts'
import { DAY } from '../../core/shared/instant.ts'
import { startReviewStage, type ReviewStage } from '../support/review-stage.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const PROPOSAL = 'campaign propose title:Posters budget:100 reward:20 most:40 end:+20d summary:Posters for the lake'
let stage: ReviewStage
let ann: string

beforeEach(async () => {
  stage = await startReviewStage(GENESIS)
  ann = await stage.member('ann')
  for (const name of ['rae', 'rob', 'ren', 'rix']) await stage.member(name, 'reviewer')
})
afterEach(() => stage.close())

const erase = async (who: string) => stage.press(who, await stage.say(who, 'privacy delete'), 'Erase for ever')
const itemOf = (subject: string) => stage.database.prisma.reviewItem.findFirst({ where: { subject }, orderBy: { id: 'desc' } })

/** A question that was taken back: nobody is asked any more, those who were find nothing to do, and the committee's card is told. */
async function expectWithdrawn(subject: string, panel: readonly string[]): Promise<void> {
  const { prisma } = stage.database
  expect(panel.length).toBeGreaterThan(0)
  expect(await itemOf(subject)).toMatchObject({ state: 'withdrawn', outcome: null })
  expect(await prisma.reviewAssignment.count({ where: { state: 'asked', itemRow: { subject } } })).toBe(0)
  expect(await prisma.reviewAssignment.count({ where: { state: 'released', itemRow: { subject } } })).toBe(panel.length)
  expect(await prisma.outboxRow.count({ where: { topic: 'review-card', subject } })).toBeGreaterThan(0)
  for (const who of panel) {
    expect((await stage.say(who, `review approve ${subject}`)).reply.code).toBe('review.decided')
    expect((await stage.say(who, 'review next')).text).not.toContain(subject)
  }
}

test('a submission that its member withdraws', async () => {
  const subject = await stage.sendIn(ann)
  const panel = await stage.panel(subject)
  expect((await stage.say('ann', `submission withdraw ${subject}`)).reply.tone).toBe('done')
  await expectWithdrawn(subject, panel)
  expect((await stage.say('ann', `submission withdraw ${subject}`)).reply.code).toBe('submission.decided')
})

test('a proposal that its team ends', async () => {
  await stage.say('ann', PROPOSAL)
  const panel = await stage.panel('CMP-1')
  expect((await stage.say('ann', 'campaign end CMP-1')).reply.tone).toBe('done')
  await expectWithdrawn('CMP-1', panel)
})

test('a dispute that nobody decided in time', async () => {
  await stage.say('op', 'event create Meeting start:now')
  await stage.say('ann', `checkin ${(await stage.say('op', 'event codes EVT-1')).reply.verbatim ?? ''}`)
  stage.clock.now = GENESIS + 29 * DAY
  const line = /LINE-\d+/.exec((await stage.say('ann', 'dispute')).text)![0]
  await stage.say('ann', `dispute ${line} It was longer.`)
  const panel = await stage.panel('DSP-1')
  expect(await stage.database.transaction(async (tx) => ({ keep: true, value: await lapseDisputes(tx, 1, stage.clock.now) }))).toBe(1)
  await expectWithdrawn('DSP-1', panel)
})

test('what somebody sent in who is erased; a proposal goes on with the rest of its team, or not at all', async () => {
  const subject = await stage.sendIn(ann)
  await stage.say('bob', 'start')
  await stage.say('ann', PROPOSAL)
  await stage.say('ann', 'campaign team CMP-1 @bob')
  await stage.say('ann', PROPOSAL)
  const [panel, alone] = [await stage.panel(subject), await stage.panel('CMP-2')]
  expect((await erase('ann')).reply.tone).toBe('done')
  await expectWithdrawn(subject, panel)
  await expectWithdrawn('CMP-2', alone)
  const { prisma } = stage.database
  expect(await prisma.campaign.findUnique({ where: { number: 2 }, include: { form: true } })).toMatchObject({
    status: 'withdrawn',
    form: { status: 'closed' },
  })
  for (const who of (await stage.panel('CMP-1')).slice(0, 2)) expect((await stage.say(who, 'review approve CMP-1')).reply.tone).toBe('done')
  expect((await stage.say('bob', 'campaign show CMP-1')).text).toContain('State: running')
})

test('a reviewer who is erased leaves the panel, what they said counts no more, and others are asked', async () => {
  const [said, asked] = [await stage.sendIn(ann), await stage.sendIn(ann)]
  const other = await stage.panel(asked)
  const first = (await stage.panel(said)).find((name) => other.includes(name))
  await stage.say(first!, `review approve ${said} 100`)
  expect((await erase(first!)).reply.tone).toBe('done')
  await stage.reassign()
  for (const subject of [said, asked]) {
    const panel = await stage.panel(subject)
    expect(panel).toHaveLength(3)
    expect(panel).not.toContain(first)
  }
  const [one, two] = await stage.panel(said)
  await stage.say(one!, `review approve ${said} 200`)
  expect(await itemOf(said)).toMatchObject({ state: 'open' })
  await stage.say(two!, `review approve ${said} 300`)
  expect(await itemOf(said)).toMatchObject({ state: 'decided', amount: 250_000_000_000n })
})
