import type pg from 'pg'
import { pos } from '../core/shared/amount.ts'
import { DAY } from '../core/shared/instant.ts'
import { memberId } from './check-in-scene.ts'

export const REVIEWERS = 8
/** So much that 2,000 approvals empty the first month, which every run of the bench comes to. */
export const AMOUNT = pos(500)

export interface ReviewScene {
  readonly genesis: number
  /** Submissions that wait, numbered from 1; the reviewer of each is its number modulo the reviewers. */
  readonly items: number
}

export const reviewerId = (index: number): string => `r${memberId(index).slice(1)}`

const DEFINITION = JSON.stringify({
  title: { en: 'Contribution report', zh: '贡献报告' },
  intro: { en: 'What did you do?', zh: '您做了什么？' },
  fields: [{ id: 'what', kind: 'long-text', label: { en: 'What you did', zh: '您做了什么' } }],
  reward: { kind: 'node-contribution' },
  review: { rule: 'panel' },
})

/** A form, reviewers, and submissions of as many members, each before a panel of one. */
export async function buildReviewScene(pool: pg.Pool, items: number): Promise<ReviewScene> {
  const genesis = Date.now() - DAY
  const at = new Date(genesis)
  await pool.query(
    `INSERT INTO member (id, public_id, name, language, joined_at) SELECT id, sha256(id::bytea), 'Member ' || id, 'en', $2 FROM unnest($1::text[]) AS m (id)`,
    [
      [
        ...Array.from({ length: items }, (_, index) => memberId(index + 1)),
        ...Array.from({ length: REVIEWERS }, (_, index) => reviewerId(index)),
      ],
      at,
    ],
  )
  const reviewers = Array.from({ length: REVIEWERS }, (_, index) => reviewerId(index))
  await pool.query(
    `INSERT INTO chat_account (platform, user_id, member_id, name, linked_at) SELECT 'discord', id, id, 'Reviewer', $2 FROM unnest($1::text[]) AS m (id)`,
    [reviewers, at],
  )
  await pool.query(`INSERT INTO role_grant (member_id, role, granted_at) SELECT id, 'reviewer', $2 FROM unnest($1::text[]) AS m (id)`, [
    reviewers,
    at,
  ])
  await pool.query(`INSERT INTO account (name, balance) VALUES ('period:1', 0) ON CONFLICT DO NOTHING`)
  await pool.query(`UPDATE account SET balance = balance - $1 WHERE name = 'unreleased'`, [pos(1_000_000)])
  await pool.query(`UPDATE account SET balance = $1 WHERE name = 'period:1'`, [pos(1_000_000)])
  await pool.query(`INSERT INTO period (number, release, opened_at) VALUES (1, $1, $2)`, [pos(1_000_000), at])
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query(`INSERT INTO form (number, version, status, builtin, created_at) VALUES (1, 1, 'open', 'report', $1)`, [at])
    await client.query(`INSERT INTO form_version (form, version, definition, created_at) VALUES (1, 1, $1, $2)`, [DEFINITION, at])
    await client.query('COMMIT')
  } finally {
    client.release()
  }
  const numbered = `FROM generate_series(1, $1::int) AS n JOIN unnest($2::text[]) WITH ORDINALITY AS m (id, place) ON m.place = n`
  const members = Array.from({ length: items }, (_, index) => memberId(index + 1))
  await pool.query(
    `INSERT INTO submission (number, form, member_id, slot, status, contributed_at) SELECT n, 1, m.id, 'ever/1', 'in-review', $3 ${numbered}`,
    [items, members, at],
  )
  await pool.query(
    `INSERT INTO submission_revision (submission, revision, form, version, answers, submitted_at)
     SELECT n, 1, 1, 1, jsonb_build_object('what', 'Report ' || n), $2 FROM generate_series(1, $1::int) AS n`,
    [items, at],
  )
  await pool.query(
    `INSERT INTO review_item (kind, subject, contributor, form, needed, panel, spread_percent, blind, lowest, highest, opened_at)
     SELECT 'submission', 'SUB-' || n, m.id, 1, 1, 1, 30, true, 1, $4::bigint, $3 ${numbered} ORDER BY n`,
    [items, members, at, AMOUNT],
  )
  await pool.query(
    `INSERT INTO review_assignment (item, reviewer, assigned_at, due_at)
     SELECT i.id, ($1::text[])[1 + substr(i.subject, 5)::int % $2::int], $3, $3::timestamptz + interval '48 hours' FROM review_item i`,
    [reviewers, REVIEWERS, at],
  )
  await pool.query('ANALYZE')
  return { genesis, items }
}
