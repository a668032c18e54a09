import assert from 'node:assert/strict'
import { campaignAnnounced } from '../../core/campaigns/campaign-announced.ts'
import { proposalAnswers } from '../../core/campaigns/campaign-show.ts'
import { campaignPanel, isSpent } from '../../core/campaigns/campaign.rules.ts'
import type { CampaignPort } from '../../core/campaigns/campaign.port.ts'
import { campaignTexts } from '../../core/campaigns/campaign.texts.ts'
import { CAMPAIGN_STATES, type Campaign, type CampaignTerms } from '../../core/campaigns/campaign.types.ts'
import { campaignCode, formCode, type FormDefinition } from '../../core/forms/form-definition.ts'
import type { ItemContent } from '../../core/review/review.port.ts'
import type { Decision } from '../../core/review/review.types.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Text } from '../../core/shared/text.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import { announce } from './announce-intent.ts'
import type { Database, Tx } from './database.ts'
import { findMember, keepUnmerged } from './identity-store.ts'
import { notifyMembers } from './notify-member.ts'
import { openReview } from './review-open.ts'
import { withdrawItems } from './review-withdraw.ts'
import { lockUntilCommit } from './settlement-alerts.ts'

const { say } = campaignTexts
/** Campaigns that one transaction of the job ends. */
const ENDED_AT_ONCE = 50

/** Campaigns, their terms, teams and ends. */
export function campaignStore(tx: Tx, genesis: Instant): CampaignPort {
  return {
    genesis,
    findMember: (platform, reference) => findMember(tx, platform, reference),
    find: (number) => findCampaign(tx, number),
    async lock(number) {
      await tx.$executeRaw(Prisma.sql`SELECT 1 FROM campaign WHERE number = ${number} FOR UPDATE`)
      return findCampaign(tx, number)
    },
    async propose(terms, form, by, limit, now) {
      // Two proposals of one member at once would each not see the other.
      await lockUntilCommit(tx, `proposals of ${by}`)
      if ((await tx.campaign.count({ where: { proposedBy: by, status: { in: ['proposed', 'returned'] } } })) >= limit) return undefined
      const { number } = await tx.campaign.create({
        data: { ...row(terms), status: 'proposed', proposedBy: by, proposedAt: new Date(now), team: { create: [{ memberId: by }] } },
        select: { number: true },
      })
      await createForm(tx, number, form, by, now)
      await askPanel(tx, number, terms, by, 1, now)
      return number
    },
    async change({ number, state, revision, form }, terms, definition, by, now) {
      const next = revision + 1
      await tx.campaign.update({ where: { number }, data: { ...row(terms), status: 'proposed', revision: next, decidedAt: null } })
      await addVersion(tx, form, definition, by, now)
      if (state === 'returned') return askPanel(tx, number, terms, by, next, now)
      await tx.reviewItem.updateMany({
        where: { subject: campaignCode(number), state: 'open' },
        data: { revision: next, ...campaignPanel(terms.budget) },
      })
    },
    end: (campaign, to, now) => endCampaign(tx, campaign, to, now),
    async setBudget(number, budget) {
      const set = await tx.campaign.updateMany({ where: { number, status: 'approved', granted: { lte: budget } }, data: { budget } })
      return set.count === 1
    },
    async join(number, memberId, limit) {
      // The campaign is locked, so the bound holds.
      if ((await tx.campaignMember.count({ where: { campaign: number, memberId } })) > 0) return 'was-in'
      if ((await tx.campaignMember.count({ where: { campaign: number } })) >= limit) return 'full'
      await tx.campaignMember.create({ data: { campaign: number, memberId } })
      return 'joined'
    },
    async leave(number, memberId) {
      await keepUnmerged(tx, memberId)
      if ((await tx.campaignMember.count({ where: { campaign: number, memberId } })) === 0) return 'was-out'
      if ((await tx.campaignMember.count({ where: { campaign: number } })) === 1) return 'last'
      await tx.campaignMember.delete({ where: { campaign_memberId: { campaign: number, memberId } } })
      return 'left'
    },
    async list(states, limit) {
      const where = { status: { in: [...states] } }
      const rows = await tx.campaign.findMany({
        where,
        orderBy: [{ status: 'asc' }, { endsAt: 'asc' }, { number: 'asc' }],
        take: limit,
        include: PARTS,
      })
      const all = await tx.campaign.count({ where })
      return { shown: await toCampaigns(tx, rows), more: Math.max(0, all - rows.length) }
    },
    async isOfTeam(number, memberId) {
      return (await tx.campaignMember.count({ where: { campaign: number, memberId } })) > 0
    },
  }
}

function row({ title, summary, budget, lowest, highest, startsAt, endsAt }: CampaignTerms) {
  return { title, summary, budget, lowest, highest, startsAt: new Date(startsAt), endsAt: new Date(endsAt) }
}

async function createForm(tx: Tx, campaign: number, definition: FormDefinition, by: string, now: Instant): Promise<void> {
  const createdAt = new Date(now)
  // A form names its newest version and a version its form; the keys are compared at the end of the transaction.
  const { number: form } = await tx.form.create({
    data: { version: 1, status: 'draft', campaign, createdBy: by, createdAt },
    select: { number: true },
  })
  await tx.formVersion.create({ data: { form, version: 1, definition, createdBy: by, createdAt } })
}

async function addVersion(tx: Tx, form: number, definition: FormDefinition, by: string, now: Instant): Promise<void> {
  const { version } = await tx.form.update({ where: { number: form }, data: { version: { increment: 1 } }, select: { version: true } })
  await tx.formVersion.create({ data: { form, version, definition, createdBy: by, createdAt: new Date(now) } })
}

async function askPanel(tx: Tx, number: number, { budget }: CampaignTerms, by: string, revision: number, now: Instant): Promise<void> {
  const nothing = { spreadPercent: 0, lowest: 0n, highest: 0n, duplicatePercent: 0 }
  await openReview(
    tx,
    {
      kind: 'campaign',
      subject: campaignCode(number),
      contributor: by,
      campaign: number,
      blind: false,
      revision,
      ...campaignPanel(budget),
      ...nothing,
    },
    now,
  )
}

/** What a panel's decision does to a campaign. Its form opens by its own window. */
export async function settleCampaign(tx: Tx, number: number, { outcome, reason }: Decision, now: Instant): Promise<void> {
  const campaign = await findCampaign(tx, number)
  assert(campaign !== undefined, `campaign ${number} was judged and is not there`)
  const { title, endsAt, startsAt, form } = campaign
  const isLate = outcome === 'approved' && endsAt <= now
  const status = isLate ? 'ended' : outcome
  const settled = await tx.campaign.updateMany({ where: { number, status: 'proposed' }, data: { status, decidedAt: new Date(now) } })
  // Withdrawn at the same moment: what the panel said of it opens nothing.
  if (settled.count === 0) return
  const named = { campaign: campaignCode(number), title }
  if (outcome === 'returned') return tellTeam(tx, campaign, say('toldReturned', { ...named, reason }), now)
  if (outcome === 'rejected') return tellTeam(tx, campaign, say('toldRejected', { ...named, reason }), now)
  if (isLate) return tellTeam(tx, campaign, say('toldLate', named), now)
  await tx.form.update({ where: { number: form }, data: { status: 'open' } })
  const dates = { start: { at: startsAt }, end: { at: endsAt }, form: formCode(form) }
  await tellTeam(tx, campaign, say('toldApproved', { ...named, ...dates }), now)
  await announce(tx, campaignAnnounced('started', campaign), now)
}

/** What a panel reads of a proposal. */
export async function readCampaignContent(tx: Tx, number: number): Promise<Pick<ItemContent, 'title' | 'answers'>> {
  const campaign = await findCampaign(tx, number)
  assert(campaign !== undefined, `campaign ${number} is judged and is not there`)
  return { title: campaign.title, answers: proposalAnswers(campaign) }
}

async function tellTeam(tx: Tx, { team }: Campaign, text: Text, now: Instant): Promise<void> {
  await notifyMembers(tx, new Map(team.map(({ memberId }) => [memberId, text])), now)
}

async function endCampaign(tx: Tx, campaign: Campaign, to: 'withdrawn' | 'ended', now: Instant): Promise<void> {
  const { number, form, title, granted, budget } = campaign
  await withdrawItems(tx, [campaignCode(number)], now)
  await tx.campaign.update({ where: { number }, data: { status: to, decidedAt: new Date(now) } })
  await tx.form.update({ where: { number: form }, data: { status: 'closed' } })
  if (to === 'withdrawn') return
  await tellTeam(tx, campaign, say('toldEnded', { campaign: campaignCode(number), title, granted, budget }), now)
  await announce(tx, campaignAnnounced('ended', campaign), now)
}

/** Whether a campaign is over or spent; asked often, writes nothing. */
export async function hasCampaignsToEnd({ prisma }: Database, genesis: Instant, now: Instant): Promise<boolean> {
  return (await campaignsToEnd(prisma, genesis, now)).length > 0
}

/** Ends campaigns that are over or spent: their forms take nothing more, the team and those who follow are told. Gives how many. */
export async function endCampaigns(database: Database, genesis: Instant, now: Instant): Promise<number> {
  return database.transaction(async (tx) => {
    let ended = 0
    for (const number of await campaignsToEnd(tx, genesis, now)) {
      const [locked] = await tx.$queryRaw<{ number: number }[]>(
        Prisma.sql`SELECT number FROM campaign WHERE number = ${number} AND status = 'approved' FOR UPDATE SKIP LOCKED`,
      )
      const campaign = locked === undefined ? undefined : await findCampaign(tx, number)
      if (campaign === undefined || (campaign.endsAt > now && !isSpent(campaign, genesis, now))) continue
      await endCampaign(tx, campaign, 'ended', now)
      ended += 1
    }
    return { keep: ended > 0, value: ended }
  })
}

async function campaignsToEnd(tx: Tx, genesis: Instant, now: Instant): Promise<readonly number[]> {
  const running = await tx.campaign.findMany({
    where: { status: 'approved' },
    orderBy: [{ endsAt: 'asc' }, { number: 'asc' }],
    select: { number: true, endsAt: true, budget: true, granted: true, lowest: true },
  })
  return running
    .filter((each) => each.endsAt.getTime() <= now || isSpent(each, genesis, now))
    .slice(0, ENDED_AT_ONCE)
    .map(({ number }) => number)
}

const PARTS = {
  form: { select: { number: true } },
  team: { include: { member: { select: { id: true, name: true } } }, orderBy: { memberId: 'asc' } },
} as const
type CampaignRow = Prisma.CampaignGetPayload<{ include: typeof PARTS }>

async function findCampaign(tx: Tx, number: number): Promise<Campaign | undefined> {
  const found = await tx.campaign.findUnique({ where: { number }, include: PARTS })
  return found === null ? undefined : (await toCampaigns(tx, [found]))[0]
}

/** With what was sent in to each, counted at once for all of them. */
async function toCampaigns(tx: Tx, rows: readonly CampaignRow[]): Promise<readonly Campaign[]> {
  const forms = rows.flatMap(({ form }) => (form === null ? [] : [form.number]))
  const counts = await tx.submission.groupBy({
    by: ['form', 'status'],
    where: { form: { in: forms }, status: { not: 'withdrawn' } },
    _count: true,
  })
  const byForm = Map.groupBy(counts, ({ form }) => form)
  return rows.map((row) => toCampaign(row, byForm.get(row.form?.number ?? 0) ?? []))
}

function toCampaign(found: CampaignRow, sent: readonly { readonly status: string; readonly _count: number }[]): Campaign {
  const { number } = found
  const state = CAMPAIGN_STATES.find((known) => known === found.status)
  assert(state !== undefined && found.form !== null, `campaign ${number} is not whole`)
  return {
    number,
    title: found.title,
    summary: found.summary,
    budget: found.budget,
    lowest: found.lowest,
    highest: found.highest,
    startsAt: found.startsAt.getTime(),
    endsAt: found.endsAt.getTime(),
    state,
    form: found.form.number,
    granted: found.granted,
    revision: found.revision,
    team: found.team.map(({ member }) => ({ memberId: member.id, name: member.name })),
    sent: sent.reduce((sum, { _count }) => sum + _count, 0),
    inReview: sent.find(({ status }) => status === 'in-review')?._count ?? 0,
  }
}
