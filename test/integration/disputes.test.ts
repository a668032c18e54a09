import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { settleDispute } from '../../adapters/postgres/dispute-settle.ts'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { isIssued } from '../../core/shared/press.ts'
import { runPress } from '../../core/shared/chat-line.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const end = periodEnd(GENESIS, 1)

let community: Community
beforeEach(async () => {
  community = await startCommunity(GENESIS)
})
afterEach(() => community.close())

/** Every event of period 1 that a member attended is a line. */
async function attend(who: readonly string[], events: number): Promise<void> {
  await community.say('op', 'role grant @op host')
  for (let event = 1; event <= events; event += 1) {
    await community.say('op', `event create Meeting ${event} start:now`)
    const code = (await community.say('op', `event codes EVT-${event}`)).reply.verbatim ?? ''
    for (const name of who) await community.say(name, `checkin ${code}`)
  }
}

/** Codes of a member's lines, newest first. */
const linesOf = async (who: string) => (await community.say(who, 'dispute')).text.match(/LINE-\d+/g) ?? []

describe('dispute', () => {
  test('lists the own lines with what proved them, from the statement by a button, and takes a reason', async () => {
    await attend(['ann', 'ben'], 2)
    expect((await community.say('ann', 'dispute')).text).toContain('no statement that can be disputed now')
    community.clock.now = end
    const statement = await community.say('ann', 'statement 1')
    const listed = await community.press('ann', statement, 'Dispute a line')
    expect(listed.text).toContain('10 PoS | EVT-2 Meeting 2, by a code that changes every 30 seconds | –')
    const [newest] = await linesOf('ann')
    const choice = listed.reply.choices![0]!
    assert(isIssued(choice))
    const account = { platform: 'console', userId: 'ann', name: 'ann', handle: 'ann' } as const
    const chosen = await runPress(community.chat, account, { kind: 'private', chatId: 'ann' }, `${choice.token}.0`, 'press:1')
    expect(chosen.reply).toMatchObject({
      code: 'dispute.reason_missing',
      ask: { command: 'dispute', field: 'reason', input: { line: newest } },
    })
    const opened = await community.say('ann', `dispute ${newest} It was two hours, so 12.`)
    expect(opened.text).toContain(`DSP-1: you dispute ${newest} of 10 PoS`)
    expect((await community.say('ann', 'dispute')).text).toContain('DSP-1 with the panel')
    expect((await community.say('ann', 'inbox')).text).toContain(`Your dispute DSP-1 about ${newest} was received`)
    const item = await community.database.prisma.reviewItem.findFirstOrThrow()
    expect(item).toMatchObject({ kind: 'dispute', subject: 'DSP-1', needed: 2, panel: 3, blind: true })
    expect((await community.database.prisma.dispute.findFirstOrThrow()).reason).toBe('It was two hours, so 12.')
  })

  test('refuses what is another’s, too early, too late, disputed or decided, and says what next', async () => {
    await attend(['ann', 'ben'], 2)
    const rows = await community.database.prisma.reward.findMany({ orderBy: { seq: 'asc' } })
    const { memberId } = await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: 'ann' } })
    const [first, second] = rows.filter((row) => row.memberId === memberId).map(({ seq }) => `LINE-${seq}`)
    const code = async (who: string, line: string) => (await community.say(who, line)).reply.code
    expect(await code('ann', `dispute ${first} why`)).toBe('dispute.too_early')
    community.clock.now = end
    expect(await code('ben', `dispute ${first} why`)).toBe('dispute.no_line')
    expect(await code('ann', 'dispute LINE-999999 why')).toBe('dispute.no_line')
    expect(await code('ann', `dispute ${first} ${'x'.repeat(1_001)}`)).toBe('input.too_long')
    expect(await code('ann', `dispute ${first} why`)).toBeUndefined()
    expect(await code('ann', `dispute ${first} why`)).toBe('dispute.already_open')
    await community.database.transaction(async (tx) => ({
      keep: true,
      value: await settleDispute(tx, 1, { outcome: 'approved', amount: pos(25), reason: 'True.' }, community.clock.now),
    }))
    expect(await code('ann', `dispute ${first} why`)).toBe('dispute.decided')
    const [added] = await linesOf('ann')
    expect(await code('ann', `dispute ${added} why`)).toBe('dispute.decided')
    expect((await community.say('ann', 'inbox')).text).toContain(
      `Your dispute DSP-1 is decided: ${first} of 10 PoS should be 25 PoS. 15 PoS were added to your balance. Reason: True.`,
    )
    expect((await community.say('ann', 'balance')).text).toContain('Balance: 35 PoS')
    community.clock.now = end + 72 * HOUR
    expect(await code('ann', `dispute ${second} why`)).toBe('dispute.too_late')
    expect(await code('ann', 'dispute')).toBe('dispute.none')
    expect((await community.say('ann', 'statement 1')).text).toContain('The time for disputes ended')
  })

  test('tells no reason where the panel gave none', async () => {
    await attend(['ann'], 1)
    community.clock.now = end
    const [line] = await linesOf('ann')
    await community.say('ann', `dispute ${line} it should be 5`)
    await community.database.transaction(async (tx) => ({
      keep: true,
      value: await settleDispute(tx, 1, { outcome: 'approved', amount: pos(5), reason: '' }, community.clock.now),
    }))
    expect((await community.say('ann', 'inbox')).text).toMatch(/should be 5 PoS\. 5 PoS were taken back from your balance\.$/m)
  })

  test('is open to who is blocked: the balance stays theirs', async () => {
    await attend(['ann'], 1)
    await community.database.pool.query(
      `UPDATE member SET blocked = true WHERE id = (SELECT member_id FROM chat_account WHERE user_id = 'ann')`,
    )
    community.clock.now = end + DAY
    const [line] = await linesOf('ann')
    expect((await community.say('ann', `dispute ${line} it should be 20`)).reply.tone).toBe('done')
  })

  test('gives older lines by a button, ten at a time', async () => {
    await attend(['ann'], 12)
    community.clock.now = end
    const newest = await community.say('ann', 'dispute')
    const older = await community.press('ann', newest, 'Older lines')
    const codes = [newest, older].flatMap(({ text }) => text.match(/LINE-\d+/g) ?? [])
    expect([newest, older].map(({ text }) => (text.match(/LINE-\d+/g) ?? []).length)).toEqual([10, 2])
    expect(new Set(codes).size).toBe(12)
    expect(older.reply.buttons).toBeUndefined()
  })

  test('is said in Chinese to who reads Chinese', async () => {
    await attend(['ann'], 1)
    await community.say('ann', 'language zh')
    community.clock.now = end
    const [line] = await linesOf('ann')
    expect((await community.say('ann', `dispute ${line} 应为 20`)).text).toContain(`DSP-1：您对 ${line}（10 PoS）提出了异议`)
  })
})
