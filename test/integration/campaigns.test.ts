import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { campaignStore, endCampaigns } from '../../adapters/postgres/campaign-store.ts'
import { openReview } from '../../adapters/postgres/review-open.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY } from '../../core/shared/instant.ts'
import { bandsOf } from '../../core/review/similar-text.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { ledgerFaults } from '../support/rows.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const PROPOSAL = 'campaign propose title:Posters budget:100 reward:20 most:40 end:+20d summary:Posters for the lake'
let community: Community

beforeEach(async () => {
  community = await startCommunity(GENESIS)
  community.clock.now = GENESIS + DAY
  for (const who of ['ann', 'bob', 'r1', 'r2', 'r3', 'r4']) await community.say(who, 'start')
  for (const who of ['r1', 'r2', 'r3', 'r4']) await community.say('op', `role grant @${who} reviewer`)
})
afterEach(() => community.close())

const say = async (who: string, line: string) => (await community.say(who, line)).text
const idOf = async (who: string) => (await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: who } })).memberId

/** Those who are asked about a subject, by their names. */
async function panelOf(subject: string): Promise<readonly string[]> {
  const seats = await community.database.prisma.reviewAssignment.findMany({
    where: { itemRow: { subject, state: 'open' }, state: 'asked' },
    include: { member: { select: { name: true } } },
    orderBy: { reviewer: 'asc' },
  })
  return seats.map(({ member }) => member.name)
}

/** As the forms' own commands do it: a submission to the campaign's form, before its panel. */
async function sendIn(who: string, form: number): Promise<number> {
  const { prisma } = community.database
  const [memberId, at] = [await idOf(who), new Date(community.clock.now)]
  return community.database.transaction(async (tx) => {
    const { number } = await tx.submission.create({
      data: {
        form,
        memberId,
        slot: `${await prisma.submission.count()}`,
        status: 'in-review',
        contributedAt: at,
        revisions: {
          create: [{ revision: 1, form, version: 1, answers: { what: `Posters by ${who}` }, bands: [...bandsOf(who)], submittedAt: at }],
        },
      },
      select: { number: true },
    })
    const item = { kind: 'submission', subject: `SUB-${number}`, contributor: memberId, form, campaign: 1, needed: 1, panel: 1 } as const
    const terms = { spreadPercent: 30, blind: true, lowest: pos(20), highest: pos(40), duplicatePercent: 0, revision: 1 }
    await openReview(tx, { ...item, ...terms }, community.clock.now)
    return { keep: true, value: number }
  })
}

describe('a campaign', () => {
  it('is proposed, approved by two of three, and opens its form', async () => {
    expect(await say('ann', PROPOSAL)).toContain('CMP-1 “Posters” is proposed')
    const panel = await panelOf('CMP-1')
    expect(panel).toHaveLength(3)
    expect(await say(panel[0]!, 'review show CMP-1')).toContain('Posters for the lake')
    await say(panel[0]!, 'review approve CMP-1')
    expect(await say('bob', 'campaign show CMP-1')).toContain('State: proposed')
    await say(panel[1]!, 'review approve CMP-1')
    expect(await say('bob', 'campaign show CMP-1')).toContain('State: running')
    const form = await community.database.prisma.form.findFirstOrThrow({ where: { campaign: 1 } })
    expect(form.status).toBe('open')
    expect(await say('ann', 'inbox')).toContain('Your campaign CMP-1 “Posters” is approved')
    expect(await panelOf('CMP-1')).toEqual([])
  })

  it('asks no panel for more than five proposals of a member that wait, however many come at once', async () => {
    const replies = await Promise.all(Array.from({ length: 7 }, () => community.say('ann', PROPOSAL)))
    expect(replies.filter(({ text }) => text.includes('is proposed'))).toHaveLength(5)
    expect(replies.filter(({ text }) => text.includes('(campaign.too_many)'))).toHaveLength(2)
    const { prisma } = community.database
    expect([await prisma.campaign.count(), await prisma.form.count({ where: { campaign: { not: null } } })]).toEqual([5, 5])
    expect(await say('bob', PROPOSAL)).toContain('CMP-')
    const { number } = await prisma.campaign.findFirstOrThrow({ where: { team: { some: { member: { name: 'ann' } } } } })
    expect(await say('ann', `campaign end CMP-${number}`)).toContain('withdrawn')
    expect(await say('ann', PROPOSAL)).toContain('is proposed')
  })

  it('is listed with what was sent in to its own form', async () => {
    for (const who of ['ann', 'bob']) await say(who, PROPOSAL)
    const { prisma } = community.database
    for (const [number, times] of [
      [1, 2],
      [2, 1],
    ] as const) {
      const { number: form } = await prisma.form.findFirstOrThrow({ where: { campaign: number } })
      for (let time = 0; time < times; time += 1) await sendIn('r1', form)
    }
    const listed = await community.database.transaction(async (tx) => ({
      keep: false,
      value: await campaignStore(tx, GENESIS).list(['approved', 'proposed'], 10),
    }))
    expect(listed.shown.map(({ number, sent, inReview, team }) => [number, sent, inReview, team.map(({ name }) => name)])).toEqual([
      [1, 2, 2, ['ann']],
      [2, 1, 1, ['bob']],
    ])
    expect(listed.more).toBe(0)
  })

  it('changed under review: what was said of the old one counts no more', async () => {
    await say('ann', PROPOSAL)
    const panel = await panelOf('CMP-1')
    await say(panel[0]!, 'review approve CMP-1')
    expect(await say('ann', PROPOSAL.replace('budget:100', 'budget:900 campaign:CMP-1'))).toContain('counts no more')
    await say(panel[1]!, 'review approve CMP-1')
    expect(await say('bob', 'campaign show CMP-1')).toContain('State: proposed')
    expect(await say('bob', PROPOSAL.replace('budget:100', 'budget:900 campaign:CMP-1'))).toContain('(campaign.not_team)')
  })

  it('nobody of the team judges it, whenever they joined', async () => {
    await say('ann', PROPOSAL)
    const panel = await panelOf('CMP-1')
    expect(await say('ann', `campaign team CMP-1 @${panel[0]}`)).toContain('reviews nothing of it')
    const refused = await community.say(panel[0]!, 'review approve CMP-1')
    expect(refused.reply.tone).toBe('refused')
    await say(panel[1]!, 'review approve CMP-1')
    expect(await say('bob', 'campaign show CMP-1')).toContain('State: proposed')
  })

  it('returned, mended and approved; or rejected, and over', async () => {
    await say('ann', PROPOSAL)
    for (const who of (await panelOf('CMP-1')).slice(0, 2)) await say(who, 'review return CMP-1 say where the posters hang')
    expect(await say('ann', 'inbox')).toContain('say where the posters hang')
    expect(await say('ann', PROPOSAL.replace('budget:100', 'budget:100 campaign:CMP-1'))).toContain('is changed')
    const panel = await panelOf('CMP-1')
    expect(panel).toHaveLength(3)
    for (const who of panel.slice(0, 2)) await say(who, 'review reject CMP-1 no posters')
    expect(await say('bob', 'campaign show CMP-1')).toContain('State: rejected')
    expect(await say('ann', PROPOSAL.replace('budget:100', 'budget:100 campaign:CMP-1'))).toContain('(campaign.over)')
  })
})

describe('the budget of a campaign', () => {
  it('is never exceeded by approvals at once, and stops the campaign when it is spent', async () => {
    await say('ann', PROPOSAL)
    for (const who of (await panelOf('CMP-1')).slice(0, 2)) await say(who, 'review approve CMP-1')
    const { prisma, pool } = community.database
    const { number: form } = await prisma.form.findFirstOrThrow({ where: { campaign: 1 } })
    const numbers: number[] = []
    for (let index = 0; index < 5; index += 1) numbers.push(await sendIn('bob', form))
    const panels = await Promise.all(numbers.map(async (number) => (await panelOf(`SUB-${number}`))[0]!))
    await Promise.all(numbers.map((number, index) => say(panels[index]!, `review approve SUB-${number} 40`)))
    const campaign = await prisma.campaign.findUniqueOrThrow({ where: { number: 1 } })
    expect(campaign.granted).toBe(pos(80))
    expect(await prisma.reward.count({ where: { kind: 'campaign', status: 'granted' } })).toBe(2)
    expect(await ledgerFaults(pool)).toEqual([])
    // Twenty are left, which is one more submission at the least.
    expect(await endCampaigns(community.database, GENESIS, community.clock.now)).toBe(0)
    expect(await say('op', 'campaign budget CMP-1 79')).toContain('(campaign.below_granted)')
    expect(await say('op', 'campaign budget CMP-1 90')).toContain('is 90')
    expect(await endCampaigns(community.database, GENESIS, community.clock.now)).toBe(1)
    expect(await endCampaigns(community.database, GENESIS, community.clock.now)).toBe(0)
    expect(await say('bob', 'campaign show CMP-1')).toContain('State: ended')
    expect((await prisma.form.findFirstOrThrow({ where: { campaign: 1 } })).status).toBe('closed')
  })

  it('says so to who sends in what counts at once and does not fit any more', async () => {
    await say('ann', PROPOSAL.replace('budget:100 reward:20 most:40', 'budget:30 reward:20'))
    const form = {
      title: { en: 'Posters', zh: '海报' },
      intro: { en: 'Hang one.', zh: '张贴一张。' },
      fields: [{ kind: 'short-text', id: 'where', label: { en: 'Where', zh: '地点' } }],
      recurrence: { every: 'day', times: 3 },
      reward: { kind: 'campaign', lowest: '20', highest: '20' },
      review: { rule: 'none' },
    }
    expect(await say('op', `form import ${JSON.stringify(form)} replaces:FRM-1`)).toContain('FRM-1')
    for (const who of (await panelOf('CMP-1')).slice(0, 2)) await say(who, 'review approve CMP-1')
    const sendPoster = async () => {
      await say('bob', 'form fill FRM-1')
      await say('bob', 'form answer FRM-1 At the lake')
      return community.press('bob', await community.say('bob', 'form send FRM-1'), 'Send in')
    }
    expect((await sendPoster()).text).toContain('You earned 20 PoS')
    expect((await sendPoster()).text).toContain('does not fit what is left of its campaign’s budget')
    expect(await say('bob', 'language zh')).not.toBe('')
    expect(await say('bob', 'inbox')).toContain('超出了征集剩余的预算')
    expect(await ledgerFaults(community.database.pool)).toEqual([])
  })

  it('ends with its time, and is withdrawn by its team only', async () => {
    await say('ann', PROPOSAL)
    expect(await say('bob', 'campaign end CMP-1')).toContain('(campaign.not_team)')
    expect(await say('ann', 'campaign end CMP-1')).toContain('withdrawn')
    expect(await panelOf('CMP-1')).toEqual([])
    await say('ann', PROPOSAL)
    for (const who of (await panelOf('CMP-2')).slice(0, 2)) await say(who, 'review approve CMP-2')
    community.clock.now += 21 * DAY
    expect(await endCampaigns(community.database, GENESIS, community.clock.now)).toBe(1)
    expect(await say('ann', 'inbox')).toContain('is over')
  })
})
