import type pg from 'pg'
import { bandsOf } from '../core/review/similar-text.ts'
import { DAY, type Instant } from '../core/shared/instant.ts'
import { memberId } from './check-in-scene.ts'

export const OPEN_ITEMS = 10_000
export const DECIDED_ITEMS = 40_000
export const OWN_SEATS = 200
const REVIEWERS = 150
const CONTRIBUTORS = 2_000
const FORMS = 20
const WORDS =
  'node guide report validator community translate meeting staking wallet member vote period chapter server example frankfurt shanghai'.split(
    ' ',
  )

/** Console accounts that are signed in for the bench. */
export const DESK_PEOPLE = { reviewer: 'reviewer', chair: 'chair' } as const

/** A committee with a year behind it: ten thousand open items of three seats each, two hundred of them one reviewer's, and forty thousand that are decided. */
export async function fillDesk(pool: pg.Pool, genesis: Instant, now: Instant): Promise<void> {
  const client = await pool.connect()
  const at = (instant: Instant) => new Date(instant)
  try {
    await client.query('SET synchronous_commit = off')
    const members = Array.from({ length: CONTRIBUTORS + REVIEWERS }, (_, index) => memberId(index))
    await client.query(
      `INSERT INTO member (id, public_id, name, language, joined_at) SELECT id, sha256(id::bytea), 'Member ' || n, 'en', $2
       FROM unnest($1::text[]) WITH ORDINALITY AS m (id, n)`,
      [members, at(genesis)],
    )
    const reviewers = members.slice(CONTRIBUTORS)
    await client.query(`INSERT INTO role_grant (member_id, role, granted_at) SELECT id, 'reviewer', $2 FROM unnest($1::text[]) AS m (id)`, [
      reviewers,
      at(genesis),
    ])
    await client.query(`INSERT INTO role_grant (member_id, role, granted_at) VALUES ($1, 'chair', $2)`, [reviewers[1], at(genesis)])
    await client.query(
      `INSERT INTO chat_account (platform, user_id, handle, name, member_id, linked_at) VALUES ('console', $1, $1, $1, $2, $5), ('console', $3, $3, $3, $4, $5)`,
      [DESK_PEOPLE.reviewer, reviewers[0], DESK_PEOPLE.chair, reviewers[1], at(genesis)],
    )
    await client.query('BEGIN')
    await client.query(
      `INSERT INTO form (number, version, status, created_by, created_at) OVERRIDING SYSTEM VALUE
       SELECT n, 1, 'open', $2, $3 FROM generate_series(1, $1::int) AS n`,
      [FORMS, members[0], at(genesis)],
    )
    await client.query(
      `INSERT INTO form_version (form, version, definition, created_by, created_at)
       SELECT n, 1, jsonb_build_object('title', jsonb_build_object('en', 'Contribution report ' || n, 'zh', '贡献报告 ' || n), 'reward', '{"kind": "node-contribution"}'::jsonb,
         'fields', '[{"id": "what", "kind": "long-text", "label": {"en": "What you did", "zh": "您做了什么"}}]'::jsonb), $2, $3 FROM generate_series(1, $1::int) AS n`,
      [FORMS, members[0], at(genesis)],
    )
    await client.query('COMMIT')
    await fillSubmissions(client, at(now - DAY))
    // Items in the order of their numbers, opened a few seconds apart: the first are due first.
    await client.query(
      `INSERT INTO review_item (kind, subject, contributor, form, needed, panel, spread_percent, blind, lowest, highest, duplicate_percent, opened_at, state, outcome, amount, decided_at)
       SELECT 'submission', 'SUB-' || s.number, s.member_id, s.form, 2, 3, 30, true, 20000000000, 500000000000, 10, $2::timestamptz + s.number * interval '4 seconds',
         CASE WHEN s.number <= $1 THEN 'decided' ELSE 'open' END, CASE WHEN s.number <= $1 THEN 'approved' END, CASE WHEN s.number <= $1 THEN 50000000000 END,
         CASE WHEN s.number <= $1 THEN $2::timestamptz + s.number * interval '4 seconds' + interval '1 hour' END
       FROM submission s ORDER BY s.number`,
      [DECIDED_ITEMS, at(now - 4 * DAY)],
    )
    // The first reviewer sits on every fiftieth open item, the others by turns.
    await client.query(
      `INSERT INTO review_assignment (item, reviewer, assigned_at, due_at, state, verdict, amount, revision, decided_at)
       SELECT i.id, r.reviewer, i.opened_at, i.opened_at + interval '2 days', CASE WHEN i.state = 'open' THEN 'asked' ELSE 'decided' END,
         CASE WHEN i.state = 'decided' THEN 'approve' END, CASE WHEN i.state = 'decided' THEN 50000000000 END, CASE WHEN i.state = 'decided' THEN 1 END, i.decided_at
       FROM review_item i CROSS JOIN generate_series(0, 2) AS seat
       CROSS JOIN LATERAL (SELECT ($1::text[])[CASE WHEN seat = 0 AND i.id % $2 = 0 THEN 1 ELSE 3 + (i.id * 3 + seat) % $3 END] AS reviewer) r`,
      [reviewers, OPEN_ITEMS / OWN_SEATS, REVIEWERS - 2],
    )
    await client.query('VACUUM ANALYZE')
  } finally {
    client.release()
  }
}

async function fillSubmissions(client: pg.PoolClient, at: Date): Promise<void> {
  const total = OPEN_ITEMS + DECIDED_ITEMS
  for (let from = 1; from <= total; from += 5_000) {
    const numbers = Array.from({ length: 5_000 }, (_, index) => from + index)
    const texts = numbers.map(textOf)
    // What is decided has bands only where something is like it: the rest would cost minutes, and is found by nothing.
    await client.query(
      `INSERT INTO submission (number, form, member_id, slot, status, contributed_at, decided_at) OVERRIDING SYSTEM VALUE
       SELECT n, 1 + n % $3, m, n::text, CASE WHEN n <= $4 THEN 'approved' ELSE 'in-review' END, $5, CASE WHEN n <= $4 THEN $5::timestamptz END
       FROM unnest($1::int[], $2::text[]) AS s (n, m)`,
      [numbers, numbers.map((number) => memberId(number % CONTRIBUTORS)), FORMS, DECIDED_ITEMS, at],
    )
    await client.query(
      `INSERT INTO submission_revision (submission, revision, form, version, answers, bands, submitted_at)
       SELECT n, 1, 1 + n % $4, 1, jsonb_build_object('what', t), b::bigint[], $5 FROM unnest($1::int[], $2::text[], $3::text[]) AS s (n, t, b)`,
      [
        numbers,
        texts,
        numbers.map((number, index) => (number > DECIDED_ITEMS || number % 100 === 0 ? `{${bandsOf(texts[index]!).join(',')}}` : '{}')),
        FORMS,
        at,
      ],
    )
  }
}

/** Some eighty words; every hundredth tells the same story as others. */
function textOf(number: number): string {
  const story = number % 100 === 0 ? 100 : number
  let seed = story * 2_654_435_761
  const words = Array.from({ length: 80 }, () => {
    seed = (Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) + 0x9e3779b9) >>> 0
    return `${WORDS[seed % WORDS.length]}${seed % 97}`
  })
  return `${words.join(' ')} https://example.org/${number}`
}
