import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { Actor, ChatAccount, ChatPlace, Role } from '../../core/shared/actor.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Language } from '../../core/shared/text.ts'
import { languageOfLocale } from '../../core/shared/dispatch.ts'
import { cleanLine } from '../../core/shared/clean-line.ts'
import { classifyPostgresError, createGroupCommit } from './group-commit.ts'

interface Asked {
  readonly account: ChatAccount
  readonly now: Instant
}

interface Known {
  readonly memberId: string
  readonly name: string
  readonly language: Language
  readonly timeZone: string
  readonly blocked: boolean
  readonly roles: readonly Role[]
}

interface KnownRow {
  id: string | null
  name: string
  account_name: string
  handle: string | null
  language: Language
  time_zone: string
  blocked: boolean
  roles: readonly Role[]
}

const FIND = `
SELECT m.id, m.name, a.name AS account_name, a.handle, m.language, m.time_zone, m.blocked,
       ARRAY(SELECT r.role FROM role_grant r WHERE r.member_id = m.id) AS roles
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q (platform, user_id, place)
LEFT JOIN chat_account a ON a.platform = q.platform AND a.user_id = q.user_id
LEFT JOIN member m ON m.id = a.member_id
ORDER BY q.place`

/** Accounts first, and members only for those accounts that were truly new: two processes that meet the same newcomer make one member. */
const CREATE = `
WITH newcomer AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::timestamptz[])
    AS n (platform, user_id, name, handle, member_id, language, public_id, at)
), created AS (
  INSERT INTO chat_account (platform, user_id, member_id, name, handle, linked_at)
  SELECT platform, user_id, member_id, name, handle, at FROM newcomer
  ON CONFLICT (platform, user_id) DO NOTHING RETURNING member_id
)
INSERT INTO member (id, public_id, name, language, joined_at)
SELECT n.member_id, n.public_id, n.name, n.language, n.at FROM newcomer n JOIN created USING (member_id)`

const RENAME = `
UPDATE chat_account a SET name = n.name, handle = n.handle
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[]) AS n (platform, user_id, name, handle)
WHERE a.platform = n.platform AND a.user_id = n.user_id`

/** A handle has one owner on its platform: whoever had it before has lost it, even if we have not heard from them since. */
const FREE_HANDLES = `
UPDATE chat_account a SET handle = NULL
FROM unnest($1::text[], $2::text[], $3::text[]) AS n (platform, user_id, handle)
WHERE a.platform = n.platform AND a.handle = n.handle AND a.user_id <> n.user_id`

export interface IdentifyOptions {
  readonly pool: pg.Pool
  readonly newId: () => string
  /** `platform:userId` of accounts that the configuration makes operators. */
  readonly operators: ReadonlySet<string>
}

/** Finds or creates the member behind a chat account. Look-ups that arrive together share one query, so that a burst of commands costs a few round trips. */
export function createIdentify(options: IdentifyOptions): (account: ChatAccount, place: ChatPlace, now: Instant) => Promise<Actor> {
  const look = createGroupCommit<Asked, Known>({
    write: (asked) => findOrCreate(options, asked),
    classify: classifyPostgresError,
    maxBatch: 1_000,
    maxWaiting: 100_000,
    maxAttempts: 3,
  })
  return async (account, place, now) => {
    const known = await look({ account, now })
    const roles = new Set<Role>(['member', ...known.roles])
    if (options.operators.has(`${account.platform}:${account.userId}`)) roles.add('operator')
    return {
      memberId: known.memberId,
      name: known.name,
      roles,
      language: known.language,
      timeZone: known.timeZone,
      blocked: known.blocked,
      account,
      place,
    }
  }
}

async function findOrCreate({ pool, newId }: IdentifyOptions, asked: readonly Asked[]): Promise<readonly Known[]> {
  const first = await find(pool, asked)
  const newcomers = new Map<string, Asked>()
  const renamed = new Map<string, Asked>()
  first.forEach((row, index) => {
    const { account } = asked[index]!
    const key = `${account.platform}:${account.userId}`
    if (row.id === null) newcomers.set(key, asked[index]!)
    else if (row.account_name !== displayName(account) || row.handle !== handleOf(account)) renamed.set(key, asked[index]!)
  })
  await freeHandles(pool, [...renamed.values(), ...newcomers.values()])
  if (renamed.size > 0) {
    const accounts = [...renamed.values()].map(({ account }) => account)
    await pool.query(RENAME, [
      accounts.map(({ platform }) => platform),
      accounts.map(({ userId }) => userId),
      accounts.map(displayName),
      accounts.map(handleOf),
    ])
  }
  if (newcomers.size === 0) return first.map(toKnown)
  const list = [...newcomers.values()]
  await pool.query(CREATE, [
    list.map(({ account }) => account.platform),
    list.map(({ account }) => account.userId),
    list.map(({ account }) => displayName(account)),
    list.map(({ account }) => handleOf(account)),
    list.map(() => newId()),
    list.map(({ account }) => languageOfLocale(account.locale)),
    list.map(() => randomBytes(32)),
    list.map(({ now }) => new Date(now)),
  ])
  return (await find(pool, asked)).map(toKnown)
}

async function freeHandles(pool: pg.Pool, asked: readonly Asked[]): Promise<void> {
  const named = asked.flatMap(({ account }) => {
    const handle = handleOf(account)
    return handle === null ? [] : [{ ...account, handle }]
  })
  if (named.length === 0) return
  await pool.query(FREE_HANDLES, [
    named.map(({ platform }) => platform),
    named.map(({ userId }) => userId),
    named.map(({ handle }) => handle),
  ])
}

async function find(pool: pg.Pool, asked: readonly Asked[]): Promise<readonly KnownRow[]> {
  const { rows } = await pool.query<KnownRow>({
    name: 'identify',
    text: FIND,
    values: [asked.map(({ account }) => account.platform), asked.map(({ account }) => account.userId)],
  })
  return rows
}

function toKnown(row: KnownRow): Known {
  return { memberId: row.id!, name: row.name, language: row.language, timeZone: row.time_zone, blocked: row.blocked, roles: row.roles }
}

function displayName(account: ChatAccount): string {
  return Array.from(cleanLine(account.name)).slice(0, 80).join('') || account.userId
}

function handleOf(account: ChatAccount): string | null {
  return cleanLine(account.handle ?? '').toLowerCase() || null
}
