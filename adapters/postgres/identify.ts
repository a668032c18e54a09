import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import { MAPPABLE, rolesInPlace, type RoleMapping } from '../../core/guild/mapped-roles.rules.ts'
import type { Actor, ChatAccount, ChatPlace, Role } from '../../core/shared/actor.ts'
import type { Instant } from '../../core/shared/instant.ts'
import type { Language } from '../../core/shared/text.ts'
import { languageOfLocale } from '../../core/shared/dispatch.ts'
import { cleanLine } from '../../core/shared/clean-line.ts'
import { asFault } from './database.ts'
import { classifyPostgresError, createGroupCommit } from './group-commit.ts'

interface Asked {
  readonly account: ChatAccount
  readonly communityId: string | undefined
  readonly now: Instant
}

interface Known {
  readonly memberId: string
  readonly name: string
  readonly language: Language
  readonly timeZone: string
  readonly blocked: boolean
  readonly roles: readonly Role[]
  readonly mappings: readonly RoleMapping[]
  readonly placeLanguage: Language | null
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
  mapped: readonly string[]
  place_language: Language | null
}

/** Mapped roles are read anew with every command, in the same query: a mapping that was taken away holds for nobody's next command. */
const FIND = `
SELECT m.id, m.name, a.name AS account_name, a.handle, m.language, m.time_zone, m.blocked,
       ARRAY(SELECT r.role FROM role_grant r WHERE r.member_id = m.id) AS roles,
       ARRAY(SELECT g.group_role_id || ':' || g.role FROM group_role g
             WHERE g.platform = q.platform AND g.community_id = q.community_id) AS mapped,
       g.language AS place_language
FROM unnest($1::text[], $2::text[], $3::text[]) WITH ORDINALITY AS q (platform, user_id, community_id, place)
LEFT JOIN guild g ON g.platform = q.platform AND g.community_id = q.community_id
LEFT JOIN chat_account a ON a.platform = q.platform AND a.user_id = q.user_id
LEFT JOIN member m ON m.id = a.member_id
ORDER BY q.place`

/**
 * Accounts first, and members only for those accounts that were truly new: two processes that meet the same newcomer make one member. One that
 * was erased and comes back is somebody new, but is not rewarded again for the same (`erase-member.ts`).
 */
const CREATE = `
WITH newcomer AS (
  SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[], $8::timestamptz[], $9::bytea[])
    AS n (platform, user_id, name, handle, member_id, language, public_id, at, account_hash)
), created AS (
  INSERT INTO chat_account (platform, user_id, member_id, name, handle, linked_at)
  SELECT platform, user_id, member_id, name, handle, at FROM newcomer
  ON CONFLICT (platform, user_id) DO NOTHING RETURNING member_id
), claimed AS (
  UPDATE erased_claim c SET member_id = n.member_id FROM newcomer n JOIN created USING (member_id) WHERE c.account_hash = n.account_hash
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
  /** The keyed hash by which an erased chat account, `platform:userId`, is recognised. */
  readonly hashAccount: (account: string) => Uint8Array
  /** `platform:userId` of accounts that the configuration makes operators. */
  readonly operators: ReadonlySet<string>
}

/** Who is behind a chat account. */
export interface Members {
  /** Finds or creates the member. Look-ups that arrive together share one query, so that a burst of commands costs a few round trips. */
  readonly identify: (account: ChatAccount, place: ChatPlace, now: Instant) => Promise<Actor>
  /** Finds the member, if there is one; writes nothing. */
  readonly recognise: (account: ChatAccount, place: ChatPlace) => Promise<Actor | undefined>
}

export function createIdentify(options: IdentifyOptions): Members {
  const look = createGroupCommit<Asked, Known>({
    write: (asked) => findOrCreate(options, asked),
    classify: classifyPostgresError,
    maxBatch: 1_000,
    maxWaiting: 100_000,
    maxAttempts: 3,
  })
  const actorOf = (known: Known, account: ChatAccount, place: ChatPlace): Actor => {
    const roles = new Set(rolesInPlace(known.roles, known.mappings, account.groupRoles))
    if (options.operators.has(`${account.platform}:${account.userId}`)) roles.add('operator')
    return {
      memberId: known.memberId,
      name: known.name,
      roles,
      language: known.language,
      ...(known.placeLanguage === null ? {} : { placeLanguage: known.placeLanguage }),
      timeZone: known.timeZone,
      blocked: known.blocked,
      account,
      place,
    }
  }
  return {
    identify: async (account, place, now) => actorOf(await look({ account, communityId: place.communityId, now }), account, place),
    async recognise(account, place) {
      const [row] = await find(options.pool, [{ account, communityId: place.communityId }]).catch((error: unknown) => {
        throw asFault(error)
      })
      if (row === undefined) return undefined
      if (row.id !== null) return actorOf(toKnown(row), account, place)
      // The configuration may name an operator of whom we have not heard yet.
      if (!options.operators.has(`${account.platform}:${account.userId}`)) return undefined
      return actorOf({ ...toKnown(row), memberId: '', language: languageOfLocale(account.locale), timeZone: 'UTC' }, account, place)
    },
  }
}

async function findOrCreate({ pool, newId, hashAccount }: IdentifyOptions, asked: readonly Asked[]): Promise<readonly Known[]> {
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
    list.map(({ account }) => Buffer.from(hashAccount(`${account.platform}:${account.userId}`))),
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

async function find(pool: pg.Pool, asked: readonly Omit<Asked, 'now'>[]): Promise<readonly KnownRow[]> {
  const { rows } = await pool.query<KnownRow>({
    name: 'identify',
    text: FIND,
    values: [
      asked.map(({ account }) => account.platform),
      asked.map(({ account }) => account.userId),
      asked.map((each) => each.communityId ?? null),
    ],
  })
  return rows
}

function toKnown(row: KnownRow): Known {
  return {
    memberId: row.id!,
    name: row.name,
    language: row.language,
    timeZone: row.time_zone,
    blocked: row.blocked,
    roles: row.roles,
    mappings: row.mapped.flatMap(toMapping),
    placeLanguage: row.place_language,
  }
}

function toMapping(text: string): readonly RoleMapping[] {
  const [groupRoleId = '', name] = text.split(':')
  const role = MAPPABLE.find((known) => known === name)
  return role === undefined ? [] : [{ groupRoleId, role }]
}

function displayName(account: ChatAccount): string {
  return Array.from(cleanLine(account.name)).slice(0, 80).join('') || account.userId
}

function handleOf(account: ChatAccount): string | null {
  return cleanLine(account.handle ?? '').toLowerCase() || null
}
