import { afterAll, beforeAll, expect, test } from 'vitest'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { pos, type Amount } from '../../core/shared/amount.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { startReviewStage, type ReviewStage } from '../../test/support/review-stage.ts'
import { ledgerFaults } from '../../test/support/rows.ts'
import { CARRY_OVER_POLICY } from './carry-over.ts'
import { settleDispute } from './dispute-settle.ts'
import { disputeStore } from './dispute-store.ts'
import { grantSubmission } from './grant-submission.ts'
import { openMissing } from './settlement-periods.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const NEXT_MONTH = periodEnd(GENESIS, 1)
let stage: ReviewStage
let campaign: number
let ann: string
beforeAll(async () => {
  stage = await startReviewStage(GENESIS)
  ann = await stage.member('ann')
  campaign = await stage.campaign(await stage.member('paula'), pos(100))
})
afterAll(() => stage.close())

async function grant(amount: Amount, within?: number) {
  const submission = await stage.submission(ann, { status: 'approved', ...(within === undefined ? {} : { campaign: within }) })
  const kind = within === undefined ? 'form-submission' : 'campaign'
  const granted = await stage.database.transaction(async (tx) => ({
    keep: true,
    value: await grantSubmission(tx, GENESIS, { submission, amount, kind }, GENESIS + DAY),
  }))
  return { granted, id: `sub:${submission}` }
}
const granted = async () => (await stage.database.prisma.campaign.findUniqueOrThrow({ where: { number: campaign } })).granted

test('what was carried over counts in its campaign’s budget, and is paid as far as that reaches', async () => {
  const { prisma, pool } = stage.database
  await grant(pos(1))
  expect((await grant(await stage.balance('period:1'))).granted).toBe('granted')
  const carried: string[] = []
  for (const amount of [60, 50, 30]) {
    const made = await grant(pos(amount), campaign)
    expect(made.granted).toBe('unfunded')
    carried.push(made.id)
  }
  expect(await granted()).toBe(0n)
  await prisma.setting.create({ data: { key: CARRY_OVER_POLICY, value: 'on' } })
  await stage.database.transaction(async (tx) => ({ keep: true, value: await openMissing(tx, 2, NEXT_MONTH) }))
  const rows = await prisma.reward.findMany({ where: { id: { in: carried } }, orderBy: { seq: 'asc' } })
  expect(rows.map(({ status }) => status)).toEqual(['granted', 'unfunded', 'granted'])
  expect(await granted()).toBe(pos(90))
  expect(await ledgerFaults(pool)).toEqual([])
})

test('a dispute adds to a campaign’s line as far as its budget reaches, and the member reads why not', async () => {
  const { prisma, pool } = stage.database
  const now = periodEnd(GENESIS, 2) + HOUR
  const lines = await prisma.reward.findMany({ where: { kind: 'campaign', status: 'granted' }, orderBy: { seq: 'asc' } })
  const settled = []
  for (const [index, amount] of [pos(75), pos(40)].entries())
    settled.push(
      await stage.database.transaction(async (tx) => {
        const store = disputeStore(tx, GENESIS)
        const number = await store.open((await store.line(Number(lines[index]!.seq)))!, 'It was more.', now)
        return { keep: true, value: await settleDispute(tx, number!, { outcome: 'approved', amount, reason: '' }, now) }
      }),
    )
  expect(settled).toEqual(['over-budget', 'corrected'])
  expect(await granted()).toBe(pos(100))
  expect(await stage.told('ann')).toContainEqual(
    expect.stringContaining('does not fit what is left of its campaign’s budget, so the line stays'),
  )
  expect(await ledgerFaults(pool)).toEqual([])
})
