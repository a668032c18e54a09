import { afterAll, beforeAll, expect, test } from 'vitest'
import { periodEnd, releaseOf } from '../../core/economy/release-schedule.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY } from '../../core/shared/instant.ts'
import { startReviewStage, type ReviewStage } from '../../test/support/review-stage.ts'
import { grantSubmission } from './grant-submission.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let stage: ReviewStage
beforeAll(async () => {
  stage = await startReviewStage(GENESIS)
})
afterAll(() => stage.close())

const grant = (submission: number, amount: bigint, now = GENESIS + DAY) =>
  stage.database.transaction(async (tx) => ({
    keep: true,
    value: await grantSubmission(tx, GENESIS, { submission, amount, kind: 'form-submission' }, now),
  }))

const reward = (submission: number) => stage.database.prisma.reward.findUnique({ where: { id: `sub:${submission}` } })

test('a grant comes from the period of the grant, once however often and by however many it is asked for', async () => {
  const ann = await stage.member('ann')
  const number = await stage.submission(ann, { status: 'approved' })
  const results = await Promise.all(Array.from({ length: 8 }, () => grant(number, pos(5))))
  expect(results.toSorted()).toEqual(['granted', ...Array.from({ length: 7 }, () => 'nothing')])
  expect(await reward(number)).toMatchObject({
    memberId: ann,
    kind: 'form-submission',
    reference: `SUB-${number}`,
    status: 'granted',
    period: 1,
  })
  expect(await stage.balance(`member:${ann}`)).toBe(pos(5))
  expect(await stage.balance('period:1')).toBe(releaseOf(1) - pos(5))
  expect(await stage.database.prisma.submission.findUnique({ where: { number } })).toMatchObject({ rewardId: `sub:${number}` })
})

test('what is not approved, or worth nothing, is paid nothing', async () => {
  const ben = await stage.member('ben')
  const [waiting, worthless] = [await stage.submission(ben), await stage.submission(ben, { status: 'approved' })]
  expect([await grant(waiting, pos(5)), await grant(worthless, 0n), await grant(999_999, pos(1))]).toEqual([
    'nothing',
    'nothing',
    'nothing',
  ])
  expect(await stage.balance(`member:${ben}`)).toBe(0n)
})

test('what does not fit a mined-out release is recorded as unfunded, and a smaller one after it is still paid', async () => {
  const chen = await stage.member('chen')
  const left = await stage.balance('period:1')
  const [large, much, small] = [
    await stage.submission(chen, { status: 'approved' }),
    await stage.submission(chen, { status: 'approved' }),
    await stage.submission(chen, { status: 'approved' }),
  ]
  expect(await grant(large, left - pos(5))).toBe('granted')
  expect(await grant(much, pos(10))).toBe('unfunded')
  expect(await grant(small, pos(5))).toBe('granted')
  expect(await stage.balance('period:1')).toBe(0n)
  expect(await reward(much)).toMatchObject({ status: 'unfunded', period: 1, amount: pos(10) })
  expect(await grant(much, pos(10), periodEnd(GENESIS, 1) + DAY), 'mined out ends').toBe('nothing')
})

test('the first grant of a month opens it; before the first and after the last nothing is funded', async () => {
  const dee = await stage.member('dee')
  const numbers = await Promise.all([1, 2, 3].map(() => stage.submission(dee, { status: 'approved' })))
  expect(await grant(numbers[0]!, pos(5), periodEnd(GENESIS, 1))).toBe('granted')
  expect(await reward(numbers[0]!)).toMatchObject({ period: 2 })
  expect(await stage.balance('period:2')).toBe(releaseOf(2) - pos(5))
  expect(await grant(numbers[1]!, pos(5), GENESIS - DAY)).toBe('unfunded')
  expect(await grant(numbers[2]!, pos(5), periodEnd(GENESIS, 13))).toBe('unfunded')
})

test('a campaign pays from its own budget, stops when it is spent, and keeps its budget when the release is what is missing', async () => {
  const eve = await stage.member('eve')
  const campaign = await stage.campaign(await stage.member('team'), pos(12))
  const send = () => stage.submission(eve, { status: 'approved', campaign })
  const at = periodEnd(GENESIS, 1) + DAY
  const granted = async () => (await stage.database.prisma.campaign.findUniqueOrThrow({ where: { number: campaign } })).granted
  const many = await Promise.all([1, 2, 3, 4].map(send))
  const results = await Promise.all(many.map((number) => grant(number, pos(5), at)))
  expect(results.toSorted()).toEqual(['campaign-spent', 'campaign-spent', 'granted', 'granted'])
  expect(await granted()).toBe(pos(10))
  const spent = many[results.indexOf('campaign-spent')]!
  expect(await reward(spent)).toBeNull()
  expect(await grant(spent, pos(2), GENESIS + DAY), 'period 1 is mined out').toBe('unfunded')
  expect(await granted()).toBe(pos(10))
})
