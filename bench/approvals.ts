import assert from 'node:assert'
import type pg from 'pg'
import { openDatabase } from '../adapters/postgres/database.ts'
import { createPool } from '../adapters/postgres/pool.ts'
import type { PrismaClient } from '../prisma/generated/client.ts'
import { pos } from '../core/shared/amount.ts'
import type { ChatApp } from '../core/shared/chat-app.ts'
import { startBenchDatabase } from './bench-database.ts'
import { composeProduct } from './bench-product.ts'
import { atLeast, load, loadNow, median, percentile, whole, type Figure, type LoadResult } from './measure.ts'
import { AMOUNT, buildReviewScene, REVIEWERS, reviewerId } from './review-scene.ts'

const ITEMS = 40_000
const ROUNDS = 3
const ROUND_MS = 5_000
const PROMISED = 200

/** Approvals a second by eight reviewers at once, each a decision with its grant from one month, beside the same work by plain Prisma calls. */
export async function measureApprovals(): Promise<readonly Figure[]> {
  const server = await startBenchDatabase()
  const pool = createPool(server.url, 4)
  const database = openDatabase(server.url, { connections: 16 })
  try {
    const scene = await buildReviewScene(pool, ITEMS)
    const chat = await composeProduct(database, scene, {
      log: { info() {}, warn() {}, error() {} },
      reportBug(error) {
        throw error
      },
    })
    let next = 0
    const take = (): number => {
      next += 1
      assert(next <= ITEMS, 'there are items enough')
      return next
    }
    const rounds: { readonly ours: LoadResult; readonly plain: LoadResult }[] = []
    // The first round fills caches; it is not counted.
    for (let round = 0; round <= ROUNDS; round += 1) {
      const ours = await load(REVIEWERS, ROUND_MS, () => approve(chat, take()))
      const plain = await load(REVIEWERS, ROUND_MS, () => approvePlainly(database, take()))
      if (round > 0) rounds.push({ ours, plain })
    }
    const books = await checkBooks(pool, next)
    const perSecond = median(rounds.map(({ ours }) => ours.perSecond))
    const plain = median(rounds.map((round) => round.plain.perSecond))
    const p95 = percentile(
      rounds.flatMap(({ ours }) => ours.latencies).toSorted((a, b) => a - b),
      0.95,
    )
    return [
      {
        name: 'approvals: decided and granted a second, through dispatch, 8 reviewers at once on one month',
        bound: `>= ${PROMISED}`,
        measured: `${whole(perSecond)} (p95 ${whole(p95)} ms; ${books}; load ${loadNow()})`,
        isMet: perSecond >= PROMISED,
      },
      atLeast(
        'approvals: against the plain Prisma way, which neither checks roles nor answers',
        1,
        perSecond / plain,
        `${whole(plain)} a second`,
      ),
    ]
  } finally {
    await database.close()
    await pool.end()
    await server.stop()
  }
}

async function approve(chat: ChatApp, number: number): Promise<void> {
  const userId = reviewerId(number % REVIEWERS)
  const { reply } = await chat.dispatch({
    account: { platform: 'discord', userId, name: 'Reviewer', locale: 'en-US' },
    place: { kind: 'group', chatId: 'committee', communityId: 'home' },
    command: 'review approve',
    input: { subject: `SUB-${number}`, amount: '500' },
    key: `approve:${number}`,
  })
  assert.equal(reply.tone, 'done')
}

/** As one would write it: a transaction that reads, looks and writes row by row; the month, which everybody fights for, last. */
async function approvePlainly({ prisma }: { readonly prisma: PrismaClient }, number: number): Promise<void> {
  const [subject, reviewer, now] = [`SUB-${number}`, reviewerId(number % REVIEWERS), new Date()]
  await prisma.$transaction(async (tx) => {
    const item = await tx.reviewItem.findFirstOrThrow({ where: { subject, state: 'open' }, include: { assignments: true } })
    const roles = await tx.roleGrant.findMany({ where: { memberId: reviewer } })
    const interests = await tx.reviewInterest.count({ where: { memberId: reviewer, otherId: item.contributor } })
    if (roles.length === 0 || interests > 0 || item.contributor === reviewer) throw new Error('refused')
    await tx.reviewAssignment.update({
      where: { item_reviewer: { item: item.id, reviewer } },
      data: { state: 'decided', verdict: 'approve', amount: AMOUNT, revision: 1, decidedAt: now },
    })
    await tx.reviewItem.update({ where: { id: item.id }, data: { state: 'decided', outcome: 'approved', amount: AMOUNT, decidedAt: now } })
    const submission = await tx.submission.update({
      where: { number },
      data: { status: 'approved', decidedAt: now, rewardId: `sub:${number}` },
    })
    const member = submission.memberId
    const month = await tx.account.updateMany({
      where: { name: 'period:1', balance: { gte: AMOUNT } },
      data: { balance: { decrement: AMOUNT } },
    })
    const status = month.count === 1 ? 'granted' : 'unfunded'
    const of = { reference: subject, amount: AMOUNT, period: 1, at: now }
    await tx.reward.create({ data: { id: `sub:${number}`, memberId: member, kind: 'node-contribution', status, ...of } })
    if (status === 'granted') {
      const credit = `member:${member}`
      await tx.transfer.create({
        data: { id: `grant:sub:${number}`, debitAccount: 'period:1', creditAccount: credit, kind: 'grant', ...of },
      })
      await tx.account.upsert({
        where: { name: credit },
        create: { name: credit, balance: AMOUNT, earned: AMOUNT },
        update: { balance: { increment: AMOUNT }, earned: { increment: AMOUNT } },
      })
    }
    await tx.inboxMessage.create({ data: { memberId: member, reply: '{}', createdAt: now } })
    await tx.outboxRow.create({ data: { topic: 'review-card', subject, payload: {}, createdAt: now } })
    await tx.auditLine.create({
      data: { key: `plain:${number}`, memberId: reviewer, command: 'review approve', input: '{}', reply: '{}', at: now },
    })
  })
}

/** Both ways together emptied one month: nothing over it, nothing twice. */
async function checkBooks(pool: pg.Pool, decided: number): Promise<string> {
  const { rows } = await pool.query<{ granted: bigint; grants: bigint; twice: bigint; balance: bigint; decided: bigint; unfunded: bigint }>(
    `SELECT (SELECT coalesce(sum(amount), 0)::bigint FROM transfer WHERE kind = 'grant') AS granted,
            (SELECT count(*) FROM transfer WHERE kind = 'grant') AS grants,
            (SELECT count(*) FROM (SELECT 1 FROM transfer WHERE kind = 'grant' GROUP BY reference HAVING count(*) > 1) t) AS twice,
            (SELECT balance FROM account WHERE name = 'period:1') AS balance,
            (SELECT count(*) FROM review_item WHERE state = 'decided') AS decided,
            (SELECT count(*) FROM reward WHERE status = 'unfunded') AS unfunded`,
  )
  const books = rows[0]!
  assert.equal(books.granted + books.balance, pos(1_000_000))
  assert.equal(books.granted, books.grants * AMOUNT)
  assert.deepEqual([books.twice, books.decided, books.grants + books.unfunded], [0n, BigInt(decided), BigInt(decided)])
  return `${whole(Number(books.grants))} granted and ${whole(Number(books.unfunded))} beyond the month, none over it, none twice`
}
