import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ChatAccount, ChatPlace } from '../../core/shared/actor.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { createIdentify } from './identify.ts'
import { createPool } from './pool.ts'

const NOW = Date.UTC(2027, 1, 3)
const place: ChatPlace = { kind: 'private', chatId: 'c' }
let pool: pg.Pool
let other: pg.Pool
let ids = 0
const newId = () => (ids += 1).toString(36).padStart(20, 'a')

beforeAll(async () => {
  const url = await freshDatabase()
  pool = createPool(url, 3)
  other = createPool(url, 3)
})
afterAll(() => Promise.all([pool.end(), other.end()]))

const identifyOver = (over: pg.Pool, operators: readonly string[] = []) =>
  createIdentify({ pool: over, newId, operators: new Set(operators), hashAccount: (account) => Buffer.from(account) }).identify

function account(userId: string, changes: Partial<ChatAccount> = {}): ChatAccount {
  return { platform: 'discord', userId, name: `Name ${userId}`, ...changes }
}

const stored = async (userId: string) =>
  (
    await pool.query<{ member_id: string; name: string; handle: string | null }>(
      'SELECT member_id, name, handle FROM chat_account WHERE user_id = $1',
      [userId],
    )
  ).rows

test('a newcomer becomes a member, with the platform’s language, and is the same member from then on', async () => {
  const identify = identifyOver(pool)
  const first = await identify(account('1', { locale: 'zh-TW', handle: 'AnnA' }), place, NOW)
  expect(first).toMatchObject({ name: 'Name 1', language: 'zh', timeZone: 'UTC', blocked: false, place })
  expect([...first.roles]).toEqual(['member'])
  expect(first.memberId).toMatch(/^[0-9a-z]{20}$/)
  expect(await identify(account('1', { locale: 'en', handle: 'AnnA' }), place, NOW + 1)).toMatchObject({
    memberId: first.memberId,
    language: 'zh',
  })
  expect(await stored('1')).toEqual([{ member_id: first.memberId, name: 'Name 1', handle: 'anna' }])
  const { rows } = await pool.query('SELECT length(public_id) AS length, joined_at FROM member WHERE id = $1', [first.memberId])
  expect(rows).toEqual([{ length: 32, joined_at: NOW }])
})

test('the same user id on two platforms is two accounts', async () => {
  const identify = identifyOver(pool)
  const [here, there] = await Promise.all([
    identify(account('2'), place, NOW),
    identify(account('2', { platform: 'telegram' }), place, NOW),
  ])
  expect(here.memberId).not.toBe(there.memberId)
})

test('roles and blocking are read from the database at every command; the configuration makes operators', async () => {
  const identify = identifyOver(pool, ['discord:3'])
  const { memberId, roles } = await identify(account('3'), place, NOW)
  expect([...roles].toSorted()).toEqual(['member', 'operator'])
  await pool.query(`INSERT INTO role_grant (member_id, role, granted_at) VALUES ($1, 'host', now())`, [memberId])
  await pool.query('UPDATE member SET blocked = true WHERE id = $1', [memberId])
  const later = await identify(account('3'), place, NOW)
  expect([...later.roles].toSorted()).toEqual(['host', 'member', 'operator'])
  expect(later.blocked).toBe(true)
  expect([...(await identifyOver(pool)(account('3'), place, NOW)).roles].toSorted()).toEqual(['host', 'member'])
})

describe('names', () => {
  test('follow the platform; the member’s own name stays', async () => {
    const identify = identifyOver(pool)
    const { memberId } = await identify(account('4', { handle: 'old' }), place, NOW)
    const renamed = await identify(account('4', { name: 'New  \u202eName', handle: 'New_One' }), place, NOW)
    expect(renamed).toMatchObject({ memberId, name: 'Name 4' })
    expect(await stored('4')).toEqual([{ member_id: memberId, name: 'New Name', handle: 'new_one' }])
    await identify(account('4', { name: 'New Name' }), place, NOW)
    expect(await stored('4')).toEqual([{ member_id: memberId, name: 'New Name', handle: null }])
  })

  test('that show nothing give way to the user id, and long ones are cut between characters', async () => {
    const identify = identifyOver(pool)
    await identify(account('5', { name: '\u200b\u0000 ' }), place, NOW)
    expect((await stored('5'))[0]!.name).toBe('5')
    await identify(account('5', { name: '🐑'.repeat(200) }), place, NOW)
    expect((await stored('5'))[0]!.name).toBe('🐑'.repeat(80))
  })

  test('a handle that went to somebody else is no longer the first one’s', async () => {
    const identify = identifyOver(pool)
    await Promise.all([
      identify(account('6', { handle: 'shared' }), place, NOW),
      identify(account('6', { platform: 'telegram', handle: 'shared' }), place, NOW),
    ])
    await identify(account('7', { handle: 'Shared' }), place, NOW)
    const { rows } = await pool.query(`SELECT platform, user_id FROM chat_account WHERE handle = 'shared' ORDER BY platform`)
    expect(rows).toEqual([
      { platform: 'discord', user_id: '7' },
      { platform: 'telegram', user_id: '6' },
    ])
    await identify(account('6', { handle: 'shared' }), place, NOW)
    expect((await stored('7'))[0]!.handle).toBeNull()
  })
})

test('a crowd of newcomers, each several times and through two processes, becomes one member each', async () => {
  const [here, there] = [identifyOver(pool), identifyOver(other)]
  const crowd = Array.from({ length: 60 }, (_, index) => account(`crowd-${index}`, { handle: `crowd_${index}` }))
  const asked = crowd.flatMap((one) => [here(one, place, NOW), there(one, place, NOW), here(one, place, NOW)])
  const actors = await Promise.all(asked)
  const members = new Map<string, Set<string>>()
  for (const {
    account: { userId },
    memberId,
  } of actors)
    members.set(userId, (members.get(userId) ?? new Set()).add(memberId))
  expect([...members.values()].map(({ size }) => size)).toEqual(crowd.map(() => 1))
  const { rows } = await pool.query(`SELECT (SELECT count(*) FROM chat_account WHERE user_id LIKE 'crowd-%') AS accounts,
    (SELECT count(*) FROM member WHERE name LIKE 'Name crowd-%') AS members`)
  expect(rows).toEqual([{ accounts: 60n, members: 60n }])
})

test('a database that is away is a fault that may be tried again', async () => {
  const gone = createPool('postgresql://nobody@127.0.0.1:1/none', 1)
  await expect(identifyOver(gone)(account('8'), place, NOW)).rejects.toMatchObject({ source: 'database', retryable: true })
  await gone.end()
})
