import assert from 'node:assert'
import type pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { renderCheckIn } from '../../core/attendance/check-in-answer.ts'
import type { CheckInItem, CheckInResult } from '../../core/attendance/check-in.port.ts'
import { rotatingCode } from '../../core/attendance/check-in-code.ts'
import type { CheckIn } from '../../core/attendance/check-in.rules.ts'
import { DAY, HOUR, MINUTE } from '../../core/shared/instant.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { addEvent, addMembers, ledgerFaults, memberId, openPeriod, rankFaults, type EventRow } from '../../test/support/rows.ts'
import { hmacSha256 } from '../hashing/hmac-sha256.ts'
import { createCheckInStore, type CheckInStoreOptions } from './check-in-store.ts'
import { createPool } from './pool.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const START = GENESIS + 3 * DAY
const RELEASE = 1_000_000n
const CODE_KEY = new Uint8Array(32).fill(3)

let url: string
let pool: pg.Pool
let submit: (item: CheckInItem) => Promise<CheckInResult>
let nextMember = 1

beforeAll(async () => {
  url = await freshDatabase()
  pool = createPool(url, 4)
  submit = createCheckInStore(optionsOf(pool))
  await addMembers(pool, 0, 1)
  await openPeriod(pool, RELEASE, GENESIS)
})
afterAll(() => pool.end())

function optionsOf(over: pg.Pool, changes: Partial<CheckInStoreOptions> = {}): CheckInStoreOptions {
  return { pool: over, hmac: hmacSha256, genesis: GENESIS, openInLedger: () => assert.fail('the period is open'), ...changes }
}

async function newMembers(count: number, changes: { blocked?: boolean } = {}): Promise<string[]> {
  nextMember += count
  return addMembers(pool, nextMember - count, count, changes)
}

function checkIn(event: EventRow, member: string, changes: Partial<CheckIn> = {}): CheckIn {
  const at = changes.at ?? START
  const code = 'code' in changes ? changes.code : rotatingCode(hmacSha256, event.secret, at)
  const codeHash = code === undefined ? undefined : hmacSha256(CODE_KEY, `${event.number}:${code}`)
  return { memberId: member, event: event.number, evidence: 'code', code, codeHash, at, ...changes }
}

function item(checkIn: CheckIn, key = `${checkIn.event}:${checkIn.memberId}`, input = '{}', actor = checkIn.memberId): CheckInItem {
  return {
    key,
    checkIn,
    auditLine: (decision) => ({
      key,
      memberId: actor,
      command: 'checkin',
      input,
      reply: renderCheckIn(decision, undefined),
      at: checkIn.at,
    }),
  }
}

async function addCodes(event: EventRow, codes: readonly string[]): Promise<void> {
  const hashes = codes.map((code) => Buffer.from(hmacSha256(CODE_KEY, `${event.number}:${code}`)))
  await pool.query('INSERT INTO event_code (event, code_hash) SELECT $1, hash FROM unnest($2::bytea[]) AS c (hash)', [event.number, hashes])
}

const outcomeOf = (result: CheckInResult): string => {
  if ('replayed' in result) return result.replayed.code ?? 'replayed'
  return result.decision.ok ? result.decision.reward : result.decision.refusal
}
const outcomes = async (items: readonly CheckInItem[], through = submit) => (await Promise.all(items.map(through))).map(outcomeOf)
const count = async (sql: string, values: unknown[]) => Number((await pool.query<{ count: bigint }>(sql, values)).rows[0]!.count)
const attendance = (event: EventRow) => count('SELECT count(*) FROM attendance WHERE event = $1', [event.number])
const tally = (values: readonly string[]) =>
  values.reduce<Record<string, number>>((sum, value) => ({ ...sum, [value]: (sum[value] ?? 0) + 1 }), {})

describe('what an accepted check-in leaves', () => {
  test('attendance, reward, transfer, balances, count, audit line of the actor, one card update', async () => {
    const event = await addEvent(pool, START, { reward: 7n })
    const [ann, ben] = await newMembers(2)
    const before = await pool.query<{ balance: bigint }>(`SELECT balance FROM account WHERE name = 'period:1'`)
    const roster = item(checkIn(event, ben!, { evidence: 'roster', code: undefined }), 'roster:1', '{"by":"host"}', memberId(0))
    expect(await outcomes([item(checkIn(event, ann!)), roster])).toEqual(['granted', 'granted'])
    const { rows: attended } = await pool.query(
      'SELECT member_id, evidence, grant_id, at FROM attendance WHERE event = $1 ORDER BY evidence',
      [event.number],
    )
    const grant = (member: string) => `att:${event.number}:${member}`
    expect(attended).toEqual([
      { member_id: ben, evidence: 'roster', grant_id: grant(ben!), at: START },
      { member_id: ann, evidence: 'rotating', grant_id: grant(ann!), at: START },
    ])
    const { rows: rewards } = await pool.query('SELECT kind, reference, amount, period, status FROM reward WHERE id = $1', [grant(ann!)])
    expect(rewards).toEqual([{ kind: 'attendance', reference: `EVT-${event.number}`, amount: 7n, period: 1, status: 'granted' }])
    const { rows: transfers } = await pool.query(
      'SELECT debit_account, credit_account, amount, kind, reference, period FROM transfer WHERE id = $1',
      [`grant:${grant(ann!)}`],
    )
    expect(transfers).toEqual([
      {
        debit_account: 'period:1',
        credit_account: `member:${ann}`,
        amount: 7n,
        kind: 'grant',
        reference: `EVT-${event.number}`,
        period: 1,
      },
    ])
    const { rows: accounts } = await pool.query(`SELECT balance, earned FROM account WHERE name IN ($1, 'period:1') ORDER BY name`, [
      `member:${ann}`,
    ])
    expect(accounts).toEqual([
      { balance: 7n, earned: 7n },
      { balance: before.rows[0]!.balance - 14n, earned: 0n },
    ])
    const { rows: lines } = await pool.query('SELECT member_id, command, input FROM audit_line WHERE key = $1', ['roster:1'])
    expect(lines).toEqual([{ member_id: memberId(0), command: 'checkin', input: '{"by":"host"}' }])
    expect((await pool.query('SELECT attendees FROM event WHERE number = $1', [event.number])).rows).toEqual([{ attendees: 2 }])
    expect(await count(`SELECT count(*) FROM outbox WHERE topic = 'event-card' AND subject = $1`, [`EVT-${event.number}`])).toBe(1)
  })
})

describe('each refusal, with neighbours that are accepted in the same batch', () => {
  async function refused(event: EventRow, one: CheckIn): Promise<string> {
    const [before, after] = await newMembers(2)
    const code = one.evidence === 'code' ? {} : { evidence: 'roster' as const, code: undefined }
    const batch = [checkIn(event, before!, code), one, checkIn(event, after!, code)]
    const [first, answer, last] = await outcomes(batch.map((each) => item(each)))
    expect([first, last]).toEqual(['granted', 'granted'])
    expect(await attendance(event)).toBe(await count('SELECT attendees AS count FROM event WHERE number = $1', [event.number]))
    return answer!
  }

  test('about the event', async () => {
    const event = await addEvent(pool, START)
    const [ann] = await newMembers(1)
    const closed = await addEvent(pool, START, { closedAt: START - MINUTE })
    expect(await refused(event, { ...checkIn(event, ann!), event: 999_999 })).toBe('no_such_event')
    expect(await refused(event, checkIn(event, ann!, { at: START - HOUR }))).toBe('not_open_yet')
    expect(await refused(event, checkIn(event, ann!, { at: START + 2 * HOUR }))).toBe('closed')
    expect(await refused(event, checkIn(closed, ann!))).toBe('closed')
  })

  test('about the member', async () => {
    const event = await addEvent(pool, START)
    const [ann, ben] = await newMembers(2)
    const [blocked] = await newMembers(1, { blocked: true })
    expect(await refused(event, checkIn(event, blocked!))).toBe('blocked')
    expect(await refused(event, checkIn(event, memberId(999_999)))).toBe('blocked')
    await submit(item(checkIn(event, ann!)))
    expect(await outcomes([item(checkIn(event, ann!), 'other-key')])).toEqual(['already'])
    await submit(item(checkIn(event, ben!)))
    await pool.query('UPDATE attendance SET undone_at = now() WHERE member_id = $1', [ben])
    expect(await outcomes([item(checkIn(event, ben!), 'another-key')])).toEqual(['undone'])
  })

  test('about the code', async () => {
    const event = await addEvent(pool, START)
    const codes = await addEvent(pool, START, { evidence: 'codes' })
    const [ann, ben, cyd, dan] = await newMembers(4)
    expect(await refused(event, checkIn(event, ann!, { code: '00000000' }))).toBe('wrong_code')
    expect(await refused(event, checkIn(event, ann!, { code: rotatingCode(hmacSha256, event.secret, START, 3) }))).toBe('expired_code')
    await addCodes(codes, ['AAAA0000', 'AAAA0001'])
    const typed = [
      checkIn(codes, ann!, { code: 'AAAA0000' }),
      checkIn(codes, ben!, { code: 'AAAA0000' }),
      checkIn(codes, cyd!, { code: 'AAAA0009' }),
    ]
    expect(await outcomes(typed.map((each) => item(each)))).toEqual(['granted', 'used_code', 'wrong_code'])
    expect(await outcomes([item(checkIn(codes, ben!, { code: 'AAAA0000' })), item(checkIn(codes, dan!, { code: 'AAAA0001' }))])).toEqual([
      'used_code',
      'granted',
    ])
    const { rows } = await pool.query('SELECT used_by FROM event_code WHERE event = $1 ORDER BY used_by', [codes.number])
    expect(rows).toEqual([ann, dan].toSorted((a, b) => (a! < b! ? -1 : 1)).map((used_by) => ({ used_by })))
    const roster = await addEvent(pool, START, { evidence: 'roster' })
    expect(await outcomes([item(checkIn(roster, ann!))])).toEqual(['roster_only'])
  })

  test('five wrong codes in ten minutes, and no longer', async () => {
    const event = await addEvent(pool, START)
    const [ann] = await newMembers(1)
    const wrong = (minutes: number) => item(checkIn(event, ann!, { code: '00000000', at: START + minutes * MINUTE }), `wrong:${minutes}`)
    expect(await outcomes([0, 1, 2, 3, 4, 5].map(wrong))).toEqual([...Array.from({ length: 5 }, () => 'wrong_code'), 'cooldown'])
    const right = (minutes: number) => item(checkIn(event, ann!, { at: START + minutes * MINUTE }), `right:${minutes}`)
    expect(await outcomes([right(9)])).toEqual(['cooldown'])
    expect(await count('SELECT count(*) FROM wrong_code WHERE member_id = $1', [ann])).toBe(5)
    expect(await outcomes([right(10)])).toEqual(['granted'])
  })

  test('full, up to the last seat', async () => {
    const event = await addEvent(pool, START, { capacity: 3 })
    const members = await newMembers(5)
    expect(await outcomes(members.map((member) => item(checkIn(event, member))))).toEqual(['granted', 'granted', 'granted', 'full', 'full'])
    expect(await outcomes([item(checkIn(event, members[3]!), 'again')])).toEqual(['full'])
  })

  test('an item that the database refuses fails alone', async () => {
    const event = await addEvent(pool, START)
    const members = await newMembers(20)
    const answers = await Promise.allSettled(
      members.map((member, index) => submit(item(checkIn(event, member), undefined, index === 13 ? 'a\0b' : '{}'))),
    )
    expect(answers.map(({ status }) => status === 'fulfilled')).toEqual(members.map((_, index) => index !== 13))
    expect(await attendance(event)).toBe(19)
  })
})

describe('the same key again', () => {
  test('in the same batch and later answers the same and does nothing', async () => {
    const event = await addEvent(pool, START)
    const [ann] = await newMembers(1)
    const twice = item(checkIn(event, ann!), 'one-key')
    const [first, second] = await Promise.all([submit(twice), submit({ ...twice })])
    const third = await submit(item(checkIn(event, ann!, { at: START + MINUTE }), 'one-key'))
    assert('decision' in first && first.decision.ok && 'replayed' in second && 'replayed' in third)
    const reply = renderCheckIn(first.decision, undefined)
    expect([second.replayed, third.replayed]).toEqual([reply, reply])
    expect(await attendance(event)).toBe(1)
    const wrong = item(checkIn(event, ann!, { code: '00000000', memberId: memberId(0) }), 'wrong-key')
    expect(await outcomes([wrong, { ...wrong }])).toEqual(['wrong_code', 'wrong_code'])
    expect(await count('SELECT count(*) FROM wrong_code WHERE member_id = $1 AND event = $2', [memberId(0), event.number])).toBe(1)
  })

  test('from another member gives nothing of the answer, in the same batch or later', async () => {
    const event = await addEvent(pool, START)
    const [ann, ben] = await newMembers(2)
    const [own, other] = [item(checkIn(event, ann!), 'stolen'), item(checkIn(event, ben!), 'stolen')]
    expect(await outcomes([own, other])).toEqual(['granted', 'command.key_reused'])
    expect(await outcomes([other])).toEqual(['command.key_reused'])
    expect(await attendance(event)).toBe(1)
  })
})

describe('two processes at once', () => {
  test('share the last seats, one reward a member, each code once, and the last of the release', async () => {
    const other = createPool(url, 4)
    const stores = [submit, createCheckInStore(optionsOf(other))] as const
    const race = async (items: readonly CheckInItem[]) =>
      tally(
        (
          await Promise.all(
            items.flatMap((each, index) => stores.map((store) => store({ ...each, key: `${each.key}:${index % 2}:${store === submit}` }))),
          )
        ).map(outcomeOf),
      )
    const seats = await addEvent(pool, START, { capacity: 10 })
    const crowd = await newMembers(60)
    expect(await race(crowd.map((member) => item(checkIn(seats, member))))).toMatchObject({ granted: 10 })
    expect(await attendance(seats)).toBe(10)

    const open = await addEvent(pool, START)
    expect(await race(crowd.map((member) => item(checkIn(open, member))))).toEqual({ granted: 60, already: 60 })

    const codes = await addEvent(pool, START, { evidence: 'codes' })
    await addCodes(codes, ['AAAA0000'])
    expect(await race(crowd.map((member) => item(checkIn(codes, member, { code: 'AAAA0000' }))))).toMatchObject({ granted: 1 })

    const { rows } = await pool.query<{ balance: bigint }>(`SELECT balance FROM account WHERE name = 'period:1'`)
    const rich = await addEvent(pool, START, { reward: (rows[0]!.balance - 3n) / 5n })
    expect(await race(crowd.map((member) => item(checkIn(rich, member))))).toEqual({ granted: 5, unfunded: 55, already: 60 })
    await pool.query(`UPDATE account SET balance = balance + 1000 WHERE name = 'period:1'`)
    await pool.query(`UPDATE account SET balance = balance - 1000 WHERE name = 'unreleased'`)
    await pool.query(
      `INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at) VALUES ('more', 'unreleased', 'period:1', 1000, 'release', 'more', 1, now())`,
    )
    expect(await ledgerFaults(pool)).toEqual([])
    expect(await rankFaults(pool)).toEqual([])
    await other.end()
  })

  test('an event that is closed while a batch is decided takes nobody any more', async () => {
    const event = await addEvent(pool, START)
    const [ann] = await newMembers(1)
    const host = await pool.connect()
    await host.query('BEGIN')
    await host.query('UPDATE event SET closed_at = $2 WHERE number = $1', [event.number, new Date(START)])
    const answer = submit(item(checkIn(event, ann!)))
    await untilBlocked()
    await host.query('COMMIT')
    host.release()
    expect(outcomeOf(await answer)).toBe('closed')
    expect(await attendance(event)).toBe(0)
  })
})

describe('the release', () => {
  test('is opened in the ledger by the first check-in of a period, and after the last nothing is funded', async () => {
    const opened: number[] = []
    const lazy = createCheckInStore(
      optionsOf(pool, {
        async openInLedger(period) {
          opened.push(period)
          await pool.query(`INSERT INTO account (name) VALUES ($1)`, [`period:${period}`])
          await pool.query(`WITH taken AS (UPDATE account SET balance = balance - 40 WHERE name = 'unreleased')
            UPDATE account SET balance = 40 WHERE name = 'period:2'`)
          await pool.query(
            `INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at) VALUES ('release:2', 'unreleased', 'period:2', 40, 'release', 'period 2', 2, now())`,
          )
        },
      }),
    )
    const later = Date.UTC(2027, 2, 5)
    const event = await addEvent(pool, later, { reward: 10n })
    const members = await newMembers(4)
    const at = (member: string) => item(checkIn(event, member, { at: later }))
    // The multiplier of period 2 is two: two rewards of 20 fit into 40.
    expect(await outcomes(members.slice(0, 3).map(at), lazy)).toEqual(['granted', 'granted', 'unfunded'])
    expect(await outcomes(members.slice(3).map(at), lazy)).toEqual(['unfunded'])
    expect(opened).toEqual([2])
    const end = Date.UTC(2028, 2, 1)
    const last = await addEvent(pool, end)
    expect(await outcomes([item(checkIn(last, members[0]!, { at: end }))], lazy)).toEqual(['unfunded'])
    expect(opened).toEqual([2])
    const { rows } = await pool.query(`SELECT period, status, count(*) FROM reward WHERE at >= $1 GROUP BY 1, 2 ORDER BY 1, 2`, [
      new Date(later),
    ])
    expect(rows).toEqual([
      { period: 0, status: 'unfunded', count: 1n },
      { period: 2, status: 'granted', count: 2n },
      { period: 2, status: 'unfunded', count: 2n },
    ])
    expect(await ledgerFaults(pool)).toEqual([])
  })
})

describe('a connection that is lost', () => {
  test('while the batch is written: it is written again, once', async () => {
    const event = await addEvent(pool, START)
    const members = await newMembers(30)
    const lock = await pool.connect()
    await lock.query('BEGIN')
    await lock.query('SELECT 1 FROM event WHERE number = $1 FOR UPDATE', [event.number])
    const answers = outcomes(members.map((member) => item(checkIn(event, member))))
    const blocked = await untilBlocked()
    await pool.query('SELECT pg_terminate_backend($1)', [blocked])
    await lock.query('COMMIT')
    lock.release()
    expect(tally(await answers)).toEqual({ granted: 30 })
    expect(await attendance(event)).toBe(30)
    expect(await ledgerFaults(pool)).toEqual([])
  })

  test('after the batch was kept but before we heard of it: its lines answer', async () => {
    const event = await addEvent(pool, START)
    const members = await newMembers(10)
    let isLost = false
    const deaf = new Proxy(pool, {
      get(target, name) {
        if (name !== 'query') return Reflect.get(target, name) as unknown
        return async (query: { name?: string }) => {
          const result = await target.query(query as pg.QueryConfig)
          if (query.name !== 'save-check-ins' || isLost) return result
          isLost = true
          throw new Error('Connection terminated unexpectedly')
        }
      },
    })
    const store = createCheckInStore(optionsOf(deaf))
    expect(
      tally(
        await outcomes(
          members.map((member) => item(checkIn(event, member))),
          store,
        ),
      ),
    ).toEqual({ replayed: 10 })
    expect(isLost).toBe(true)
    expect(await attendance(event)).toBe(10)
  })

  test('for good: a fault that may be tried again, and nothing half done', async () => {
    const gone = createPool(url.replace(/:\d+\//, ':1/'), 1)
    const event = await addEvent(pool, START)
    const [ann] = await newMembers(1)
    await expect(createCheckInStore(optionsOf(gone))(item(checkIn(event, ann!)))).rejects.toMatchObject({
      source: 'database',
      retryable: true,
    })
    await gone.end()
    expect(await attendance(event)).toBe(0)
  })
})

/** The process of the one session that waits for a lock; asks until there is one. */
async function untilBlocked(): Promise<number> {
  for (let tries = 0; tries < 2_000; tries += 1) {
    const { rows } = await pool.query<{ pid: number }>(
      `SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'`,
    )
    if (rows[0] !== undefined) return rows[0].pid
  }
  throw new Error('nobody waits')
}
