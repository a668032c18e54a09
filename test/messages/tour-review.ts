import { openReview } from '../../adapters/postgres/review-open.ts'
import { submissionCode } from '../../core/forms/form-definition.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY } from '../../core/shared/instant.ts'
import type { Community } from '../support/community.ts'

type Say = (who: string, typed: string) => Promise<unknown>

const DEFINITION = {
  title: { en: 'Contribution report', zh: '贡献报告' },
  intro: { en: 'What did you do?', zh: '您做了什么？' },
  fields: [{ id: 'what', kind: 'long-text', label: { en: 'What you did', zh: '您做了什么' } }],
  reward: { kind: 'node-contribution' },
  review: { rule: 'panel' },
}

/** A committee of one decides on what Ann sends in, in every way; and what it says to those who may not. */
export async function reviewing(community: Community, say: Say): Promise<void> {
  const { database, clock } = community
  const { prisma } = database
  const at = new Date(clock.now)
  const idOf = async (userId: string) => (await prisma.chatAccount.findFirstOrThrow({ where: { userId } })).memberId
  const [ann, ray] = [await idOf('ann'), (await say('ray', 'start'), await idOf('ray'))]
  const form = await prisma.$transaction(async (tx) => {
    const { number } = await tx.form.create({
      data: { version: 1, status: 'open', createdBy: ray, createdAt: at },
      select: { number: true },
    })
    await tx.formVersion.create({ data: { form: number, version: 1, definition: DEFINITION, createdBy: ray, createdAt: at } })
    return number
  })
  const sendIn = async (slot: string, most = 500): Promise<string> => {
    const revision = { revision: 1, form, version: 1, answers: { what: `I, Ann, wrote a guide (${slot}).` }, submittedAt: at }
    const { number } = await prisma.submission.create({
      data: { form, memberId: ann, slot, status: 'in-review', contributedAt: at, revisions: { create: [revision] } },
      select: { number: true },
    })
    const subject = submissionCode(number)
    const terms = {
      needed: 1,
      panel: 1,
      spreadPercent: 30,
      blind: true,
      lowest: pos(Math.min(20, most)),
      highest: pos(most),
      duplicatePercent: 10,
    }
    await database.transaction(async (tx) => ({
      keep: true,
      value: await openReview(tx, { kind: 'submission', subject, contributor: ann, form, revision: 1, ...terms }, clock.now, 1),
    }))
    return subject
  }
  await say('op', 'role grant @ray reviewer')
  await say('ray', 'review next')
  const subjects = [await sendIn('a'), await sendIn('b'), await sendIn('c'), await sendIn('d'), await sendIn('e', 5), await sendIn('f', 0)]
  const [first, second, third, fourth, fixed, unpaid] = subjects
  for (const line of [
    'review list',
    'review next',
    `review show ${second}`,
    `review approve ${first}`,
    `review approve ${first} 700`,
    `review approve ${fixed} 6`,
    `review approve ${unpaid} 6`,
    `review approve ${first} 100`,
    `review approve ${first} 100`,
    `review show ${first}`,
    `review approve ${second} 100 revision:9`,
    `review duplicate ${second} ${third}`,
    `review duplicate ${second} ${first}`,
    `review return ${third} Add a link to the guide.`,
    `review reject ${fourth} Nothing can be seen of it.`,
    `review approve ${fixed}`,
    `review approve ${unpaid}`,
    'review show SUB-999',
    'review approve SUB-999',
    'review history',
    'review quality',
    'review quality @ann',
    'review interest @ann',
    'review interest @ann',
    'review interest @ray',
    'review interest-end @ann',
    'review interest-end @ann',
    'review list',
  ])
    await say('ray', line)
  await say('op', 'review list')
  for (const line of ['review reward', 'review reward 11', 'review reward 1', 'review reward off:yes']) await say('op', line)
  for (const line of [`review known ${first}`, 'review known SUB-999', 'review quality']) await say('op', line)
  for (const line of [
    'inbox',
    `submission appeal ${first} more please`,
    'submission appeal SUB-999 please',
    `submission appeal ${fourth} It is on the forum, page 12.`,
    `submission appeal ${fourth} please`,
  ])
    await say('ann', line)
  await say('op', 'role grant @bob reviewer')
  const [late, given] = [await sendIn('g'), await sendIn('h')]
  await database.transaction(async (tx) => ({
    keep: true,
    value: await tx.reviewAssignment.updateMany({ where: { state: 'asked' }, data: { reviewer: ray } }),
  }))
  await say('ray', `review decline ${given}`)
  await say('ray', `review approve ${given} 20`)
  await say('ray', `review reject ${late} Nothing can be seen of it.`)
  clock.now += 15 * DAY
  await say('ann', `submission appeal ${late} please`)
  clock.now -= 15 * DAY
}
