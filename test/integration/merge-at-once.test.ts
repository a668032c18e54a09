import { afterEach, beforeEach, expect, test } from 'vitest'
import { CARRY_OVER_POLICY, carryOver } from '../../adapters/postgres/carry-over.ts'
import { ledgerStore } from '../../adapters/postgres/ledger-store.ts'
import { releaseOf } from '../../core/economy/release-schedule.ts'
import { pos } from '../../core/shared/amount.ts'
import { startReviewStage, type ReviewStage } from '../support/review-stage.ts'
import { chatter, type Chatter, type Heard } from '../support/two-chats.ts'
import { waiting } from '../support/waiting.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let stage: ReviewStage
let vic: Chatter
let merged: string
/** Vic's account is about to become rae's, who is older. */
let preview: Heard

beforeEach(async () => {
  stage = await startReviewStage(GENESIS)
  await stage.member('rae', 'host')
  vic = chatter(stage, 'telegram', 'vic')
  await vic.say('start')
  merged = await vic.memberId()
})
afterEach(() => stage.close())

async function readyToLink(): Promise<void> {
  preview = await vic.say(`link ${(await stage.say('rae', 'link')).reply.verbatim ?? ''}`)
}

/** Does something while somebody else has begun a transaction with this statement, which ends after `during`. */
async function beside(statement: string, values: unknown[], during: () => Promise<void>): Promise<void> {
  const client = await stage.database.pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(statement, values)
    await during()
    await client.query('COMMIT')
  } finally {
    await client.query('ROLLBACK')
    client.release()
  }
}

const holders = async (sql: string) => (await stage.database.pool.query<{ id: string }>(sql)).rows.map(({ id }) => id)

/** What somebody else writes by a member's id, and under whom it must be found, or be gone, afterwards. */
const WRITES: Readonly<Record<string, { before?: string[]; line: (id: string) => string; sql: string; left: boolean }>> = {
  'a place in a campaign’s team': {
    line: (id) => `campaign team CMP-1 ${id}`,
    sql: `SELECT member_id AS id FROM campaign_member WHERE member_id <> $paula`,
    left: true,
  },
  'a role': {
    line: (id) => `role grant ${id} reviewer`,
    sql: `SELECT member_id AS id FROM role_grant WHERE role = 'reviewer'`,
    left: true,
  },
  'a role that is taken away': {
    before: ['role grant $vic reviewer'],
    line: (id) => `role revoke ${id} reviewer`,
    sql: `SELECT member_id AS id FROM role_grant WHERE role = 'reviewer'`,
    left: false,
  },
  'an interest': { line: (id) => `review interest ${id}`, sql: `SELECT other_id AS id FROM review_interest`, left: true },
  'an interest that ends': {
    before: ['review interest $vic'],
    line: (id) => `review interest-end ${id}`,
    sql: `SELECT other_id AS id FROM review_interest`,
    left: false,
  },
  'a place in a team that is left': {
    before: ['campaign team CMP-1 $vic'],
    line: (id) => `campaign leave CMP-1 ${id}`,
    sql: `SELECT member_id AS id FROM campaign_member WHERE member_id <> $paula`,
    left: false,
  },
}

test.each(Object.keys(WRITES))('%s that comes while the member is being merged is theirs who go on', async (what) => {
  const { before = [], line, sql, left } = WRITES[what]!
  const paula = await stage.member('paula', 'operator', 'reviewer')
  const campaign = await stage.campaign(paula, pos(1_000))
  await stage.submission(paula, { campaign })
  await stage.database.prisma.roleGrant.deleteMany({ where: { role: 'reviewer' } })
  await stage.database.prisma.roleGrant.create({ data: { memberId: paula, role: 'chair', grantedAt: new Date(GENESIS) } })
  for (const each of before) expect((await stage.say('paula', each.replace('$vic', merged))).reply.tone).toBe('done')
  await readyToLink()
  let linked: Promise<Heard> | undefined
  let written: ReturnType<ReviewStage['say']> | undefined
  // The link waits with both members in its hands.
  await beside('SELECT apart_from_merges()', [], async () => {
    linked = vic.press(preview)
    expect((await waiting(stage.database, 1))[0]).toContain('alone_for_merge')
    written = stage.say('paula', line(merged))
    await waiting(stage.database, 2)
  })
  expect([(await linked!).reply.tone, (await written!).reply.tone]).toEqual(['done', 'done'])
  const survivor = await vic.memberId()
  expect(survivor).not.toBe(merged)
  expect(await holders(sql.replace('$paula', `'${paula}'`))).toEqual(left ? [survivor] : [])
})

test('a command that was on its way when the link was undone is theirs who typed it', async () => {
  await readyToLink()
  expect((await vic.press(preview)).reply.tone).toBe('done')
  const survivor = await vic.memberId()
  let typed: Promise<Heard> | undefined
  await beside('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', ['late'], async () => {
    typed = vic.say('language zh', 'late')
    await waiting(stage.database, 1)
    expect((await vic.press(await vic.say('unlink'))).reply.tone).toBe('done')
  })
  expect((await typed!).reply.tone).toBe('done')
  const languageOf = async (id: string) => (await stage.database.prisma.member.findUniqueOrThrow({ where: { id } })).language
  expect([await vic.memberId(), await languageOf(merged), await languageOf(survivor)]).toEqual([merged, 'zh', 'en'])
})

async function unfunded(): Promise<void> {
  const { prisma } = stage.database
  await prisma.setting.create({ data: { key: CARRY_OVER_POLICY, value: 'on' } })
  const reward = { kind: 'attendance', reference: 'EVT-1', amount: pos(10), period: 1, status: 'unfunded', at: new Date(GENESIS) }
  await prisma.reward.create({ data: { id: 'late', memberId: merged, ...reward } })
}

/** Opens period 2 as the job does: its release, then what waited for it. */
const openNext = () =>
  stage.database.transaction(async (tx) => {
    const release = { debit: 'unreleased', credit: 'period:2', amount: releaseOf(2), kind: 'release' } as const
    await ledgerStore(tx).post({ id: 'release:2', ...release, reference: 'P-2', period: 2, at: GENESIS })
    await carryOver(tx, 2, GENESIS)
    return { keep: true, value: undefined }
  })

async function isPaidToSurvivor(): Promise<void> {
  const survivor = await vic.memberId()
  expect(survivor).not.toBe(merged)
  expect([await stage.balance(`member:${survivor}`), await stage.balance(`member:${merged}`)]).toEqual([pos(10), 0n])
  expect(await stage.database.prisma.inboxMessage.count({ where: { memberId: survivor, reply: { contains: 'carriedOver' } } })).toBe(1)
}

test('a link that comes while a period pays what waited has nothing in its hands that is needed: neither waits in a circle', async () => {
  await unfunded()
  await readyToLink()
  let paid: Promise<unknown> | undefined
  let linked: Promise<Heard> | undefined
  await beside(`SELECT 1 FROM reward WHERE id = 'late' FOR UPDATE`, [], async () => {
    paid = openNext()
    await waiting(stage.database, 1)
    linked = vic.press(preview)
    expect((await waiting(stage.database, 2))[1]).toContain('FROM member WHERE id = ANY')
  })
  await paid
  expect((await linked!).reply.tone).toBe('done')
  await isPaidToSurvivor()
})

test('a period that pays what waited while a link is written waits for it, and pays who goes on', async () => {
  await unfunded()
  await readyToLink()
  let paid: Promise<unknown> | undefined
  let linked: Promise<Heard> | undefined
  await beside('SELECT apart_from_merges()', [], async () => {
    linked = vic.press(preview)
    await waiting(stage.database, 1)
    paid = openNext()
    expect((await waiting(stage.database, 2))[1]).toContain('apart_from_merges_since')
  })
  expect((await linked!).reply.tone).toBe('done')
  await paid
  await isPaidToSurvivor()
})
