import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { addCalendarMonths, DAY, MINUTE } from '../../core/shared/instant.ts'
import { startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
/** In period 4, where the multiplier is 2. */
const TODAY = addCalendarMonths(GENESIS, 3) + DAY
let community: Community

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  community.clock.now = TODAY
  for (const who of ['ann', 'bob', 'hana', 'cheng', 'rae']) await community.say(who, 'start')
  for (const [who, role] of [
    ['hana', 'host'],
    ['cheng', 'chair'],
    ['rae', 'reviewer'],
  ])
    await community.say('op', `role grant @${who} ${role}`)
})
afterAll(() => community.close())

const changes = () => community.database.prisma.rewardRate.findMany({ where: { setBy: { not: null } }, orderBy: { validFrom: 'asc' } })
const audited = () => community.database.prisma.auditLine.count({ where: { command: 'rewards set' } })

/** Creates an event that is open now; gives its code. */
async function createEvent(words = ''): Promise<string> {
  const created = await community.say('hana', `event create Call start:now minutes:60 ${words}`)
  return /EVT-\d+/.exec(created.text)![0]
}

async function checkIn(who: string, event: string): Promise<string> {
  const shown = await community.say('hana', `event codes ${event}`)
  return (await community.say(who, `checkin ${shown.reply.verbatim}`)).text
}

describe('the reward table', () => {
  it('shows everyone the base and what is paid now, since when', async () => {
    const shown = await community.say('ann', 'rewards')
    expect(shown.reply.audience).toBe('public')
    expect(shown.text).toContain('base times 2')
    expect(shown.text.split('\n').filter((line) => line.includes('|'))).toEqual([
      'attending an event | 10 PoS | 20 PoS | the start',
      'submitting a form | 5 PoS | 10 PoS | the start',
      'the identity form of a node | 50 PoS | 100 PoS | the start',
      'a contribution to a node | 20 PoS to 500 PoS | 40 PoS to 1,000 PoS | the start',
      'delegating early | 10 PoS | 20 PoS | the start',
      'delegating to a listed node | 20 PoS | 40 PoS | the start',
    ])
  })

  it('is changed by the chair from now on: an event created before keeps its reward, one created after pays the new one', async () => {
    const before = await createEvent()
    community.clock.now += MINUTE
    const changed = await community.say('cheng', 'rewards set attendance 12 more people should come')
    expect(changed.text).toContain(`The reward for attending an event is 12 PoS from ${new Date(community.clock.now).toISOString()} on`)
    expect(changed.text).toContain('Reason: more people should come')
    community.clock.now += MINUTE
    const after = await createEvent()
    expect(await checkIn('ann', before)).toContain('You earned 20 PoS')
    expect(await checkIn('bob', after)).toContain('You earned 24 PoS')
    // An event whose host names a reward pays that, whatever the table says.
    expect(await checkIn('ann', await createEvent('reward:3'))).toContain('You earned 6 PoS')
    expect((await community.say('ann', 'rewards')).text).toContain(
      `attending an event | 12 PoS | 24 PoS | ${new Date(TODAY + MINUTE).toISOString()}`,
    )
    const { memberId } = await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: 'cheng' } })
    expect(await changes()).toMatchObject([{ kind: 'attendance', setBy: memberId, reason: 'more people should come' }])
    const line = await community.database.prisma.auditLine.findFirstOrThrow({ where: { command: 'rewards set' } })
    expect(line).toMatchObject({ memberId, at: new Date(TODAY + MINUTE) })
    expect(JSON.parse(line.input)).toEqual({ kind: 'attendance', amount: '12', reason: 'more people should come' })
  })

  it('takes a range for what reviewers decide, and asks for the end that is missing', async () => {
    const asked = await community.say('cheng', 'rewards set node-contribution 30 600 is fair')
    expect(asked.text).toContain('(rewards.highest_missing)')
    const changed = await community.say('cheng', '600')
    expect(changed.text).toContain('a contribution to a node is 30 PoS to 600 PoS')
    community.clock.now += MINUTE
    const named = await community.say('op', 'rewards set node-contribution 20 larger work highest:700')
    expect(named.text).toContain('20 PoS to 700 PoS')
    expect((await changes()).at(-1)).toMatchObject({ lowest: 20_000_000_000n, highest: 700_000_000_000n, reason: 'larger work' })
    expect((await community.say('bob', 'rewards')).text).toContain('a contribution to a node | 20 PoS to 700 PoS | 40 PoS to 1,400 PoS')
  })

  it('is told once for a message that is delivered twice', async () => {
    const count = (await changes()).length
    const first = await community.say('cheng', 'rewards set early-delegation 15 early is hard', 'same-key')
    community.clock.now += MINUTE
    const again = await community.say('cheng', 'rewards set early-delegation 15 early is hard', 'same-key')
    expect(again.text).toBe(first.text)
    expect(await changes()).toHaveLength(count + 1)
  })

  it.each([
    ['ann', 'attendance 13 please', 'command.forbidden'],
    ['hana', 'attendance 13 please', 'command.forbidden'],
    ['rae', 'node-contribution 20 highest:5000 please', 'command.forbidden'],
    ['cheng', 'attendance 100.01 too much', 'rewards.out_of_bounds'],
    ['cheng', 'attendance 0.009 too little', 'rewards.out_of_bounds'],
    ['cheng', 'node-contribution 20 highest:5000.01 too much', 'rewards.out_of_bounds'],
    ['cheng', 'attendance 0 nothing', 'input.amount_zero'],
    ['cheng', 'attendance 12.345 odd', 'rewards.too_fine'],
    ['cheng', 'node-contribution 20 highest:19 turned round', 'rewards.reversed'],
    ['cheng', 'attendance 12 highest:20 as a range', 'rewards.not_a_range'],
    ['cheng', 'attendance 12 as it is', 'rewards.unchanged'],
    ['cheng', 'applause 12 for nothing', 'input.choice'],
    ['cheng', 'attendance 13', 'input.missing'],
    ['cheng', `attendance 13 ${'x'.repeat(201)}`, 'input.too_long'],
  ])('refuses %s “rewards set %s” with %s, and nothing changes', async (who, words, code) => {
    const [rows, lines] = [await changes(), await audited()]
    expect((await community.say(who, `rewards set ${words}`)).text).toContain(`(${code})`)
    expect(await changes()).toEqual(rows)
    expect(await audited()).toBe(lines)
  })

  it('speaks Chinese too', async () => {
    await community.say('bob', 'language zh')
    const shown = (await community.say('bob', 'rewards')).text
    expect(shown).toContain('参加活动 | 12 PoS | 24 PoS |')
    expect(shown).toContain('节点贡献 | 20 PoS 至 700 PoS | 40 PoS 至 1,400 PoS |')
  })

  it('says when rewards begin, and when they are over', async () => {
    community.clock.now = addCalendarMonths(GENESIS, 13)
    const over = (await community.say('ann', 'rewards')).text
    expect(over).toContain('All 13 periods are over')
    expect(over).toContain('attending an event | 12 PoS | nothing |')
    community.clock.now = GENESIS - DAY
    const before = (await community.say('ann', 'rewards')).text
    expect(before).toContain(`The first period begins ${new Date(GENESIS).toISOString()}`)
    expect(before).toContain('attending an event | 10 PoS | 10 PoS | the start')
  })
})
