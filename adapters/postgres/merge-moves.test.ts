import { afterAll, beforeAll, expect, test } from 'vitest'
import { freshDatabase } from '../../test/support/postgres.ts'
import { openDatabase, type Database } from './database.ts'
import { MOVED } from './merge-moves.ts'

const LINE = 'a statement line names who had it; whoever reads asks for the member and all who were merged into it'
const APPEND_ONLY = 'append-only'
const HISTORY = 'who did it then; nobody may more by it'
const OF_MERGES = 'what merging itself writes'

/** Columns with a member that do not move when members become one, each with the reason. */
const STAYS: Readonly<Record<string, string>> = {
  'reward.member_id': LINE,
  'correction.member_id': LINE,
  'dispute.member_id': LINE,
  'audit_line.member_id': APPEND_ONLY,
  'form_version.created_by': APPEND_ONLY,
  'reward_rate.set_by': APPEND_ONLY,
  'announce_route.set_by': HISTORY,
  'attendance.undone_by': HISTORY,
  'broadcast.written_by': HISTORY,
  'event.created_by': HISTORY,
  'event_code.used_by': HISTORY,
  'group_role.mapped_by': HISTORY,
  'guild.changed_by': HISTORY,
  'member_hold.decided_by': HISTORY,
  'role_grant.granted_by': HISTORY,
  'button.member_id': 'looked up by root',
  'link_code.member_id': 'looked up by root',
  'link_try.member_id': 'counts guesses of an hour; whoever was linked guessed right',
  'member.merged_into': OF_MERGES,
  'member_merge.survivor': OF_MERGES,
  'member_merge.merged': OF_MERGES,
  'member_merge.by_member': OF_MERGES,
}

let database: Database
beforeAll(async () => {
  database = openDatabase(await freshDatabase(), { connections: 2 })
})
afterAll(() => database.close())

/** Columns that refer to a member, and those that by their name do without a foreign key. */
async function memberColumns(): Promise<readonly string[]> {
  const { rows } = await database.pool.query<{ name: string }>(`
    SELECT c.table_name || '.' || c.column_name AS name
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND (
      EXISTS (SELECT 1 FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
              WHERE k.contype = 'f' AND k.confrelid = 'member'::regclass AND k.conrelid = to_regclass(quote_ident(c.table_name)) AND a.attname = c.column_name)
      OR (c.data_type = 'text' AND c.column_name ~ '(^|_)(member|member_id|by|owner_id|reviewer|contributor)$'))
    ORDER BY 1`)
  return rows.map(({ name }) => name)
}

test('every column with a member moves when members become one, or is named here with the reason why not', async () => {
  const moved = MOVED.map(({ table, column }) => `${table}.${column}`)
  const columns = await memberColumns()
  expect(columns.filter((name) => !moved.includes(name) && !(name in STAYS))).toEqual([])
  expect([...moved, ...Object.keys(STAYS)].filter((name) => !columns.includes(name))).toEqual([])
  expect(moved.filter((name) => name in STAYS)).toEqual([])
})

test('what a moved row is known by is a key of its table together with the member', async () => {
  const { rows } = await database.pool.query<{ name: string; key: string[] }>(`
    SELECT k.conrelid::regclass::text AS name, array_agg(a.attname::text) AS key
    FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = ANY (k.conkey)
    WHERE k.contype = 'p' GROUP BY 1`)
  const keys = new Map(rows.map(({ name, key }) => [name, key]))
  const wrong = MOVED.filter(({ table, column, key }) => {
    const known = new Set([...Object.keys(key), column])
    return !(keys.get(table) ?? ['none']).every((name) => known.has(name))
  })
  expect(wrong.map(({ table, column }) => `${table}.${column}`)).toEqual([])
})

/** Columns of {@link MOVED} that no trigger of a row guards, each with the reason. */
const UNGUARDED: Readonly<Record<string, string>> = {
  'attendance.member_id': 'a trigger for a whole batch (`attendance_of_root`)',
  'chat_account.member_id': 'written with a member who is new',
  'erased_claim.member_id': 'written with a member who is new',
  'upload.member_id': 'read through `member_root`: one that is kept late is the survivor’s all the same',
}

test('nothing new is written for a member who was merged, in any table whose rows move', async () => {
  const { rows } = await database.pool.query<{ name: string }>(`
    SELECT c.relname || '.' || replace(t.tgname, '_of_root', '') AS name FROM pg_trigger t
    JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid WHERE p.proname = 'refuse_merged_member'`)
  const guarded = rows.map(({ name }) => name)
  expect([...guarded, ...Object.keys(UNGUARDED)].toSorted()).toEqual(MOVED.map(({ table, column }) => `${table}.${column}`).toSorted())
})
