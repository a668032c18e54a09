import assert from 'node:assert'
import type pg from 'pg'
import { openDatabase } from '../adapters/postgres/database.ts'
import { createPool } from '../adapters/postgres/pool.ts'
import { similarTo } from '../adapters/postgres/review-content.ts'
import { bandsOf, mostSimilar } from '../core/review/similar-text.ts'
import { startBenchDatabase } from './bench-database.ts'
import { memberId } from './check-in-scene.ts'
import { atLeast, below, load, loadNow, median, percentile, whole, type Figure } from './measure.ts'
import { buildReviewScene } from './review-scene.ts'

const SUBMISSIONS = 50_000
/** Every so many a text is nearly that of an earlier one. */
const COPY_EVERY = 50
const CALLS_MS = 5_000
const SCANS = 3
const AT_ONCE = 5_000

const WORDS =
  'validator node guide meeting Frankfurt upgrade members translated handbook helped setup stake wallet question answered week report community call notes video recorded 节点 教程 社区 会议 翻译 成员 钱包 质押 升级 问题 回答 记录 整理 分享 活动 直播'.split(
    ' ',
  )

/** 40 words that follow from the number; a copy has three other words than its original. */
function textOf(number: number): string {
  const original = number % COPY_EVERY === 0 ? number - 7 : number
  const words = Array.from({ length: 40 }, (_, index) => {
    const place = number === original || index % 15 !== 3 ? original : number
    return `${WORDS[mixed(place * 64 + index) % WORDS.length]}${mixed(place * 64 + index) % 97}`
  })
  return words.join(' ')
}

function mixed(value: number): number {
  const first = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  const second = Math.imul(first ^ (first >>> 13), 0xc2b2ae35)
  return (second ^ (second >>> 16)) >>> 0
}

const FIELDS = [{ id: 'what', kind: 'long-text' as const, label: { en: 'What you did', zh: '您做了什么' } }]

/** What is nearly the same as a new text among 50,000 submissions, by the index, beside comparing all texts. */
export async function measureSimilar(): Promise<readonly Figure[]> {
  const server = await startBenchDatabase()
  const pool = createPool(server.url, 2)
  const database = openDatabase(server.url, { connections: 4 })
  try {
    await buildReviewScene(pool, 1)
    await fill(pool)
    const find = (number: number) => similarTo(database.prisma, { form: 1, number, fields: FIELDS, text: textOf(number) })
    let found = 0
    const copies = 200
    for (let copy = 1; copy <= copies; copy += 1) {
      const similar = await find(copy * COPY_EVERY)
      if (similar.some(({ subject }) => subject === `SUB-${copy * COPY_EVERY - 7}`)) found += 1
    }
    // A multiplier without a common factor walks over all in no order.
    const indexed = await load(1, CALLS_MS, (call) => find(1 + ((call * 7_919) % SUBMISSIONS)))
    const scans: number[] = []
    for (let scan = 1; scan <= SCANS; scan += 1) scans.push(await scanAll(pool, scan * COPY_EVERY))
    const p99 = percentile(indexed.latencies, 0.99)
    const size = `${whole(SUBMISSIONS)} submissions`
    return [
      below(
        `similar: p99 of what is nearly the same, ${size}`,
        's',
        1,
        p99 / 1_000,
        `p50 ${percentile(indexed.latencies, 0.5).toFixed(1)} ms; load ${loadNow()}`,
      ),
      atLeast(
        'similar: against comparing all texts',
        10,
        median(scans) / percentile(indexed.latencies, 0.5),
        `${whole(median(scans))} ms for a scan`,
      ),
      {
        name: 'similar: copies with three words changed that are found',
        bound: '>= 95%',
        measured: `${((found * 100) / copies).toFixed(1)}% of ${copies}`,
        isMet: found * 100 >= copies * 95,
      },
    ]
  } finally {
    await database.close()
    await pool.end()
    await server.stop()
  }
}

async function fill(pool: pg.Pool): Promise<void> {
  for (let from = 2; from <= SUBMISSIONS; from += AT_ONCE) {
    const numbers = Array.from({ length: Math.min(AT_ONCE, SUBMISSIONS - from + 1) }, (_, index) => from + index)
    await pool.query(
      `INSERT INTO submission (number, form, member_id, slot, status, contributed_at) SELECT n, 1, $2, 'ever/' || n, 'in-review', now() FROM unnest($1::int[]) AS n`,
      [numbers, memberId(1)],
    )
    await pool.query(
      `INSERT INTO submission_revision (submission, revision, form, version, answers, bands, submitted_at)
       SELECT n, 1, 1, 1, jsonb_build_object('what', t), b::bigint[], now() FROM unnest($1::int[], $2::text[], $3::text[]) AS s (n, t, b)`,
      [numbers, numbers.map(textOf), numbers.map((number) => `{${bandsOf(textOf(number)).join(',')}}`)],
    )
  }
  await pool.query('VACUUM ANALYZE')
}

/** Every text is read and compared; gives milliseconds. */
async function scanAll(pool: pg.Pool, number: number): Promise<number> {
  const since = performance.now()
  const { rows } = await pool.query<{ number: number; text: string }>(
    `SELECT submission AS number, answers ->> 'what' AS text FROM submission_revision WHERE form = 1 AND submission <> $1`,
    [number],
  )
  const similar = mostSimilar(
    textOf(number),
    rows.map((row) => ({ subject: `SUB-${row.number}`, text: row.text })),
  )
  assert(similar.length > 0, 'a scan finds the original')
  return performance.now() - since
}
