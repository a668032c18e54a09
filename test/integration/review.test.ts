import { afterEach, beforeEach, expect, test } from 'vitest'
import { releaseOf } from '../../core/economy/release-schedule.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { startReviewStage, type ReviewStage } from '../support/review-stage.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let stage: ReviewStage
let ann: string

beforeEach(async () => {
  stage = await startReviewStage(GENESIS)
  ann = await stage.member('ann')
  for (const name of ['rae', 'rob', 'ren', 'rix']) await stage.member(name, 'reviewer')
})
afterEach(() => stage.close())

const code = async (who: string, line: string) => (await stage.say(who, line)).reply.code
/** What a chat offers somebody who types into a field. */
const offered = async (userId: string, command: string, field: string, typed = '') =>
  (
    await stage.chat.suggest({
      account: { platform: 'console', userId, name: userId, handle: userId },
      place: { kind: 'private', chatId: userId },
      command,
      field,
      typed,
    })
  ).suggestions.map(({ value }) => value)
const itemOf = (subject: string) => stage.database.prisma.reviewItem.findFirst({ where: { subject }, orderBy: { id: 'desc' } })

test('two approvals grant the middle amount from the month, once, and each step is told', async () => {
  const subject = await stage.sendIn(ann)
  const [first, second, third] = await stage.panel(subject)
  expect(await stage.told(first!)).toEqual([expect.stringContaining(`${subject} waits for your review until 2027-02-02`)])
  const card = await stage.say(first!, 'review next')
  expect(card.text).toContain('What you did: I wrote a guide.')
  expect(card.text).toContain('Give from 20 PoS to 500 PoS')
  expect(card.text).not.toContain('ann')
  expect((await stage.press(first!, card, 'Approve 260 PoS')).text).toContain('You approved')
  expect(await stage.balance(`member:${ann}`)).toBe(0n)
  const decided = await stage.say(second!, `review approve ${subject} 300`)
  expect(decided.text).toContain('is approved for 280 PoS')
  expect(await stage.balance(`member:${ann}`)).toBe(pos(280))
  expect(await stage.balance('period:1')).toBe(releaseOf(1) - pos(280))
  expect(await code(third!, `review approve ${subject} 300`)).toBe('review.decided')
  expect(await stage.told('ann')).toEqual([expect.stringContaining('is in review'), expect.stringContaining('You earned 280 PoS')])
  expect((await stage.say(third!, `review show ${subject}`)).text).toContain('Contributor: ann')
  expect((await stage.say(first!, 'review history')).text).toContain('approved, 260 PoS | approved, 280 PoS')
  expect(await stage.panel(subject)).toEqual([])
})

test('two reviewers at once have one effect, and the one who was late is told what was decided', async () => {
  const subject = await stage.sendIn(ann, { needed: 1, panel: 3 })
  const panel = await stage.panel(subject)
  const answers = await Promise.all(panel.map((name) => stage.say(name, `review approve ${subject} 100`)))
  expect(answers.map(({ reply }) => reply.code ?? 'done').toSorted()).toEqual(['done', 'review.decided', 'review.decided'])
  expect(answers.find(({ reply }) => reply.code !== undefined)?.text).toContain('is decided: approved')
  expect(await stage.balance(`member:${ann}`)).toBe(pos(100))
  expect(await stage.database.prisma.transfer.count({ where: { kind: 'grant' } })).toBe(1)
})

test('amounts far apart ask one more reviewer', async () => {
  const subject = await stage.sendIn(ann, { needed: 2, panel: 2 })
  const panel = await stage.panel(subject)
  await stage.say(panel[0]!, `review approve ${subject} 20`)
  expect((await stage.say(panel[1]!, `review approve ${subject} 500`)).text).toContain('Other reviewers have yet to answer')
  const [third] = await stage.panel(subject)
  expect(panel).not.toContain(third)
  await stage.say(third!, `review approve ${subject} 100`)
  expect(await itemOf(subject)).toMatchObject({ state: 'decided', outcome: 'approved', amount: pos(100) })
})

test('a rejection tells why and can be appealed once, to a panel that did not decide before', async () => {
  for (const name of ['sue', 'sam', 'sid']) await stage.member(name, 'chair')
  const subject = await stage.sendIn(ann)
  const panel = await stage.panel(subject)
  for (const name of panel.slice(0, 2)) await stage.say(name, `review reject ${subject} Nothing can be seen.`)
  expect((await stage.told('ann')).at(-1)).toContain(
    'was rejected: Nothing can be seen. If you think that is wrong, send submission appeal',
  )
  expect(await code('bob', `submission appeal ${subject} no`)).toBe('appeal.unknown')
  expect((await stage.say('ann', `submission appeal ${subject} It is on the forum.`)).reply.tone).toBe('done')
  expect(await code('ann', `submission appeal ${subject} again`)).toBe('appeal.once')
  const appeal = await stage.panel(subject)
  expect(appeal.filter((name) => panel.slice(0, 2).includes(name))).toEqual([])
  const card = await stage.say(appeal[0]!, `review show ${subject}`)
  expect(card.text).toContain('Why they appeal: It is on the forum.')
  expect(await code(appeal[0]!, `review return ${subject} mend it`)).toBe('review.appeal_no_return')
  for (const name of appeal.slice(0, 2)) await stage.say(name, `review approve ${subject} 100`)
  expect(await stage.balance(`member:${ann}`)).toBe(pos(100))
})

test('an appeal comes too late after 14 days, and an approved submission has none', async () => {
  const [late, good] = [await stage.sendIn(ann, { needed: 1, panel: 1 }), await stage.sendIn(ann, { needed: 1, panel: 1 })]
  await stage.say((await stage.panel(late))[0]!, `review reject ${late} no`)
  await stage.say((await stage.panel(good))[0]!, `review approve ${good} 20`)
  expect(await code('ann', `submission appeal ${good} more`)).toBe('appeal.not_rejected')
  stage.clock.now += 14 * DAY
  expect(await code('ann', `submission appeal ${late} please`)).toBe('appeal.too_late')
})

test('a return goes back with its reasons, and nothing is granted', async () => {
  const subject = await stage.sendIn(ann, { needed: 1, panel: 1 })
  const [name] = await stage.panel(subject)
  const asked = await stage.press(name!, await stage.say(name!, 'review next'), 'Return')
  expect(asked.reply.ask).toMatchObject({ command: 'review return', field: 'reason' })
  await stage.say(name!, `review return ${subject} Add a link.`)
  expect((await stage.told('ann')).at(-1)).toContain('came back for changes: Add a link.')
  expect(await stage.database.prisma.submission.findFirst({ where: { memberId: ann } })).toMatchObject({
    status: 'returned',
    decidedAt: null,
  })
})

test('a duplicate is paid its share, and only an earlier submission can be the original', async () => {
  const [original, subject] = [await stage.sendIn(ann), await stage.sendIn(ann, { needed: 1, panel: 1 })]
  const [name] = await stage.panel(subject)
  expect((await stage.say(name!, `review show ${subject}`)).text).toContain(`Nearly the same: ${original} (100%, in review)`)
  for (const typed of ['', original, original.slice(4), 'contribution report'])
    expect(await offered(name!, 'review duplicate', 'of', typed)).toEqual([original])
  for (const typed of ['9', 'no such form']) expect(await offered(name!, 'review duplicate', 'of', typed)).toEqual([])
  const without = ['rae', 'rob', 'ren', 'rix'].find((other) => other !== name)!
  for (const other of [without, 'ann']) expect(await offered(other, 'review duplicate', 'of')).toEqual([])
  expect(await code(name!, `review duplicate ${subject} ${subject}`)).toBe('review.not_earlier')
  expect(await code(name!, `review duplicate ${subject} SUB-999`)).toBe('review.not_earlier')
  await stage.say(name!, `review duplicate ${subject} ${original}`)
  expect(await stage.balance(`member:${ann}`)).toBe(pos(2))
})

test('nobody judges their own work, their campaign’s, or that of somebody they are close to', async () => {
  const rae = (await stage.database.prisma.member.findFirstOrThrow({ where: { name: 'rae' } })).id
  expect(await stage.panel(await stage.sendIn(rae, { panel: 3 }))).toEqual(['ren', 'rix', 'rob'])
  const campaign = await stage.campaign(rae, pos(1_000))
  expect(await stage.panel(await stage.sendIn(ann, { panel: 4 }, { campaign }))).toEqual(['ren', 'rix', 'rob'])
  expect((await stage.say('rob', 'review interest @ann')).reply.tone).toBe('done')
  expect(await code('rob', 'review interest @rob')).toBe('review.interest_self')
  expect(await stage.panel(await stage.sendIn(ann, { panel: 4 }))).toEqual(['rae', 'ren', 'rix'])
  await stage.say('rob', 'review interest-end @ann')
  expect(await stage.panel(await stage.sendIn(ann, { panel: 4 }))).toEqual(['rae', 'ren', 'rix', 'rob'])
})

test('a verdict of somebody who lost the role, or turned out to be close, counts no more', async () => {
  const subject = await stage.sendIn(ann)
  const [first, second, third] = await stage.panel(subject)
  await stage.say(first!, `review approve ${subject} 100`)
  await stage.say(second!, `review interest @ann`)
  await stage.database.prisma.roleGrant.deleteMany({ where: { member: { name: first! } } })
  expect(await code(second!, `review approve ${subject} 100`)).toBe('review.interest')
  await stage.reassign()
  const seats = await stage.database.prisma.reviewAssignment.findMany({ where: { itemRow: { subject } }, include: { member: true } })
  expect(
    Object.fromEntries(seats.map(({ member, state, voidedAt }) => [member.name, `${state}${voidedAt === null ? '' : ' void'}`])),
  ).toMatchObject({
    [first!]: 'decided void',
    [second!]: 'recused',
    [third!]: 'asked',
  })
  await stage.say(third!, `review approve ${subject} 100`)
  expect(await itemOf(subject)).toMatchObject({ state: 'open' })
})

test('who does not answer within two days, or declines, gives the seat to others; when nobody is left, the chair hears once a day', async () => {
  const chair = await stage.member('cleo', 'chair')
  await stage.database.prisma.member.update({ where: { id: chair }, data: { blocked: true } })
  const subject = await stage.sendIn(ann)
  const before = await stage.panel(subject)
  await stage.say(before[0]!, `review decline ${subject}`)
  const after = await stage.panel(subject)
  expect(after).not.toContain(before[0])
  expect(after).toHaveLength(3)
  expect(await code(before[0]!, `review approve ${subject} 100`)).toBe('review.no_seat')
  stage.clock.now += 47 * HOUR
  expect(await stage.reassign()).toEqual({ looked: 0, asked: 0, decided: 0, waiting: 0 })
  stage.clock.now += 2 * HOUR
  await stage.say(after[0]!, `review decline ${subject}`)
  // Those who were late are asked again, because nobody else is left; two of three can still decide.
  expect(await stage.reassign()).toMatchObject({ looked: 1, waiting: 0 })
  expect(await stage.panel(subject)).toEqual(after.slice(1))
  const heard = async () => (await stage.told('cleo')).length
  expect(await heard()).toBe(0)
  await stage.say(after[1]!, `review decline ${subject}`)
  expect(await stage.reassign()).toMatchObject({ looked: 1, waiting: 1 })
  await stage.reassign()
  expect(await heard()).toBe(1)
  expect(await stage.database.prisma.outboxRow.count({ where: { topic: 'operator-alert', subject: 'reviews-wait' } })).toBe(1)
  stage.clock.now += DAY
  await stage.reassign()
  expect(await heard()).toBe(2)
})

test('a decision needs a seat, a sound amount and the content that was seen', async () => {
  const subject = await stage.sendIn(ann)
  const panel = await stage.panel(subject)
  const [name] = panel
  const outsider = ['rae', 'rob', 'ren', 'rix'].find((each) => !panel.includes(each))!
  const attempts: readonly (readonly [who: string, line: string, code: string])[] = [
    [outsider, `review approve ${subject} 100`, 'review.no_seat'],
    ['ann', `review approve ${subject} 100`, 'command.forbidden'],
    [name!, 'review approve SUB-999999 100', 'review.unknown'],
    [name!, 'review approve banana 100', 'input.code'],
    [name!, `review approve ${subject}`, 'review.amount_missing'],
    [name!, `review approve ${subject} 19.999999999`, 'review.amount_out_of_range'],
    [name!, `review approve ${subject} 501`, 'review.amount_out_of_range'],
    [name!, `review approve ${subject} 0`, 'review.amount_out_of_range'],
    [name!, `review approve ${subject} 1.0000000001`, 'input.amount_too_many_decimals'],
    [name!, `review reject ${subject}`, 'input.missing'],
    [name!, `review reject ${subject} ${'x'.repeat(10_000)}`, 'input.too_long'],
    [name!, `review approve ${subject} 100 revision:2`, 'review.changed'],
  ]
  for (const [who, line, expected] of attempts) expect(await code(who, line), line).toBe(expected)
  await stage.say(name!, `review approve ${subject} 100`)
  expect(await code(name!, `review reject ${subject} changed my mind`)).toBe('review.answered')
})

test('reviewers are paid for decided items when an operator says so', async () => {
  expect(await code('op', 'review reward')).toBe('review.reward_missing')
  expect(await code('op', 'review reward 11')).toBe('review.reward_bounds')
  expect((await stage.say('op', 'review reward 2')).text).toContain('2 PoS')
  const subject = await stage.sendIn(ann)
  const panel = await stage.panel(subject)
  for (const name of panel.slice(0, 2)) await stage.say(name, `review approve ${subject} 100`)
  const paid = await stage.database.prisma.reward.findMany({ where: { kind: 'review' } })
  expect(paid.map(({ amount, status, reference }) => [amount, status, reference])).toEqual([
    [pos(2), 'granted', subject],
    [pos(2), 'granted', subject],
  ])
  await stage.say('op', 'review reward off:yes')
  const other = await stage.sendIn(ann, { needed: 1, panel: 1 })
  await stage.say((await stage.panel(other))[0]!, `review approve ${other} 100`)
  expect(await stage.database.prisma.reward.count({ where: { kind: 'review' } })).toBe(2)
})

test('a known answer looks like any other item, pays nothing, and shows how reviewers judge', async () => {
  await stage.member('cleo', 'chair')
  const subject = await stage.sendIn(ann, { needed: 1, panel: 1 })
  const [first] = await stage.panel(subject)
  expect(await offered('cleo', 'review known', 'submission')).toEqual([])
  await stage.say(first!, `review approve ${subject} 100`)
  expect(await offered('cleo', 'review known', 'submission', 'sub')).toEqual([subject])
  expect(await offered('rae', 'review known', 'submission')).toEqual([])
  expect(await code('rae', `review known ${subject}`)).toBe('command.forbidden')
  await stage.say('cleo', `review known ${subject}`)
  const [copy] = await stage.database.prisma.reviewItem.findMany({ where: { copyOf: subject } })
  const [judge] = await stage.panel(copy!.subject)
  expect([first, 'cleo']).not.toContain(judge)
  const card = await stage.say(judge!, 'review next')
  expect(card.text).toContain('I wrote a guide.')
  expect(card.text).not.toContain(subject)
  const heard = (await stage.told('ann')).length
  await stage.say(judge!, `review approve ${copy!.subject} 200`)
  expect(await stage.balance(`member:${ann}`)).toBe(pos(100))
  expect((await stage.told('ann')).length).toBe(heard)
  const quality = await stage.say('cleo', 'review quality')
  expect(quality.text).toContain(`${judge} | 1 | - | 100% | 20% | 0 h`)
  expect(await code(judge!, 'review quality @cleo')).toBe('review.quality_others')
  expect((await stage.say(judge!, 'review quality')).text).not.toContain(first)
})

test('a channel that follows reviews sees how an item goes on, and not what it says', async () => {
  const subject = await stage.sendIn(ann, { needed: 2, panel: 2 })
  const row = await stage.database.prisma.outboxRow.findFirstOrThrow({ where: { topic: 'announcement', subject } })
  expect(JSON.stringify(row.payload)).toContain('openCard')
  expect(JSON.stringify(row.payload)).not.toMatch(/guide|ann\b/)
  const [name] = await stage.panel(subject)
  await stage.say(name!, `review approve ${subject} 100`)
  expect(await stage.database.prisma.outboxRow.count({ where: { topic: 'review-card', subject } })).toBe(1)
})

test('lists show what waits: one’s own, and everything for a chair', async () => {
  await stage.member('cleo', 'chair')
  const subject = await stage.sendIn(ann, { panel: 2 })
  const [name] = await stage.panel(subject)
  expect((await stage.say(name!, 'review list')).text).toContain(`${subject} · Contribution report · 0 of 2`)
  expect((await stage.say('cleo', 'review list')).text).toContain('1 item is in review')
})
