import { afterEach, expect, test, vi } from 'vitest'
import { openReview } from '../../adapters/postgres/review-open.ts'
import { releaseOf } from '../../core/economy/release-schedule.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY, HOUR } from '../../core/shared/instant.ts'
import { composeReview } from '../../main/review.ts'
import { Dice } from '../support/dice.ts'
import { startReviewStage, type ReviewStage } from '../support/review-stage.ts'
import { chatter, type Chatter } from '../support/two-chats.ts'

/** What chance decides in the product comes from the seed. Acts at the same time still draw in the order in which the machine gets to them. */
const luck = vi.hoisted(() => ({ dice: undefined as Dice | undefined }))
vi.mock(import('node:crypto'), async (original) => {
  const real = await original()
  const draw = (below: number): number => luck.dice?.between(0, below - 1) ?? real.randomInt(below)
  const randomBytes = (size: number) => Buffer.from(Array.from({ length: size }, () => draw(256)))
  return { ...real, randomBytes, randomInt: draw }
})

const GENESIS = Date.UTC(2027, 0, 31)
/** `SEED=7` plays one history again, `SEED=1..60` looks for more. */
const [FIRST = 1, LAST = FIRST] = (process.env['SEED'] ?? '1..3').split('..').map(Number)
const SEEDS = Array.from({ length: LAST - FIRST + 1 }, (_, index) => FIRST + index)
const STEPS = 160
/** Of the last history. */
const MOST_STEPS = 1_000
const REVIEWERS = ['rae', 'rob', 'ren', 'rix', 'roy', 'ruth']
const CONTRIBUTORS = ['ann', 'ben', 'cyd', 'rae', 'rob']
/** Accounts on another platform that send things in, and sometimes turn out to be a reviewer's; `vic` is older than any reviewer and goes on after a link. */
const VISITORS = ['vic', 'val', 'vera']
/** So much that a handful of approvals empties the month, and two the campaign. */
const RANGE = { lowest: pos(100_000), highest: pos(700_000) }
const CAMPAIGN_BUDGET = pos(900_000)

let stage: ReviewStage
let visitors: readonly Chatter[]
let campaign: number
afterEach(() => stage.close())

/** A community for each seed, and ids, codes and lots by it, so that a history that fails alone is the one that failed among others. */
async function begin(seed: number): Promise<void> {
  luck.dice = new Dice(seed, 'luck')
  stage = await startReviewStage(GENESIS)
  await stage.database.pool.query(WITNESS)
  visitors = VISITORS.map((name) => chatter(stage, 'telegram', name))
  await visitors[0]!.say('start')
  for (const name of REVIEWERS) await stage.member(name, 'reviewer')
  for (const name of CONTRIBUTORS) if (!REVIEWERS.includes(name)) await stage.member(name)
  for (const visitor of visitors.slice(1)) await visitor.say('start')
  campaign = await stage.campaign(await memberOf('roy'), CAMPAIGN_BUDGET)
}

interface OpenItem {
  readonly subject: string
  readonly asked: readonly string[]
}

/** Who somebody is now. */
async function memberOf(name: string): Promise<string> {
  const visitor = visitors[VISITORS.indexOf(name)]
  if (visitor !== undefined) return visitor.memberId()
  return (await stage.database.prisma.chatAccount.findUniqueOrThrow({ where: { platform_userId: { platform: 'console', userId: name } } }))
    .memberId
}

/** Types for a member, by whichever account is theirs. */
async function speak(who: string, line: string): Promise<string> {
  const visitor = visitors[VISITORS.indexOf(who)]
  return (await (visitor ?? { say: (text: string) => stage.say(who, text) }).say(line)).reply.code ?? 'done'
}

/** A code by the one, typed and confirmed by the other; a refusal is an answer too. */
const link = async (who: string, visitor: Chatter) => (await readyToLink(who, visitor))()

/** All but the confirmation, which is what is given. */
async function readyToLink(who: string, visitor: Chatter): Promise<() => Promise<string>> {
  const shown = await visitor.say(`link ${(await stage.say(who, 'link')).reply.verbatim ?? ''}`)
  return async () => shown.reply.code ?? (await visitor.press(shown)).reply.code ?? 'linked'
}

async function unlink(visitor: Chatter): Promise<string> {
  const shown = await visitor.say('unlink')
  return shown.reply.code ?? (await visitor.press(shown)).reply.code ?? 'parted'
}

async function openItems(): Promise<readonly OpenItem[]> {
  const items = await stage.database.prisma.reviewItem.findMany({
    where: { state: 'open' },
    orderBy: { id: 'asc' },
    include: { assignments: { where: { state: 'asked' }, include: { member: { include: { accounts: true } } } } },
  })
  return items.map(({ subject, assignments }) => ({
    subject,
    asked: assignments.map(({ member }) => (member.accounts.find(({ platform }) => platform === 'console') ?? member).name).toSorted(),
  }))
}

/** Visitors with an open item about which a reviewer is asked, or has given an opinion. */
async function visitorsOfPanels(): Promise<readonly { readonly name: string; readonly judge: string }[]> {
  const { rows } = await stage.database.pool.query<{ name: string; judge: string }>(
    `SELECT v.name, c.name AS judge FROM review_item i JOIN chat_account v ON v.member_id = i.contributor AND v.platform = 'telegram'
     JOIN review_assignment a ON a.item = i.id AND a.state IN ('asked', 'decided') AND a.voided_at IS NULL
     JOIN chat_account c ON c.member_id = a.reviewer AND c.platform = 'console'
     WHERE i.state = 'open' ORDER BY i.id, c.name`,
  )
  return rows
}

/** What somebody types about an item; good or not, it must be answered and break nothing. */
function verdictLine(dice: Dice, subject: string): string {
  const amount = dice.between(100, 700) * 1_000
  const lines = [
    `review approve ${subject} ${amount}`,
    `review approve ${subject} ${amount}`,
    `review approve ${subject} ${amount}`,
    `review approve ${subject} 999999`,
    `review duplicate ${subject} SUB-1`,
    `review return ${subject} mend it`,
    `review reject ${subject} not enough`,
    `review decline ${subject}`,
  ]
  return dice.pick(lines)!
}

interface Beside {
  readonly what: string
  readonly act: () => Promise<string>
}

/** What takes somebody's right to sit away while verdicts come: a link, an interest, a role that is gone. */
async function besides(
  dice: Dice,
  { reviewer, visitor, contributor }: { readonly reviewer: string; readonly visitor: Chatter; readonly contributor: string },
): Promise<readonly Beside[]> {
  const of = await memberOf(contributor)
  const code = async (who: string, line: string) => (await stage.say(who, line)).reply.code ?? 'done'
  const judged = dice.pick(await visitorsOfPanels())
  const kinds: readonly Beside[] = [
    { what: `${reviewer} links ${visitor.account.name}`, act: await readyToLink(reviewer, visitor) },
    { what: `${reviewer}: interest in ${contributor}`, act: () => code(reviewer, `review interest ${of}`) },
    { what: `role of ${reviewer} revoked`, act: () => code('op', `role revoke @${reviewer} reviewer`) },
  ]
  if (judged !== undefined && dice.chance(0.5)) {
    const { judge, name } = judged
    const other = visitors[VISITORS.indexOf(name)]!
    const declares = async () => code(judge, `review interest ${await other.memberId()}`)
    if (dice.chance(0.6)) return [{ what: `${judge} links ${name} and is of their panel`, act: await readyToLink(judge, other) }]
    return [{ what: `${judge}: interest in ${name}, of whose panel they are`, act: declares }]
  }
  return dice.chance(0.6) ? [dice.pick(kinds)!] : []
}

async function step(dice: Dice): Promise<string> {
  const { prisma } = stage.database
  const items = await openItems()
  const item = dice.pick(items)
  const reviewer = dice.pick(REVIEWERS)!
  const contributor = dice.pick([...CONTRIBUTORS, ...VISITORS])!
  const visitor = dice.pick(visitors)!
  const kind = dice.between(0, 99)
  if (item === undefined || kind < 14) {
    const needed = dice.between(1, 2)
    const options = dice.chance(0.3) ? { campaign } : {}
    return `${contributor} sent in ${await stage.sendIn(await memberOf(contributor), { ...RANGE, needed, panel: needed + dice.between(0, 1), spreadPercent: 40 }, options)}`
  }
  if (kind < 42) {
    const who = dice.chance(0.85) ? (dice.pick(item.asked) ?? reviewer) : reviewer
    const line = verdictLine(dice, item.subject)
    return `${who}: ${line} → ${await speak(who, line)}`
  }
  if (kind < 58) {
    const acts = [...item.asked, ...item.asked.slice(0, 1), reviewer].map((who) => [who, verdictLine(dice, item.subject)] as const)
    const beside = await besides(dice, { reviewer, visitor, contributor })
    const all = [...acts.map(([who, line]): Beside => ({ what: `${who}: ${line}`, act: () => speak(who, line) })), ...beside]
    const said = dice.shuffle(all)
    const answers = await Promise.all(said.map(({ act }) => act()))
    return `at once: ${said.map(({ what }, index) => `${what} → ${answers[index]}`).join('; ')}`
  }
  if (kind < 64) {
    const judged = dice.pick(await visitorsOfPanels())
    if (judged === undefined || dice.chance(0.3)) return `${reviewer} links ${visitor.account.name} → ${await link(reviewer, visitor)}`
    return `${judged.judge} links ${judged.name} and is of their panel → ${await link(judged.judge, visitors[VISITORS.indexOf(judged.name)]!)}`
  }
  if (kind < 68) return `${visitor.account.name} unlinks → ${await unlink(visitor)}`
  if (kind < 76) {
    const line = `${dice.pick(['role grant', 'role grant', 'role revoke'])!} @${reviewer} reviewer`
    await stage.say('op', line)
    return line
  }
  if (kind < 83) {
    const line = `review ${dice.pick(['interest', 'interest-end'])!} ${await memberOf(contributor)}`
    return `${reviewer}: ${line} of ${contributor} → ${(await stage.say(reviewer, line)).reply.code ?? 'done'}`
  }
  if (kind < 90) {
    stage.clock.now += dice.pick([HOUR, 20 * HOUR, 3 * DAY])!
    return `reassigned: ${JSON.stringify(await stage.reassign())}`
  }
  const sent = dice.pick(
    await prisma.submission.findMany({
      where: { status: { in: ['rejected', 'returned'] } },
      orderBy: { number: 'asc' },
      include: { member: { include: { accounts: { orderBy: { platform: 'asc' } } } } },
    }),
  )
  if (sent === undefined) return 'nothing to appeal'
  const subject = `SUB-${sent.number}`
  if (sent.status === 'rejected')
    return `appeal ${subject} → ${await speak(sent.member.accounts[0]?.name ?? '', `submission appeal ${subject} please`)}`
  await stage.database.transaction(async (tx) => {
    const before = await tx.reviewItem.findFirstOrThrow({ where: { subject }, orderBy: { id: 'desc' } })
    const revision = sent.revision + 1
    await tx.submission.update({ where: { number: sent.number }, data: { revision, status: 'in-review' } })
    await tx.submissionRevision.create({
      data: {
        submission: sent.number,
        revision,
        form: sent.form,
        version: 1,
        answers: { what: `mended ${revision}` },
        submittedAt: new Date(stage.clock.now),
      },
    })
    const { contributor: of, form, campaign: within, needed, panel, spreadPercent, blind, lowest, highest, duplicatePercent } = before
    const terms = { contributor: of, form: form!, needed, panel, spreadPercent, blind, lowest, highest, duplicatePercent, revision }
    await openReview(
      tx,
      { kind: 'submission', subject, ...terms, ...(within === null ? {} : { campaign: within }) },
      stage.clock.now,
      revision,
    )
    return { keep: true, value: undefined }
  })
  return `mended ${subject}`
}

/**
 * Judges every decision in its own transaction, at its very end: what is committed by then came before, and what waits for its locks comes after. Instants
 * could not tell, because several acts have the same one.
 */
const WITNESS = `
CREATE TABLE conflicted_decision (subject TEXT NOT NULL, reviewer TEXT NOT NULL);
CREATE FUNCTION witness_decision() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO conflicted_decision
  SELECT i.subject, m.name FROM review_item i JOIN review_assignment a ON a.item = i.id JOIN member m ON m.id = a.reviewer
  WHERE i.id = NEW.id AND a.state = 'decided' AND a.voided_at IS NULL AND a.revision = i.revision AND (
    a.reviewer = i.contributor OR m.blocked OR m.merged_into IS NOT NULL
    OR EXISTS (SELECT 1 FROM campaign_member t WHERE t.campaign = i.campaign AND t.member_id = a.reviewer)
    OR EXISTS (SELECT 1 FROM review_interest n WHERE (n.member_id, n.other_id) IN ((a.reviewer, i.contributor), (i.contributor, a.reviewer)))
    OR NOT EXISTS (SELECT 1 FROM role_grant g WHERE g.member_id = a.reviewer AND g.role IN ('reviewer', 'chair'))
    OR (i.kind = 'appeal' AND EXISTS (SELECT 1 FROM review_item o JOIN review_assignment b ON b.item = o.id
          WHERE o.subject = i.subject AND o.id < i.id AND b.state = 'decided' AND member_root(b.reviewer) = a.reviewer)));
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER witnessed AFTER UPDATE OF state ON review_item DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.state = 'decided' AND OLD.state = 'open') EXECUTE FUNCTION witness_decision()`

/** Sentences about everything that must never be, as one query each. */
const NEVER: Readonly<Record<string, string>> = {
  'a conflicted verdict counted at the decision': `SELECT subject, reviewer FROM conflicted_decision`,
  'approved by fewer than it takes': `
    SELECT i.subject FROM review_item i WHERE i.outcome = 'approved' AND i.needed > (
      SELECT count(*) FROM review_assignment a WHERE a.item = i.id AND a.state = 'decided' AND a.voided_at IS NULL AND a.revision = i.revision AND a.verdict IN ('approve', 'duplicate'))`,
  'something left with who is part of another': `
    SELECT m.name, l.what FROM member m JOIN (
      SELECT substr(name, 8) AS of, 'value' AS what FROM account WHERE balance <> 0
      UNION ALL SELECT contributor, 'item ' || subject FROM review_item
      UNION ALL SELECT member_id, 'submission ' || number FROM submission
      UNION ALL SELECT a.reviewer, 'seat ' || i.subject FROM review_assignment a JOIN review_item i ON i.id = a.item WHERE i.state = 'open' AND a.state = 'asked'
      UNION ALL SELECT member_id, 'message ' || reply FROM inbox_message) l ON l.of = m.id
    WHERE m.merged_into IS NOT NULL`,
  'granted twice': `SELECT reference FROM transfer WHERE kind = 'grant' GROUP BY reference HAVING count(*) > 1`,
  'an approved submission without what it came to': `
    SELECT s.number FROM submission s JOIN LATERAL (SELECT * FROM review_item i WHERE i.subject = 'SUB-' || s.number ORDER BY i.id DESC LIMIT 1) i ON true
    WHERE s.status = 'approved' AND (i.outcome IS DISTINCT FROM 'approved' OR (i.amount > 0 AND s.reward_id IS NULL AND i.campaign IS NULL)
      OR (s.reward_id IS NOT NULL AND i.amount <> (SELECT amount FROM reward WHERE id = s.reward_id)))`,
  'a submission that stands otherwise than its newest item': `
    SELECT s.number FROM submission s JOIN LATERAL (SELECT * FROM review_item i WHERE i.subject = 'SUB-' || s.number ORDER BY i.id DESC LIMIT 1) i ON true
    WHERE s.status <> coalesce(i.outcome, 'in-review')`,
  'a seat that is waited for on an item that is over': `
    SELECT i.subject FROM review_item i JOIN review_assignment a ON a.item = i.id WHERE i.state <> 'open' AND a.state = 'asked'`,
  'an amount outside the range': `
    SELECT subject FROM review_item WHERE amount NOT BETWEEN lowest * duplicate_percent / 100 AND highest`,
  'an account that is not the sum of its transfers': `
    SELECT a.name FROM account a WHERE a.name NOT IN ('unreleased', 'pool') AND a.balance <> (
      SELECT coalesce(sum(amount) FILTER (WHERE credit_account = a.name), 0) - coalesce(sum(amount) FILTER (WHERE debit_account = a.name), 0) FROM transfer)`,
  'a campaign whose grants are not what it has given': `
    SELECT c.number FROM campaign c WHERE (c.granted > c.budget OR c.granted <> (
      SELECT coalesce(sum(r.amount), 0) FROM reward r JOIN submission s ON s.reward_id = r.id JOIN form f ON f.number = s.form
      WHERE f.campaign = c.number AND r.status = 'granted'))`,
}

async function wrongs(): Promise<string[]> {
  const { pool } = stage.database
  const found: string[] = []
  for (const [what, sql] of Object.entries(NEVER)) {
    const { rows } = await pool.query(sql)
    if (rows.length > 0)
      found.push(`${what}: ${JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}`)
  }
  const { rows } = await pool.query<{ sum: bigint; granted: bigint; left: bigint }>(
    `SELECT (SELECT sum(balance)::bigint FROM account) AS sum, (SELECT coalesce(sum(amount), 0)::bigint FROM transfer WHERE kind = 'grant' AND period = 1) AS granted,
            (SELECT coalesce(sum(balance), 0)::bigint FROM account WHERE name = 'period:1') AS left`,
  )
  const { sum, granted, left } = rows[0]!
  if (sum !== pos(100_000_000)) found.push(`the sum of all accounts is ${sum}`)
  if (granted > 0n && granted + left !== releaseOf(1)) found.push(`the month gave ${granted} and has ${left}`)
  const unseated = (await openItems()).filter(({ asked }) => asked.length === 0)
  if (unseated.length > 0 && !(await composeReview(stage.database, GENESIS).isDue(stage.clock.now)))
    found.push(`nobody is asked, and nobody knows: ${unseated.map(({ subject }) => subject).join(', ')}`)
  return found
}

/** So often something happened in the histories before this one. */
const seen: Record<string, number> = {}

/** The same with this one. */
async function counts(): Promise<Readonly<Record<string, number>>> {
  const { rows } = await stage.database.pool.query<Record<string, bigint>>(`
    SELECT (SELECT count(*) FROM reward WHERE status = 'granted') AS granted, (SELECT count(*) FROM reward WHERE status = 'unfunded') AS unfunded,
      (SELECT count(*) FROM review_item WHERE kind = 'appeal') AS appeals, (SELECT count(*) FROM review_item WHERE outcome = 'returned') AS returned,
      (SELECT count(*) FROM review_item WHERE outcome = 'rejected') AS rejected,
      (SELECT count(*) FROM review_assignment WHERE state IN ('lapsed', 'recused', 'declined')) AS "lapsedOrLate",
      (SELECT count(*) FROM review_assignment WHERE state = 'released') AS released, (SELECT count(*) FROM member_merge) AS merged,
      (SELECT count(*) FROM member_merge WHERE undone_at IS NOT NULL) AS parted,
      (SELECT count(*) FROM member_merge_move WHERE what = 'void:review_assignment') AS "voidedByMerge",
      (SELECT count(*) FROM member_merge_move WHERE what = 'recuse:review_assignment') AS "recusedByMerge"`)
  return Object.fromEntries(Object.entries(rows[0]!).map(([what, times]) => [what, (seen[what] ?? 0) + Number(times)]))
}

/** Members are merged and parted here too: a contributor who becomes one with a reviewer takes that verdict's weight away. */
test.each(SEEDS)(
  'whatever committees do in whatever order, the books are right and no conflicted verdict counts (SEED=%i)',
  async (seed) => {
    await begin(seed)
    const dice = new Dice(seed, 'reviews')
    const log: string[] = []
    // What is done at once comes in the order of the machine, so the last history goes on until, over all of them, everything has happened.
    const isJudged = seed === LAST && FIRST !== LAST
    const isLacking = async (): Promise<boolean> => isJudged && Object.values(await counts()).includes(0)
    for (let number = 1; number <= STEPS || (number <= MOST_STEPS && (await isLacking())); number += 1) {
      stage.clock.now += 1_000
      log.push(await step(dice))
      const found = await wrongs()
      expect(found, `SEED=${seed}, step ${number}:\n${log.slice(-12).join('\n')}`).toEqual([])
    }
    Object.assign(seen, await counts())
    // Grants, budgets that ran out, appeals, lapses, links, verdicts that were voided.
    expect(isJudged ? Object.keys(seen).filter((what) => seen[what] === 0) : []).toEqual([])
  },
  240_000,
)
