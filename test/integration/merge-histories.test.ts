import fc from 'fast-check'
import { expect, test } from 'vitest'
import { walletStore } from '../../adapters/postgres/identity-store.ts'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { TOTAL_SUPPLY } from '../../core/shared/amount.ts'
import { HOUR } from '../../core/shared/instant.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { difference, dumpRows } from '../support/dump-rows.ts'
import { chatter, type Chatter } from '../support/two-chats.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const EVENTS = 3
/** Changed by hand to look for more; a failure prints its own. */
const SEED = 20_270_131
const HISTORIES = 10

/** That the histories came to what they are about. */
const seen = { parted: 0, heldBack: 0, recused: 0, standing: 0, disputed: 0, corrected: 0, granted: 0, partedAfterDecision: 0 }

type Step = (world: World) => Promise<void>

interface World {
  readonly community: Community
  /** Two accounts on one platform and one on the other: the third may be linked to either. */
  readonly people: readonly [Chatter, Chatter, Chatter]
  wallets: number
}

const person = fc.integer({ min: 0, max: 2 })
const event = fc.integer({ min: 1, max: EVENTS })
/** What a panel decides about a line of 10 PoS. */
const JUDGEMENTS = ['approve 19', 'approve 0', 'reject no', 'approve 25', 'approve 4'] as const
const judgement = fc.constantFrom(...JUDGEMENTS)
let played = 0
const REVIEWERS = ['rea', 'ron', 'rui']

const steps: readonly { readonly weight: number; readonly arbitrary: fc.Arbitrary<readonly [name: string, step: Step]> }[] = [
  {
    weight: 6,
    arbitrary: fc.tuple(person, event).map(([who, number]) => [
      `checkin ${who} ${number}`,
      async ({ community, people }) => {
        const code = (await community.say('op', `event codes EVT-${number}`)).reply.verbatim ?? ''
        await sound(people[who]!.say(`checkin ${code}`))
      },
    ]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(person, event)
      .map(([who, number]) => [
        `undo ${who} ${number}`,
        async ({ community, people }) =>
          void (await sound(community.say('op', `event undo EVT-${number} ${await people[who]!.memberId()} not there`))),
      ]),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(person, fc.integer({ min: 1, max: 12 }))
      .map(([who, amount]) => [
        `withdraw ${who} ${amount}`,
        async ({ people }) => void (await sound(people[who]!.say(`withdraw ${amount}`))),
      ]),
  },
  {
    weight: 2,
    arbitrary: person.map((who) => [
      `wallet ${who}`,
      async (world) => {
        const { database, clock } = world.community
        const memberId = await world.people[who]!.memberId()
        world.wallets += 1
        const address = `0x${String(world.wallets).padStart(40, 'a')}`
        await database.transaction(async (tx) => {
          const wallets = walletStore(tx, NO_PROOF, '')
          if ((await wallets.walletOf(memberId)) !== undefined) await wallets.unlink(memberId, clock.now)
          await wallets.link(memberId, { address, linkedAt: clock.now, payoutFrom: clock.now })
          return { keep: true, value: undefined }
        })
      },
    ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(person, fc.constantFrom('grant', 'revoke'), fc.constantFrom('host', 'reviewer'))
      .map(([who, verb, role]) => [
        `role ${verb} ${who} ${role}`,
        async ({ community, people }) => void (await sound(community.say('op', `role ${verb} ${await people[who]!.memberId()} ${role}`))),
      ]),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        person,
        fc.constantFrom('digest 18', 'digest off', 'remind EVT-1 10m', 'privacy hide', 'privacy show', 'inbox', 'wallet unlink'),
      )
      .map(([who, line]) => [`${line} by ${who}`, async ({ people }) => void (await sound(people[who]!.say(line)))]),
  },
  {
    weight: 1,
    arbitrary: fc
      .integer({ min: 1, max: 30 })
      .map((hours) => [`${hours} hours`, async ({ community }) => void (community.clock.now += hours * HOUR)]),
  },
  { weight: 2, arbitrary: person.map((who) => [`unlink ${who}`, async ({ people }) => void (await unlink(people[who]!))]) },
  {
    weight: 3,
    arbitrary: fc.constantFrom(0, 2).map((who) => [`link ${who}`, async ({ people }) => void (await tryLink(people[who], people[1]))]),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(0, 2).map((who) => [`link and back ${who}`, async (world) => linkAndBack(world, world.people[who])]),
  },
  { weight: 2, arbitrary: person.map((who) => [`dispute ${who}`, async (world) => dispute(world, world.people[who]!)]) },
  { weight: 1, arbitrary: judgement.map((verdict) => [`decide ${verdict}`, async ({ community }) => decide(community, verdict)]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.constantFrom(0, 2), judgement)
      .map(([who, verdict]) => [
        `link, decide ${verdict} and back ${who}`,
        async (world) => decideBetween(world, world.people[who], verdict),
      ]),
  },
]

/** Wallets are linked without a signature here: only what is kept of them matters. */
const NO_PROOF = undefined as unknown as Parameters<typeof walletStore>[1]

async function sound<Given extends { readonly reply: { readonly tone: string } }>(answer: Promise<Given>): Promise<Given> {
  const given = await answer
  expect(given.reply.tone).not.toBe('fault')
  return given
}

/** True when they were linked; a refusal is an answer too. */
async function tryLink(one: Chatter, other: Chatter): Promise<boolean> {
  const code = (await sound(one.say('link'))).reply.verbatim ?? ''
  const preview = await sound(other.say(`link ${code}`))
  if (preview.reply.tone === 'refused') return false
  return (await sound(other.press(preview))).reply.tone === 'done'
}

/** A link is undone, or refused because part of the balance is spent, or nothing is linked. */
async function unlink(who: Chatter): Promise<Reply> {
  const preview = await sound(who.say('unlink'))
  return preview.reply.tone === 'refused' ? preview.reply : (await sound(who.press(preview))).reply
}

/** Disputes a line of period 1 that was not disputed before, once the month is over. A refusal is an answer too. */
async function dispute({ community }: World, who: Chatter): Promise<void> {
  community.clock.now = Math.max(community.clock.now, periodEnd(GENESIS, 1) + HOUR)
  const { rows } = await community.database.pool.query<{ seq: bigint }>(
    `SELECT r.seq FROM reward r WHERE r.member_id IN (SELECT member_tree($1)) AND NOT EXISTS (SELECT 1 FROM dispute d WHERE d.reward_id = r.id) ORDER BY r.seq LIMIT 1`,
    [await who.memberId()],
  )
  if (rows[0] === undefined) return
  if ((await sound(who.say(`dispute LINE-${rows[0].seq} it was something else`))).reply.tone === 'done') seen.disputed += 1
}

/** Everybody on a panel about a dispute says the same. */
async function decide(community: Community, verdict: string): Promise<void> {
  const [act, what] = verdict.split(' ')
  const open = await community.database.prisma.reviewItem.findMany({ where: { kind: 'dispute', state: 'open' }, orderBy: { id: 'asc' } })
  for (const { subject } of open) for (const who of REVIEWERS) await sound(community.say(who, `review ${act} ${subject} ${what}`))
  const { prisma } = community.database
  seen.corrected = Math.max(seen.corrected, await prisma.correction.count({ where: { id: { startsWith: 'dispute:' } } }))
  seen.granted = Math.max(seen.granted, await prisma.dispute.count({ where: { NOT: { grantedId: null } } }))
}

async function count({ database: { pool } }: Community): Promise<void> {
  const { rows } = await pool.query<{ held: boolean; recused: boolean }>(`
    SELECT escrowed > 0 AS held, EXISTS (SELECT 1 FROM member_merge_move v WHERE v.merge_id = m.id AND v.what LIKE 'recuse:%') AS recused
    FROM member_merge m ORDER BY number DESC LIMIT 1`)
  if (rows[0]?.held === true) seen.heldBack += 1
  if (rows[0]?.recused === true) seen.recused += 1
}

/**
 * What a link and its undoing leave behind: their own records, and transfers that cancel each other. A question that a chat still had open is over with the
 * next command, whichever it is. Everything else is as it was, to the byte.
 */
/** Of what was there, only open questions and older codes go. */
const OWN_RECORDS = /^(audit_line|prompt|button|outbox|inbox_message|member_merge|member_merge_move|link_code|transfer): /
/** A balance of nothing is the same as none. */
const EMPTY =
  /^(account: .*"earned": 0, "balance": 0|account: .*"balance": 0, "earned": 0|account: .*"earned": 0.*"balance": 0}|rank_bucket: .*"members": 0)/

async function linkAndBack({ community, people }: World, who: Chatter): Promise<void> {
  // That a message waits is told under whichever answer comes next.
  await community.database.prisma.inboxMessage.updateMany({
    where: { mentionedAt: null },
    data: { mentionedAt: new Date(community.clock.now) },
  })
  const before = await dumpRows(community.database.pool)
  if (!(await tryLink(who, people[1]))) return
  await holds(community)
  await count(community)
  const { tone } = await unlink(people[1])
  if (tone !== 'done') return
  seen.parted += 1
  const { gone, come } = difference(before, await dumpRows(community.database.pool))
  expect(gone.filter((row) => !EMPTY.test(row) && !/^(prompt|link_code|link_try): /.test(row)).join('\n')).toBe('')
  expect(come.filter((row) => !OWN_RECORDS.test(row) && !EMPTY.test(row)).join('\n')).toBe('')
}

interface Worth {
  readonly balance: bigint
  /** What disputes have added to the lines that are theirs by the statement, less what they took back. */
  readonly disputed: bigint
}

async function worthOf({ database: { pool } }: Community, id: string): Promise<Worth> {
  const { rows } = await pool.query<Worth>(
    `SELECT coalesce((SELECT balance FROM account WHERE name = 'member:' || $1), 0)::bigint AS balance,
            (coalesce((SELECT sum(amount) FROM reward WHERE member_id = $1 AND id LIKE 'dispute:%'), 0)
             - coalesce((SELECT sum(amount) FROM correction WHERE member_id = $1 AND id LIKE 'dispute:%'), 0))::bigint AS disputed`,
    [id],
  )
  return rows[0]!
}

/** What a decided dispute writes, beside what linking does. Balances and ranks are compared by sums. */
const OF_DISPUTES = /^(dispute|account|rank_bucket|review_item|review_assignment): |^(reward|correction): .*"id": "dispute:/

/**
 * A dispute that is decided while two are one: undone, each has what they had, and what was decided about their own lines. What was taken back and is not
 * there any more is missed where it is spent.
 */
async function decideBetween(world: World, who: Chatter, verdict: string): Promise<void> {
  const { community, people } = world
  for (const each of [who, people[1]]) await dispute(world, each)
  await community.database.prisma.inboxMessage.updateMany({ data: { mentionedAt: new Date(community.clock.now) } })
  const ids = [await who.memberId(), await people[1].memberId()] as const
  const before = await dumpRows(community.database.pool)
  const worth = await Promise.all(ids.map((id) => worthOf(community, id)))
  if (!(await tryLink(who, people[1]))) return
  await holds(community)
  await decide(community, verdict)
  await holds(community)
  const undone = await unlink(people[1])
  await holds(community)
  if (undone.tone !== 'done') {
    expect(undone.code).toMatch(/^link\./)
    return
  }
  seen.partedAfterDecision += 1
  const after = await Promise.all(ids.map((id) => worthOf(community, id)))
  const owed = worth.map(({ balance, disputed }, index) => balance + after[index]!.disputed - disputed)
  const merged = ids.indexOf((await community.database.prisma.memberMerge.findFirstOrThrow({ orderBy: { number: 'desc' } })).merged)
  const short = owed[merged]! < 0n ? owed[merged]! : 0n
  expect(after.map(({ balance }) => balance)).toEqual(owed.map((amount, index) => (index === merged ? amount - short : amount + short)))
  const { gone, come } = difference(before, await dumpRows(community.database.pool))
  const mine = (row: string) => !OF_DISPUTES.test(row)
  expect(gone.filter((row) => mine(row) && !/^(prompt|link_code|link_try): /.test(row)).join('\n')).toBe('')
  expect(come.filter((row) => mine(row) && !OWN_RECORDS.test(row)).join('\n')).toBe('')
}

/** What is true after every step. */
async function holds({ database: { pool } }: Community): Promise<void> {
  const { rows } = await pool.query<{ fault: string }>(`
    SELECT 'the sum over all accounts is ' || sum(balance) AS fault FROM account HAVING sum(balance) <> ${TOTAL_SUPPLY}
    UNION ALL
    SELECT 'event ' || e.number || ' counts ' || e.attendees FROM event e
    WHERE e.attendees <> (SELECT count(DISTINCT member_root(a.member_id)) FROM attendance a WHERE a.event = e.number AND a.undone_at IS NULL)
       OR e.attendees <> (SELECT count(*) FROM attendance a WHERE a.event = e.number AND a.undone_at IS NULL)
    UNION ALL
    SELECT 'merged member ' || m.id || ' has something' FROM member m JOIN account a ON a.name = 'member:' || m.id
    WHERE m.merged_into IS NOT NULL AND (a.balance <> 0 OR a.earned <> 0)
    UNION ALL
    SELECT 'merged member ' || m.id || ' has an account or a live wallet' FROM member m
    WHERE m.merged_into IS NOT NULL AND (EXISTS (SELECT 1 FROM chat_account c WHERE c.member_id = m.id)
       OR EXISTS (SELECT 1 FROM wallet w WHERE w.member_id = m.id AND w.unlinked_at IS NULL))
    UNION ALL
    SELECT 'member ' || m.id || ' earned ' || coalesce(a.earned, 0) || ', its rewards are ' || r.total - c.total
    FROM member m LEFT JOIN account a ON a.name = 'member:' || m.id
    CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total FROM reward
                        WHERE member_id IN (SELECT member_tree(m.id)) AND status = 'granted' AND doubled_in IS NULL) r
    CROSS JOIN LATERAL (SELECT coalesce(sum(amount), 0) AS total FROM correction
                        WHERE member_id IN (SELECT member_tree(m.id)) AND id NOT LIKE 'merge:%' AND NOT EXISTS (
                          SELECT 1 FROM dispute d JOIN reward x ON x.id = d.reward_id WHERE d.correction_id = correction.id AND x.doubled_in IS NOT NULL)) c
    WHERE m.merged_into IS NULL AND coalesce(a.earned, 0) <> r.total - c.total
    UNION ALL
    SELECT 'account ' || a.name || ' does not hold what its transfers say' FROM account a
    WHERE a.name LIKE 'member:%' AND a.balance <> (SELECT coalesce(sum(CASE WHEN t.credit_account = a.name THEN t.amount ELSE -t.amount END), 0)
                                                  FROM transfer t WHERE a.name IN (t.credit_account, t.debit_account))
    UNION ALL
    SELECT 'link ' || g.id || ' holds back ' || g.doubled || ' for lines of ' || coalesce(sum(x.amount - coalesce(c.amount, 0)), 0)
    FROM member_merge g LEFT JOIN reward x ON x.doubled_in = g.id
    LEFT JOIN dispute d ON d.reward_id = x.id LEFT JOIN correction c ON c.id = d.correction_id
    WHERE g.undone_at IS NULL GROUP BY g.id HAVING g.doubled <> coalesce(sum(x.amount - coalesce(c.amount, 0)), 0)
    UNION ALL
    SELECT 'somebody judges their own' FROM review_assignment a JOIN review_item i ON i.id = a.item
    WHERE i.state = 'open' AND a.state = 'asked' AND member_root(a.reviewer) = i.contributor`)
  expect(rows.map(({ fault }) => fault).join('\n')).toBe('')
}

/** Contributions in every state that a merge looks at. */
async function contribute({ database: { pool }, clock }: Community, people: World['people']): Promise<void> {
  const ids = await Promise.all(people.map((who) => who.memberId()))
  const at = new Date(clock.now)
  await pool.query(`BEGIN; SET CONSTRAINTS ALL DEFERRED;
    INSERT INTO form (number, version, status, builtin, created_at) VALUES (1, 1, 'open', 'about-you', 'epoch'), (2, 1, 'open', 'idea', 'epoch');
    INSERT INTO form_version (form, version, definition, created_at) VALUES (1, 1, '{}', 'epoch'), (2, 1, '{}', 'epoch'); COMMIT`)
  for (const [index, id] of ids.entries()) {
    await pool.query(`INSERT INTO form_draft (form, version, member_id, answers, started_at, updated_at) VALUES (1, 1, $1, $2, $3, $4)`, [
      id,
      JSON.stringify({ text: `draft ${index}` }),
      at,
      new Date(clock.now + ((index * 2) % 3)),
    ])
    await pool.query(
      `INSERT INTO submission (number, form, member_id, slot, status, contributed_at) VALUES ($1, 1, $2, $3, 'in-review', $4), ($5, 2, $2, 'once', 'in-review', $4)`,
      [index + 1, id, `2027-01/${index}`, at, index + 11],
    )
    const { rows } = await pool.query<{ id: string }>(
      `INSERT INTO review_item (kind, subject, contributor, form, needed, panel, spread_percent, blind, lowest, highest, opened_at)
       VALUES ('submission', $1, $2, 1, 2, 3, 50, false, 0, 100, $3) RETURNING id`,
      [`SUB-${index + 1}`, id, at],
    )
    for (const reviewer of ids.filter((other) => other !== id))
      await pool.query(`INSERT INTO review_assignment (item, reviewer, assigned_at, due_at) VALUES ($1, $2, $3, $3)`, [
        rows[0]!.id,
        reviewer,
        at,
      ])
  }
  await pool.query(`INSERT INTO review_interest (member_id, other_id, declared_at) VALUES ($1, $2, $4), ($3, $2, $4)`, [...ids, at])
}

async function play(history: readonly (readonly [name: string, step: Step])[]): Promise<void> {
  const community = await startCommunity(GENESIS)
  try {
    for (let number = 0; number < EVENTS; number += 1)
      await community.say('op', `event create Call ${number} start:now minutes:1440 reward:${number === 2 ? '0' : '10'}`)
    const people = [
      chatter(community, 'discord', 'ann'),
      chatter(community, 'telegram', 'annie'),
      chatter(community, 'discord', 'bob'),
    ] as const
    for (const who of people) await who.say('start')
    await contribute(community, people)
    // Everybody has a line that can be disputed, and two of them the same.
    for (const [index, number] of [
      [0, 2],
      [0, 1],
      [1, 1],
      [2, 2],
    ] as const)
      await people[index].say(`checkin ${(await community.say('op', `event codes EVT-${number}`)).reply.verbatim ?? ''}`)
    for (const who of REVIEWERS) await community.say(who, 'start')
    for (const who of REVIEWERS) await community.say('op', `role grant @${who} reviewer`)
    const world: World = { community, people, wallets: 0 }
    for (const [, step] of history) {
      await step(world)
      await holds(community)
      if ((await community.database.prisma.memberMerge.count({ where: { undoneAt: null } })) > 0) seen.standing += 1
    }
    // Whatever was drawn, each of them comes up.
    await decideBetween(world, people[2], JUDGEMENTS[(played += 1) % JUDGEMENTS.length]!)
    await linkAndBack(world, people[0])
  } finally {
    await community.close()
  }
}

test(
  'whatever happens in between, links and their undoing keep every sum, and restore everything when nothing does',
  { timeout: 240_000 },
  async () => {
    const history = fc.array(fc.oneof(...steps), { minLength: 8, maxLength: 28, size: 'max' })
    await fc.assert(fc.asyncProperty(history, play), {
      seed: SEED,
      numRuns: HISTORIES,
      endOnFailure: true,
      reporter: (run) => {
        if (run.failed)
          throw new Error(
            `seed ${run.seed}, path ${run.counterexamplePath}\n${run.counterexample?.[0].map(([name]) => name).join('\n')}\n${run.errorInstance instanceof Error ? run.errorInstance.message : ''}`,
          )
      },
    })
    expect(Object.entries(seen).filter(([, times]) => times === 0)).toEqual([])
  },
)
