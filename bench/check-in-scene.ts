import { randomBytes } from 'node:crypto'
import type pg from 'pg'
import type { CheckIn } from '../core/attendance/check-in.rules.ts'
import { rotatingCode } from '../core/attendance/check-in-code.ts'
import type { CheckInItem } from '../core/attendance/check-in.port.ts'
import { renderCheckIn } from '../core/attendance/check-in-answer.ts'
import { eventCode } from '../core/attendance/attendance.types.ts'
import { hmacSha256 } from '../adapters/hashing/hmac-sha256.ts'
import { DAY, HOUR } from '../core/shared/instant.ts'

/** So small that a period never runs out, whatever a machine can do in a minute. */
export const BASE_REWARD = 1_000_000n

/** A community for measuring check-ins: members who all know the code of the event that is on. */
export interface Scene {
  readonly genesis: number
  readonly members: number
  /** Opens one more event; each member can check in to it once. */
  openEvent(): Promise<SceneEvent>
}

export interface SceneEvent {
  readonly number: number
  readonly codeSecret: Uint8Array
  /** What member number `index` sends, with the code that is shown now. */
  checkIn(index: number): CheckIn
}

export function memberId(index: number): string {
  return index.toString(36).padStart(20, '0')
}

const CODE_KEY = randomBytes(32)

/** The keyed hash under which single-use codes are stored. */
export function hashCode(event: number, code: string): Uint8Array {
  return hmacSha256(CODE_KEY, `${event}:${code}`)
}

/** What the command hands to the store. */
export function itemOf(checkIn: CheckIn, key: string): CheckInItem {
  return {
    key,
    checkIn,
    auditLine: (decision) => ({
      key,
      memberId: checkIn.memberId,
      command: 'checkin',
      input: JSON.stringify({ event: eventCode(checkIn.event) }),
      reply: renderCheckIn(decision, undefined),
      at: checkIn.at,
    }),
  }
}

export async function buildScene(pool: pg.Pool, members: number): Promise<Scene> {
  const genesis = Date.now() - DAY
  await pool.query(
    `INSERT INTO member (id, public_id, name, language, joined_at)
     SELECT id, sha256(id::bytea), 'Member ' || id, 'en', $2 FROM unnest($1::text[]) AS m (id)`,
    [Array.from({ length: members }, (_, index) => memberId(index)), new Date(genesis)],
  )
  await pool.query(
    `INSERT INTO chat_account (platform, user_id, member_id, name, linked_at) SELECT 'discord', id, id, 'Member ' || id, joined_at FROM member`,
  )
  await openPeriod(pool, genesis)
  await pool.query('ANALYZE')
  return {
    genesis,
    members,
    async openEvent() {
      const codeSecret = randomBytes(32)
      const now = Date.now()
      const { rows } = await pool.query<{ number: number }>(
        `INSERT INTO event (title, place, starts_at, ends_at, opens_at, closes_at, base_reward, evidence, code_secret, created_by, created_at)
         VALUES ('Town hall', 'Stage', $1, $2, $1, $2, $3, 'rotating', $4, $5, $1) RETURNING number`,
        [new Date(now - HOUR), new Date(now + HOUR), BASE_REWARD, codeSecret, memberId(0)],
      )
      const number = rows[0]!.number
      return {
        number,
        codeSecret,
        checkIn(index) {
          const at = Date.now()
          const code = shownCode(codeSecret, at)
          return { memberId: memberId(index), event: number, evidence: 'code', code, codeHash: hashCode(number, code), at }
        },
      }
    },
  }
}

/** The first million PoS, as the release of period 1 brings them. */
async function openPeriod(pool: pg.Pool, genesis: number): Promise<void> {
  await pool.query(
    `WITH moved AS (UPDATE account SET balance = balance - 1000000000000000 WHERE name = 'unreleased'),
          opened AS (INSERT INTO account (name, balance) VALUES ('period:1', 1000000000000000)),
          posted AS (INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at)
                     VALUES ('release:1', 'unreleased', 'period:1', 1000000000000000, 'release', 'period 1', 1, $1))
     INSERT INTO period (number, release, opened_at) VALUES (1, 1000000000000000, $1)`,
    [new Date(genesis)],
  )
}

let shown: { secret: Uint8Array; step: number; code: string } | undefined

/** The code on the host's screen: members read it, they do not compute it, so neither does the measurement at each check-in. */
function shownCode(secret: Uint8Array, at: number): string {
  const step = Math.floor(at / 30_000)
  if (shown?.secret !== secret || shown.step !== step) shown = { secret, step, code: rotatingCode(hmacSha256, secret, at) }
  return shown.code
}
