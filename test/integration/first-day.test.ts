import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { MINUTE, HOUR, DAY } from '../../core/shared/instant.ts'
import { startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community

beforeAll(async () => {
  community = await startCommunity(GENESIS)
})
afterAll(() => community.close())

describe('the first day of a community', () => {
  let code = ''

  it('greets a newcomer and lists only what they may do', async () => {
    expect((await community.say('ann', 'start')).text).toContain('Welcome, ann')
    expect((await community.say('ann', 'help')).text).not.toContain('role grant')
    expect((await community.say('op', 'help')).text).toContain('role grant')
    // Given by buttons alone; who asks for one by name reads of it.
    expect((await community.say('op', 'help')).text).not.toContain('form skip')
    expect((await community.say('op', 'help form skip')).reply.tone).toBe('info')
  })

  it('lets an operator make a host, and the host an event', async () => {
    await community.say('hana', 'start')
    expect((await community.say('hana', 'event create Call start:+1h')).text).toContain('(command.forbidden)')
    expect((await community.say('op', 'role grant @hana host')).text).toContain('hana now has the role host')
    const created = await community.say('hana', 'event create Weekly call start:+10m minutes:45 place:stage')
    expect(created.text).toContain('EVT-1 created: Weekly call')
    expect((await community.say('ann', 'event list')).text).toContain('EVT-1 · Weekly call')
  })

  it('asks for what is missing and goes on with the answer', async () => {
    const asked = await community.say('hana', 'event create Second call')
    expect(asked.text).toContain('(input.missing)')
    expect((await community.say('hana', '+2d')).text).toContain('EVT-2 created: Second call')
  })

  it('pays a member for attending, once', async () => {
    community.clock.now += 12 * MINUTE
    const shown = await community.say('hana', 'event codes evt-1')
    code = shown.reply.verbatim ?? ''
    expect(code).toMatch(/^1-[0-9A-Z]{4}-[0-9A-Z]{4}$/)
    const typed = code.toLowerCase().replaceAll('-', ' ')
    expect((await community.say('ann', `checkin ${typed}`)).text).toContain('You earned 10 PoS')
    expect((await community.say('ann', `checkin ${code}`)).text).toContain('(checkin.already)')
    const full = code.replace(/./g, (sign) => String.fromCodePoint(sign === '-' ? 0xff0d : sign.codePointAt(0)! + 0xfee0))
    expect((await community.say('bob', `checkin ${full}`)).text).toContain('You earned 10 PoS')
    expect((await community.say('ann', 'balance')).text).toContain('Balance: 10 PoS')
    expect((await community.say('ann', 'history')).text).toContain('10 PoS | reward EVT-1')
    expect((await community.say('ann', 'leaderboard')).text).toMatch(/1 \| (ann|bob) \| 10 PoS/)
    expect((await community.say('ann', 'worth')).text).toContain('An event ticket costs 10 PoS now, so that buys 1')
  })

  it('answers a redelivered check-in as the first time', async () => {
    const first = await community.say('cyd', `checkin ${code}`, 'same-key')
    const again = await community.say('cyd', `checkin ${code}`, 'same-key')
    expect(first.text).toContain('You earned 10 PoS')
    expect(again.text).toBe(first.text)
    expect((await community.say('cyd', 'balance')).text).toContain('Balance: 10 PoS')
  })

  it('refuses wrong, expired and malformed codes with the reason', async () => {
    expect((await community.say('dan', 'checkin 1-AAAA-AAAA')).text).toContain('(checkin.wrong_code)')
    expect((await community.say('dan', 'checkin hello')).text).toContain('(checkin.not_a_code)')
    expect((await community.say('dan', `checkin 99-${code.slice(2)}`)).text).toContain('(checkin.no_such_event)')
    community.clock.now += 2 * MINUTE
    expect((await community.say('dan', `checkin ${code}`)).text).toContain('(checkin.expired_code)')
    for (let wrong = 0; wrong < 4; wrong += 1) await community.say('dan', 'checkin 1-AAAA-AAAB')
    expect((await community.say('dan', 'checkin 1-AAAA-AAAC')).text).toContain('(checkin.cooldown)')
  })

  it('imports a list after showing what is wrong with it', async () => {
    await community.say('eve', 'start')
    await community.say('fay', 'start')
    const list = 'member\n@eve\nnobody\nfay;x\n"@eve"\nann\n'
    const report = await community.say('hana', `event roster EVT-1 ${list}`)
    expect(report.text).toContain('2 members will be checked in')
    expect(report.text).toContain('Line 3: nobody')
    expect(report.text).toContain('Line 5: @eve – same member as in line 2')
    expect(report.text).toContain('Line 6: ann – already checked in')
    expect((await community.press('ann', report, 'Check in 2')).text).toContain('(button.other_member)')
    expect((await community.press('hana', report, 'Check in 2')).text).toContain('2 members checked in to EVT-1')
    expect((await community.press('hana', report, 'Check in 2')).text).toContain('(button.used)')
    expect((await community.say('eve', 'balance')).text).toContain('Balance: 10 PoS')
    expect((await community.say('hana', 'event roster EVT-1 a\ufffdb')).text).toContain('(roster.encoding)')
  })

  it('undoes a check-in with a reason and tells the member', async () => {
    const undone = await community.say('hana', 'event undo EVT-1 @eve was not there')
    expect(undone.text).toContain('10 PoS went back')
    expect((await community.say('eve', 'balance')).text).toContain('Balance: 0 PoS')
    expect((await community.say('hana', 'event undo EVT-1 @eve again')).text).toContain('(undo.not_checked_in)')
    const notices = await community.database.prisma.inboxMessage.findMany({ where: { member: { name: 'eve' } } })
    expect(notices).toHaveLength(1)
  })

  it('shows the event and closes it', async () => {
    const card = await community.say('ann', 'event show 1')
    expect(card.text).toContain('Checked in: 4')
    expect(card.text).toContain('Hosts: hana')
    expect((await community.say('ann', 'event close 1')).text).toContain('(command.forbidden)')
    expect((await community.say('hana', 'event close 1')).text).toContain('4 checked in')
    expect((await community.say('hana', 'event close 1')).text).toContain('(event.closed_before)')
    expect((await community.say('gus', 'checkin 1-AAAA-AAAA')).text).toContain('(checkin.closed)')
  })

  it('speaks the member’s language from then on', async () => {
    expect((await community.say('ann', 'language zh')).text).toContain('今后我会用中文回复您')
    expect((await community.say('ann', 'balance')).text).toContain('余额: 10 PoS')
  })

  it('shows supply, period and statement states', async () => {
    expect((await community.say('bob', 'supply')).text).toContain('Earned by members: 40 PoS')
    expect((await community.say('bob', 'period')).text).toContain('Left to earn: 999,960 PoS')
    expect((await community.say('bob', 'statement 1')).text).toContain('(statement.not_yet)')
    expect((await community.say('bob', 'status')).text).toContain('Everything runs')
  })

  it('keeps a withdrawal behind wallet, age and amount', async () => {
    expect((await community.say('bob', 'withdraw 1')).text).toContain('(withdraw.no_wallet)')
    for (const [typed, refusal] of [
      ['0', 'amount_zero'],
      ['-1', 'amount_negative'],
      ['1e3', 'amount_exponent'],
      ['１２', 'amount_full_width'],
      ['1.0000000001', 'amount_too_many_decimals'],
    ])
      expect((await community.say('bob', `withdraw ${typed}`)).text).toContain(`(input.${refusal})`)
    const { id } = await community.database.prisma.member.findFirstOrThrow({ where: { name: 'bob' } })
    const at = new Date(community.clock.now)
    const address = '0x00000000000000000000000000000000000000aa'
    await community.database.prisma.wallet.create({ data: { address, memberId: id, linkedAt: at, payoutFrom: at } })
    expect((await community.say('bob', 'withdraw 5')).text).toContain('You can withdraw 0 PoS now')
    community.clock.now += 2 * DAY + HOUR
    expect((await community.say('bob', 'withdraw 0.5')).text).toContain('(withdraw.too_little)')
    expect((await community.say('bob', 'withdraw 4')).text).toContain('4 PoS are on their way')
    expect((await community.say('bob', 'balance')).text).toContain('On the way to your wallet: 4 PoS')
  })

  it('switches automatic payout on for a wallet only, and off', async () => {
    expect((await community.say('cyd', 'payout auto on')).text).toContain('(withdraw.no_wallet)')
    expect((await community.say('bob', 'payout auto on')).text).toContain('from 10 PoS up, to 0x')
    expect((await community.say('bob', 'balance')).text).toContain('Automatic payout: on')
    expect((await community.say('bob', 'payout auto 关')).text).toContain('Automatic payout is off')
  })

  it('reads times in the member’s zone', async () => {
    expect((await community.say('hana', 'timezone Mars/Base')).text).toContain('(timezone.unknown)')
    expect((await community.say('hana', 'timezone asia/shanghai')).text).toContain('Times are shown in Asia/Shanghai')
    const created = await community.say('hana', 'event create Morning start:2027-03-01 09:00')
    expect(created.text).toContain('Check-in opens 2027-03-01T00:45:00.000Z')
    expect((await community.say('hana', 'event create Old start:2026-01-01T00:00Z')).text).toContain('(event.past)')
    expect((await community.say('hana', 'event create Far start:2029-01-01T00:00Z')).text).toContain('(event.far_future)')
    expect((await community.say('hana', 'event create Rich start:now reward:10001')).text).toContain('(event.reward_too_large)')
  })

  it('hands out single-use codes, each good once', async () => {
    const created = await community.say('hana', 'event create Meetup start:now evidence:codes capacity:2')
    const event = /EVT-\d+/.exec(created.text)?.[0] ?? ''
    const made = await community.say('hana', `event codes ${event} 3`)
    const [first = '', second = '', third = ''] = (made.reply.file?.content ?? '').trim().split('\r\n').slice(1)
    expect((await community.say('ann', `checkin ${first}`)).reply.tone).toBe('done')
    expect((await community.say('bob', `checkin ${first}`)).text).toContain('(checkin.used_code)')
    expect((await community.say('bob', `checkin ${second}`)).reply.tone).toBe('done')
    expect((await community.say('cyd', `checkin ${third}`)).text).toContain('(checkin.full)')
    expect((await community.say('hana', `event codes ${event} 2000`)).text).toContain('(event.too_many_codes)')
  })

  it('shows operators what was stopped, and lets them go on', async () => {
    await community.database.prisma.setting.create({ data: { key: 'halted:payer', value: 'head differs' } })
    expect((await community.say('bob', 'status')).text).toContain('Something needs a look')
    expect((await community.say('bob', 'resume payer')).text).toContain('(command.forbidden)')
    expect((await community.say('op', 'status')).text).toContain('Stopped: payer – head differs')
    expect((await community.say('op', 'resume payer')).text).toContain('payer goes on')
    expect((await community.say('op', 'resume payer')).text).toContain('(resume.not_halted)')
    expect((await community.say('op', 'status')).text).toContain('Everything runs')
  })

  it('never loses or makes a nano', async () => {
    const { _sum: sum } = await community.database.prisma.account.aggregate({ _sum: { balance: true } })
    expect(sum.balance).toBe(100_000_000n * 1_000_000_000n)
  })
})
