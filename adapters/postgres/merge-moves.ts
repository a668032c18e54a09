import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'

interface MovedColumn {
  readonly table: string
  readonly column: string
  /** What makes a row known besides its member, by type. */
  readonly key: Readonly<Record<string, 'text' | 'integer' | 'bigint' | 'bytea'>>
  /** When a row `t` of the merged member can not move, because the survivor's row `o` has its place: that one counts, this one waits where it is. */
  readonly clash?: string
  /** Other rows that do not move. */
  readonly unless?: string
}

/**
 * Every column by which something belongs to a member and moves when members become one. What is not here stays where it is: `merge-moves.test.ts` names each
 * such column with the reason, and fails for one that is in neither list.
 */
export const MOVED: readonly MovedColumn[] = [
  { table: 'chat_account', column: 'member_id', key: { platform: 'text', user_id: 'text' } },
  { table: 'role_grant', column: 'member_id', key: { role: 'text' }, clash: 'o.role = t.role' },
  { table: 'wallet', column: 'member_id', key: { address: 'text' } },
  { table: 'wallet_challenge', column: 'member_id', key: { nonce: 'text' } },
  { table: 'event_host', column: 'member_id', key: { event: 'integer' }, clash: 'o.event = t.event' },
  { table: 'attendance', column: 'member_id', key: { event: 'integer' }, clash: 'o.event = t.event' },
  { table: 'wrong_code', column: 'member_id', key: { id: 'bigint' } },
  { table: 'withdrawal', column: 'member_id', key: { id: 'text' } },
  { table: 'deposit', column: 'member_id', key: { tx_hash: 'text', log_index: 'integer' } },
  { table: 'relayed_deposit', column: 'member_id', key: { id: 'bigint' }, clash: 'o.day = t.day AND o.slot = t.slot' },
  { table: 'erased_claim', column: 'member_id', key: { account_hash: 'bytea', subject: 'text' } },
  { table: 'inbox_message', column: 'member_id', key: { id: 'bigint' } },
  { table: 'digest', column: 'member_id', key: {}, clash: 'true' },
  { table: 'reminder', column: 'member_id', key: { subject: 'text' }, clash: 'o.subject = t.subject' },
  {
    table: 'sybil_signal',
    column: 'member_id',
    key: { kind: 'text', subject: 'text' },
    clash: 'o.kind = t.kind AND o.subject = t.subject',
  },
  { table: 'member_hold', column: 'member_id', key: { id: 'bigint' }, unless: 't.decided_by IS NOT DISTINCT FROM $survivor' },
  { table: 'form', column: 'created_by', key: { number: 'integer' } },
  { table: 'form_draft', column: 'member_id', key: { form: 'integer' }, clash: 'o.form = t.form' },
  { table: 'upload', column: 'member_id', key: { id: 'text' } },
  {
    table: 'submission',
    column: 'member_id',
    key: { number: 'integer' },
    clash: `o.form = t.form AND o.slot = t.slot AND o.status <> 'withdrawn' AND t.status <> 'withdrawn'`,
  },
  { table: 'campaign', column: 'proposed_by', key: { number: 'integer' } },
  { table: 'campaign_member', column: 'member_id', key: { campaign: 'integer' }, clash: 'o.campaign = t.campaign' },
  { table: 'review_item', column: 'contributor', key: { id: 'bigint' } },
  { table: 'review_item', column: 'copied_by', key: { id: 'bigint' } },
  { table: 'review_assignment', column: 'reviewer', key: { item: 'bigint' }, clash: 'o.item = t.item' },
  {
    table: 'review_interest',
    column: 'member_id',
    key: { other_id: 'text' },
    clash: 'o.other_id = t.other_id',
    unless: 't.other_id = $survivor',
  },
  {
    table: 'review_interest',
    column: 'other_id',
    key: { member_id: 'text' },
    clash: 'o.member_id = t.member_id',
    unless: 't.member_id = $survivor',
  },
]

export interface MergeOfTwo {
  readonly id: string
  readonly survivor: string
  readonly merged: string
}

const kindOf = ({ table, column }: MovedColumn): string => `move:${table}.${column}`

/** Gives the survivor everything that the merged member has, and keeps a record of each row. */
export async function moveRows(tx: Tx, { id, survivor, merged }: MergeOfTwo): Promise<void> {
  for (const moved of MOVED) {
    const { table, column, key, clash, unless } = moved
    const names = Object.keys(key)
    const conditions = [
      ...(clash === undefined ? [] : [`NOT EXISTS (SELECT 1 FROM ${table} o WHERE o.${column} = $1 AND ${clash})`]),
      ...(unless === undefined ? [] : [`NOT (${unless.replace('$survivor', '$1')})`]),
    ]
    await tx.$executeRawUnsafe(
      `WITH moved AS (
         UPDATE ${table} t SET ${column} = $1 WHERE ${[`t.${column} = $2`, ...conditions].join(' AND ')}
         RETURNING ${names.length === 0 ? `'{}'::jsonb` : `jsonb_build_object(${names.map((name) => `'${name}', t.${name}`).join(', ')})`} AS key
       ) INSERT INTO member_merge_move (merge_id, what, key) SELECT $3, $4, key FROM moved`,
      survivor,
      merged,
      id,
      kindOf(moved),
    )
  }
}

/** Gives back what {@link moveRows} moved and what is still the survivor's; what came since stays with the survivor. */
export async function moveRowsBack(tx: Tx, { id, survivor, merged }: MergeOfTwo): Promise<void> {
  for (const moved of MOVED.toReversed()) {
    const { table, column, key } = moved
    const same = Object.entries(key).map(([name, type]) => `t.${name} = (v.key ->> '${name}')::${type}`)
    await tx.$executeRawUnsafe(
      `UPDATE ${table} t SET ${column} = $2 FROM member_merge_move v
       WHERE ${['v.merge_id = $3', 'v.what = $4', `t.${column} = $1`, ...same].join(' AND ')}`,
      survivor,
      merged,
      id,
      kindOf(moved),
    )
  }
}

/** Columns of a row that belong to what it says and not to whom. */
const SWAPPED = {
  attendance: { key: 'event', content: ['evidence', 'grant_id', 'at', 'undone_at', 'undone_by', 'undone_reason'] },
  form_draft: { key: 'form', content: ['version', 'answers', 'at_field', 'submission', 'event', 'started_at', 'updated_at'] },
} as const

/** Exchanges what the rows of two members say about the same thing; where only one of the two is left, that one changes hands. Doing it again undoes it. */
export async function swapRows(
  tx: Tx,
  table: keyof typeof SWAPPED,
  { survivor, merged }: MergeOfTwo,
  keys: readonly number[],
): Promise<void> {
  if (keys.length === 0) return
  const { key, content } = SWAPPED[table]
  const swap = content.map((name) => `${name} = o.${name}`).join(', ')
  await tx.$executeRawUnsafe(
    `WITH pair AS (SELECT * FROM ${table} WHERE member_id IN ($1, $2) AND ${key} = ANY ($3::int[])),
          swapped AS (
            UPDATE ${table} t SET ${swap} FROM pair o
            WHERE t.${key} = o.${key} AND t.member_id IN ($1, $2) AND o.member_id IN ($1, $2) AND t.member_id <> o.member_id
            RETURNING t.${key})
     UPDATE ${table} t SET member_id = CASE t.member_id WHEN $1 THEN $2 ELSE $1 END
     WHERE t.member_id IN ($1, $2) AND t.${key} = ANY ($3::int[]) AND (SELECT count(*) FROM pair o WHERE o.${key} = t.${key}) = 1`,
    survivor,
    merged,
    keys,
  )
}

/** Keeps a record of a change that is no move. */
export async function recordChange(tx: Tx, mergeId: string, what: string, keys: readonly object[]): Promise<void> {
  if (keys.length === 0) return
  await tx.$executeRaw(Prisma.sql`
    INSERT INTO member_merge_move (merge_id, what, key)
    SELECT ${mergeId}, ${what}, k FROM jsonb_array_elements(${JSON.stringify(keys)}::jsonb) AS k`)
}

/** Numbers under one name of the recorded keys. */
export async function recordedNumbers(tx: Tx, mergeId: string, what: string, name: string): Promise<readonly number[]> {
  const rows = await tx.$queryRaw<{ number: number }[]>(Prisma.sql`
    SELECT (key ->> ${name})::int AS number FROM member_merge_move WHERE merge_id = ${mergeId} AND what = ${what} ORDER BY id`)
  return rows.map(({ number }) => number)
}
