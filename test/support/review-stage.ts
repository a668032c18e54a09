import { randomBytes } from 'node:crypto'
import type { Role } from '../../core/shared/actor.ts'
import type { Amount } from '../../core/shared/amount.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { openReview } from '../../adapters/postgres/review-open.ts'
import { submissionCode } from '../../core/forms/form-definition.ts'
import type { NewReviewItem } from '../../core/review/review.types.ts'
import { bandsOf } from '../../core/review/similar-text.ts'
import { pos } from '../../core/shared/amount.ts'
import { replyFromJson } from '../../core/shared/reply.ts'
import { composeReview } from '../../main/review.ts'
import { PLAIN_STYLE, startCommunity, type Community } from './community.ts'

interface Sent {
  readonly status?: 'in-review' | 'approved'
  readonly campaign?: number
  readonly text?: string
}

/** A community with people and contributions that were not sent in by hand. */
export interface ReviewStage extends Community {
  /** The id of somebody who types as `name`, with these roles. */
  member(name: string, ...roles: Role[]): Promise<string>
  /** Gives the number of a campaign that was approved. */
  campaign(proposer: string, budget: Amount): Promise<number>
  /** Gives the number of something that was sent in. */
  submission(member: string, options?: Sent): Promise<number>
  balance(account: string): Promise<Amount>
  /** Sends something in and puts it before a panel; gives its code. */
  sendIn(member: string, terms?: Partial<NewReviewItem>, options?: { campaign?: number; text?: string }): Promise<string>
  /** Who holds seats on the open item of a subject, by name. */
  panel(subject: string): Promise<string[]>
  /** What somebody has been told, oldest first. */
  told(name: string): Promise<string[]>
  reassign(): Promise<object>
}

const DEFINITION = {
  title: { en: 'Contribution report', zh: '贡献报告' },
  intro: { en: 'What did you do?', zh: '您做了什么？' },
  fields: [{ id: 'what', kind: 'long-text', label: { en: 'What you did', zh: '您做了什么' } }],
  reward: { kind: 'node-contribution' },
  review: { rule: 'panel', needed: 2, panel: 3 },
}

/** 2 of 3 approvals, 20 to 500 PoS. */
const TERMS = { needed: 2, panel: 3, spreadPercent: 30, blind: true, lowest: pos(20), highest: pos(500), duplicatePercent: 10, revision: 1 }

export async function startReviewStage(genesis: Instant): Promise<ReviewStage> {
  return stageReview(await startCommunity(genesis), genesis)
}

/** The same over a community that runs already. */
export async function stageReview(community: Community, genesis: Instant): Promise<ReviewStage> {
  const { prisma } = community.database
  const forms = new Map<number | undefined, Promise<number>>()

  function formOf(campaign: number | undefined): Promise<number> {
    const known = forms.get(campaign) ?? newForm(campaign)
    forms.set(campaign, known)
    return known
  }
  async function newForm(campaign: number | undefined): Promise<number> {
    const by = { createdBy: someone, createdAt: new Date(genesis) }
    return prisma.$transaction(async (tx) => {
      const { number } = await tx.form.create({
        data: { version: 1, status: 'open', campaign: campaign ?? null, ...by },
        select: { number: true },
      })
      await tx.formVersion.create({ data: { form: number, version: 1, definition: DEFINITION, ...by } })
      return number
    })
  }
  const someone = await newMember('form-maker')

  async function newMember(name: string): Promise<string> {
    const id = randomBytes(10).toString('hex')
    await prisma.member.create({ data: { id, publicId: randomBytes(32), name, language: 'en', joinedAt: new Date(genesis) } })
    await prisma.chatAccount.create({
      data: { platform: 'console', userId: name, handle: name, name, memberId: id, linkedAt: new Date(genesis) },
    })
    return id
  }

  async function submit(member: string, { status = 'in-review', campaign, text = 'I wrote a guide.' }: Sent = {}): Promise<number> {
    const form = await formOf(campaign)
    const at = new Date(community.clock.now)
    const { number } = await prisma.submission.create({
      data: {
        form,
        memberId: member,
        slot: randomBytes(6).toString('hex'),
        status,
        contributedAt: at,
        decidedAt: status === 'approved' ? at : null,
        revisions: { create: [{ revision: 1, form, version: 1, answers: { what: text }, bands: [...bandsOf(text)], submittedAt: at }] },
      },
      select: { number: true },
    })
    return number
  }

  return {
    ...community,
    async member(name, ...roles) {
      const id = await newMember(name)
      await prisma.roleGrant.createMany({ data: roles.map((role) => ({ memberId: id, role, grantedAt: new Date(genesis) })) })
      return id
    },
    async campaign(proposer, budget) {
      const at = (days: number) => new Date(genesis + days * 86_400_000)
      const { number } = await prisma.campaign.create({
        data: {
          title: 'Translation sprint',
          summary: 'Translate the handbook',
          proposedBy: proposer,
          proposedAt: at(0),
          startsAt: at(0),
          endsAt: at(60),
          budget,
          lowest: 1n,
          highest: budget,
          status: 'approved',
          team: { create: [{ memberId: proposer }] },
        },
        select: { number: true },
      })
      return number
    },
    submission: submit,
    async balance(account) {
      return (await prisma.account.findUnique({ where: { name: account } }))?.balance ?? 0n
    },
    async sendIn(contributor, terms = {}, options = {}) {
      const number = await submit(contributor, options)
      const subject = submissionCode(number)
      const of = { form: await formOf(options.campaign), ...(options.campaign === undefined ? {} : { campaign: options.campaign }) }
      const item: NewReviewItem = { kind: 'submission', subject, contributor, ...of, ...TERMS, ...terms }
      await community.database.transaction(async (tx) => ({ keep: true, value: await openReview(tx, item, community.clock.now, number) }))
      return subject
    },
    async panel(subject) {
      const seats = await prisma.reviewAssignment.findMany({
        where: { state: 'asked', itemRow: { subject, state: 'open' } },
        select: { member: { select: { name: true } } },
      })
      return seats.map(({ member }) => member.name).toSorted()
    },
    async told(name) {
      const rows = await prisma.inboxMessage.findMany({ where: { member: { name } }, orderBy: { id: 'asc' } })
      return rows.flatMap(({ reply }) => replyFromJson(reply).lines.map((line) => community.chat.speak(line, 'en', PLAIN_STYLE)))
    },
    reassign: () => composeReview(community.database, genesis).reassign(community.clock.now),
  }
}
