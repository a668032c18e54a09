import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hasArrivals, watchSignals } from '../../adapters/postgres/signal-watch.ts'
import { WAITING_WITHDRAWALS } from '../../adapters/postgres/settlement-payouts.ts'
import { DAY, MINUTE, SECOND } from '../../core/shared/instant.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { ledgerFaults } from '../support/rows.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  for (const who of ['chair', 'old']) await community.say(who, 'start')
  community.clock.now += DAY
  for (const line of ['role grant @chair chair', 'role grant @op host', 'event create Town hall start:now']) await community.say('op', line)
})
afterAll(() => community.close())

const code = async () => /\b1-[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec((await community.say('op', 'event codes EVT-1')).text)?.[0] ?? ''
const idOf = async (who: string) => (await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: who } })).memberId
const watch = () => watchSignals(community.database, community.clock.now)

/** Five who come one second after the other and check in at once; their Discord accounts are days old. */
async function comeInABurst(): Promise<void> {
  const crowd = ['f1', 'f2', 'f3', 'f4', 'f5']
  for (const [index, who] of crowd.entries()) {
    community.clock.now += SECOND
    await community.say(who, 'start')
    const made = BigInt(community.clock.now - 3 * DAY - 1_420_070_400_000) << 22n
    await community.database.prisma.chatAccount.create({
      data: {
        platform: 'discord',
        userId: String(made + BigInt(index)),
        memberId: await idOf(who),
        name: who,
        linkedAt: new Date(community.clock.now),
      },
    })
  }
  const shown = await code()
  for (const who of crowd) expect((await community.say(who, `checkin ${shown}`)).text).toContain('Checked in')
}

describe('payouts of members about whom something is striking', () => {
  it('wait for the committee, with reasons, while nobody else’s do', async () => {
    expect((await community.say('old', `checkin ${await code()}`)).text).toContain('Checked in')
    await comeInABurst()
    expect(await watch()).toBe(0)
    community.clock.now += 2 * MINUTE
    expect(await hasArrivals(community.database, community.clock.now)).toBe(true)
    expect(await watch()).toBe(5)
    expect(await hasArrivals(community.database, community.clock.now)).toBe(false)
    expect(await watch()).toBe(0)

    const status = (await community.say('f1', 'hold status')).text
    expect(status).toContain('The Discord account was 3 days old')
    expect(status).toContain('One of 5 newcomers who came to EVT-1')
    expect((await community.say('f1', 'inbox')).text).toContain('Your payouts wait until the committee has looked')
    expect((await community.say('old', 'hold status')).text).toContain('Nothing waits')
    const list = (await community.say('chair', 'hold list')).text
    for (const who of ['f1', 'f2', 'f3', 'f4', 'f5']) expect(list).toContain(who)
    expect(list).not.toContain('old | ')
  })

  it('keeps a withdrawal and says so, and lets it go when the committee clears', async () => {
    const { prisma, pool } = community.database
    community.clock.now += 3 * DAY
    for (const who of ['f1', 'f2']) {
      const address = `0x${(who === 'f1' ? '1' : '2').repeat(40)}`
      const at = new Date(community.clock.now)
      await prisma.wallet.create({ data: { address, memberId: await idOf(who), linkedAt: at, payoutFrom: at } })
      expect((await community.say(who, 'withdraw 5')).text).toContain('hold status tells why')
    }
    const waiting = async () => (await pool.query(`SELECT w.id ${WAITING_WITHDRAWALS}`)).rowCount
    expect(await waiting()).toBe(0)
    const shown = await community.say('chair', 'hold show @f1')
    expect(shown.text).toContain('Signals are reasons to look, no proof.')
    expect((await community.say('chair', 'hold clear @f1 a class of students')).text).toContain('f1 is cleared')
    expect(await waiting()).toBe(1)
    expect((await community.say('f1', 'inbox')).text).toContain('It says: a class of students')
    expect((await community.say('f1', 'withdraw 1')).text).not.toContain('hold status')
    // What was seen until now was looked at: the next look does not hold again.
    await prisma.setting.deleteMany({ where: { key: 'signals-looked-until' } })
    expect(await watch()).toBe(0)
  })

  it('a blocked member earns nothing, keeps the balance, and can appeal once', async () => {
    expect((await community.say('chair', 'hold block @f2 five accounts of one person')).text).toContain('f2 is blocked')
    expect((await community.say('op', 'event create Second start:now')).text).toContain('EVT-2')
    const second = /\b2-[0-9A-Z]{4}-[0-9A-Z]{4}\b/.exec((await community.say('op', 'event codes EVT-2')).text)?.[0] ?? ''
    expect((await community.say('f2', `checkin ${second}`)).text).toContain('hold appeal')
    expect((await community.say('f2', 'balance')).text).toContain('5')
    expect((await community.say('f2', 'hold status')).text).toContain('five accounts of one person')
    expect((await community.say('f2', 'hold appeal we are five students')).text).toContain('The committee has your appeal')
    expect((await community.say('f2', 'hold appeal once more')).text).toContain('(hold.appealed)')
    expect((await community.say('chair', 'hold list')).text).toContain('f2 | ')
    expect((await community.say('chair', 'hold show @f2')).text).toContain('we are five students')
    expect((await community.say('chair', 'hold block @f2 again')).text).toContain('(hold.blocked_already)')
    expect((await community.say('chair', 'hold clear @f2 they are five')).text).toContain('f2 is cleared')
    expect((await community.say('f2', `checkin ${second}`)).text).toContain('Checked in')
  })

  it('refuses who may not decide, and what is not there to be decided', async () => {
    expect((await community.say('f3', 'hold clear @f3 it is me')).text).toContain('(command.forbidden)')
    expect((await community.say('chair', 'hold block @chair why not')).text).toContain('(hold.own)')
    expect((await community.say('chair', 'hold clear @old nothing')).text).toContain('(hold.none)')
    expect((await community.say('old', 'hold appeal nothing')).text).toContain('(hold.not_held)')
    expect((await community.say('chair', 'hold show @nobody')).text).toContain('(member.unknown)')
  })

  it('two of the committee at once: one decision', async () => {
    await community.say('op', 'role grant @old chair')
    const answers = await Promise.all([community.say('chair', 'hold clear @f3 fine'), community.say('old', 'hold block @f3 not fine')])
    const good = answers.filter(({ reply }) => reply.tone === 'done')
    expect(good.length).toBeGreaterThan(0)
    const { prisma, pool } = community.database
    const member = await prisma.member.findUniqueOrThrow({ where: { id: await idOf('f3') } })
    const hold = await prisma.memberHold.findFirst({ where: { memberId: member.id, state: { not: 'cleared' } } })
    expect(member.blocked).toBe(hold?.state === 'blocked')
    expect(await ledgerFaults(pool)).toEqual([])
  })
})
