import { afterAll, beforeAll, expect, test } from 'vitest'
import { pos, TOTAL_SUPPLY } from '../../core/shared/amount.ts'
import { DAY } from '../../core/shared/instant.ts'
import { Dice } from '../support/dice.ts'
import { startReviewStage, type ReviewStage } from '../support/review-stage.ts'
import { chatter, type Chatter } from '../support/two-chats.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const SEED = Number(process.env['SEED'] ?? 7)
const WAVES = 24
const AT_ONCE = 12
const REVIEWERS = ['rae', 'rob', 'ren', 'rix']
const VISITORS = ['vic', 'val', 'vera']

let stage: ReviewStage
let visitors: readonly Chatter[]
let event: number
beforeAll(async () => {
  stage = await startReviewStage(GENESIS)
  visitors = VISITORS.map((name) => chatter(stage, 'telegram', name))
  // Of those who may be linked one is older than all reviewers and goes on after a link, the others are younger.
  await visitors[0]!.say('start')
  for (const name of REVIEWERS) await stage.member(name, 'reviewer')
  for (const visitor of visitors.slice(1)) await visitor.say('start')
  await stage.say('op', 'role grant @op host')
  for (let number = 1; number <= 4; number += 1) await stage.say('op', `event create Call ${number} start:now minutes:600`)
  // The month is open before the first wave: the product opens it under a lock, the stage does not.
  await stage.say('op', `checkin ${(await stage.say('op', 'event codes EVT-4')).reply.verbatim ?? ''}`)
  event = 0
})
afterAll(() => stage.close())

/** One of what members do all at once; gives how it was answered. A bug fails the test by itself: the community's `reportBug` throws. */
async function act(dice: Dice): Promise<string> {
  const reviewer = dice.pick(REVIEWERS)!
  const visitor = dice.pick(visitors)!
  const answered = async (answer: Promise<{ readonly reply: { readonly tone: string; readonly code?: string } }>): Promise<string> => {
    const { reply } = await answer
    return reply.tone === 'fault' ? 'fault' : (reply.code ?? 'done')
  }
  const pressed = async (chat: Chatter, line: string): Promise<string> => {
    const shown = await chat.say(line)
    return shown.reply.tone === 'refused' ? answered(Promise.resolve(shown)) : answered(chat.press(shown))
  }
  const kind = dice.between(0, 99)
  if (kind < 20) return `sent ${await stage.sendIn(await visitor.memberId(), { needed: 1 + dice.between(0, 1), panel: 3 })}`
  if (kind < 60) {
    const line = dice.pick([`approve %`, `approve %`, `approve %`, `return % mend it`, `decline %`])!
    const subject = /SUB-\d+/.exec((await stage.say(reviewer, 'review next')).text)?.[0] ?? 'SUB-1'
    const amount = line.startsWith('approve') ? ` ${dice.between(100, 140)}` : ''
    return answered(stage.say(reviewer, `review ${line.replace('%', subject)}${amount}`))
  }
  if (kind < 72) {
    const code = (await stage.say('op', `event codes EVT-${1 + (event % 4)}`)).reply.verbatim ?? ''
    return answered(dice.chance(0.5) ? visitor.say(`checkin ${code}`) : stage.say(reviewer, `checkin ${code}`))
  }
  if (kind < 82) return pressed(visitor, `link ${(await stage.say(reviewer, 'link')).reply.verbatim ?? 'none'}`)
  if (kind < 90) return pressed(visitor, 'unlink')
  if (kind < 95) return answered(visitor.say(`withdraw ${dice.between(1, 5)}`))
  const own = await stage.database.prisma.submission.findFirst({ where: { memberId: await visitor.memberId(), status: 'in-review' } })
  return answered(visitor.say(`submission withdraw SUB-${own?.number ?? 1}`))
}

/** Everything that would be lost, doubled, or left where nobody finds it. */
const WRONG = `
  SELECT 'the sum over all accounts is ' || sum(balance) AS fault FROM account HAVING sum(balance) <> ${TOTAL_SUPPLY}
  UNION ALL SELECT a.name || ' does not hold what its transfers say' FROM account a WHERE a.name NOT IN ('unreleased', 'pool') AND a.balance <> (
    SELECT coalesce(sum(CASE WHEN t.credit_account = a.name THEN t.amount ELSE -t.amount END), 0) FROM transfer t WHERE a.name IN (t.credit_account, t.debit_account))
  UNION ALL SELECT 'granted twice: ' || reference FROM transfer WHERE kind = 'grant' AND reference LIKE 'SUB-%' GROUP BY reference HAVING count(*) > 1
  UNION ALL SELECT 'left with ' || m.name || ' who is part of another: ' || l.what FROM member m JOIN (
    SELECT substr(name, 8) AS of, 'value' AS what FROM account WHERE balance <> 0 OR earned <> 0
    UNION ALL SELECT contributor, 'item ' || subject FROM review_item
    UNION ALL SELECT member_id, 'submission ' || number FROM submission
    UNION ALL SELECT a.member_id, 'attendance ' || a.event FROM attendance a WHERE a.undone_at IS NULL
    UNION ALL SELECT member_id, 'withdrawal' FROM withdrawal
    UNION ALL SELECT member_id, 'message ' || reply FROM inbox_message) l ON l.of = m.id WHERE m.merged_into IS NOT NULL
  UNION ALL SELECT m.name || ' earned ' || coalesce(a.earned, 0) || ', the rewards are ' || r.total FROM member m LEFT JOIN account a ON a.name = 'member:' || m.id
    CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total FROM reward WHERE member_id IN (SELECT member_tree(m.id)) AND status = 'granted' AND doubled_in IS NULL) r
    WHERE m.merged_into IS NULL AND coalesce(a.earned, 0) <> r.total
  UNION ALL SELECT 'event ' || e.number || ' counts ' || e.attendees FROM event e
    WHERE e.attendees <> (SELECT count(*) FROM attendance a WHERE a.event = e.number AND a.undone_at IS NULL)
  UNION ALL SELECT 'SUB-' || s.number || ' is ' || s.status || ', its newest item ' || i.state || ' ' || coalesce(i.outcome, '') FROM submission s
    JOIN LATERAL (SELECT * FROM review_item i WHERE i.subject = 'SUB-' || s.number ORDER BY i.id DESC LIMIT 1) i ON true
    WHERE s.status <> CASE i.state WHEN 'open' THEN 'in-review' WHEN 'withdrawn' THEN 'withdrawn' ELSE i.outcome END
       OR (s.status = 'approved') <> (s.reward_id IS NOT NULL)
  UNION ALL SELECT i.subject || ' was approved by fewer than it takes' FROM review_item i WHERE i.outcome = 'approved' AND i.needed > (
    SELECT count(*) FROM review_assignment a WHERE a.item = i.id AND a.state = 'decided' AND a.voided_at IS NULL AND a.revision = i.revision AND a.verdict = 'approve')
  UNION ALL SELECT i.subject || ' is over and waited for' FROM review_item i JOIN review_assignment a ON a.item = i.id WHERE i.state <> 'open' AND a.state = 'asked'
  UNION ALL SELECT 'leaving holds ' || balance FROM account WHERE name = 'leaving' AND balance <> (SELECT coalesce(sum(amount), 0) FROM withdrawal)`

test(
  `approving, linking, parting, checking in and withdrawing at once loses and doubles nothing (SEED=${SEED})`,
  { timeout: 240_000 },
  async () => {
    const { prisma, pool } = stage.database
    const dice = new Dice(SEED, 'at once')
    for (const visitor of visitors) {
      const address = `0x${(await visitor.memberId()).replaceAll(/[^0-9a-f]/g, '0')}${'0'.repeat(20)}`
      await prisma.wallet.create({
        data: { address, memberId: await visitor.memberId(), linkedAt: new Date(GENESIS), payoutFrom: new Date(GENESIS) },
      })
    }
    for (let wave = 1; wave <= WAVES; wave += 1) {
      stage.clock.now += wave % 8 === 0 ? DAY : 31_000
      event = Math.floor(wave / 6)
      const hands = Array.from({ length: AT_ONCE }, (_, hand) => new Dice(dice.between(0, 2 ** 30), `hand ${hand}`))
      const answers = await Promise.all(hands.map(act))
      expect(answers).not.toContain('fault')
      await stage.reassign()
      const { rows } = await pool.query<{ fault: string }>(WRONG)
      expect(
        rows.map(({ fault }) => fault),
        `SEED=${SEED}, wave ${wave}: ${answers.join(', ')}`,
      ).toEqual([])
    }
    const came = {
      merges: await prisma.memberMerge.count(),
      parted: await prisma.memberMerge.count({ where: { NOT: { undoneAt: null } } }),
      approved: await prisma.submission.count({ where: { status: 'approved' } }),
      attended: await prisma.attendance.count(),
    }
    expect(Object.entries(came).filter(([, times]) => times === 0)).toEqual([])
    expect(await stage.balance('period:1')).toBeLessThan(pos(1_000_000))
  },
)
