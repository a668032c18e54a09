import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { periodEnd, periodStart } from '../../core/economy/release-schedule.ts'
import { verifyStatement } from '../../core/economy/statement-verify.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY, HOUR, MINUTE } from '../../core/shared/instant.ts'
import { fundingRoot } from '../../core/settlement/funding-root.ts'
import { runVerify } from '../../scripts/verify.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld } from '../../test/support/settlement-world.ts'
import { loadKeccak256 } from '../hashing/keccak256.ts'
import { ledgerStore } from './ledger-store.ts'

let world: SettlementWorld
const folder = mkdtempSync(join(tmpdir(), 'wepos-statement-'))
beforeAll(async () => {
  world = await startSettlementWorld()
})
afterAll(async () => {
  rmSync(folder, { recursive: true })
  await world.stop()
})

async function bytesOf(period: number, now: number): Promise<{ isFinal: boolean; bytes: Buffer }> {
  const opened = await world.statements.open(period, now)
  const chunks: Uint8Array[] = []
  for await (const chunk of opened!.chunks) chunks.push(chunk)
  return { isFinal: opened!.isFinal, bytes: Buffer.concat(chunks) }
}

const end = periodEnd(GENESIS, 1)

test('a period is drafted at its end and closed 72 hours later: granted and burned are its release, and anybody can verify it against the chain', async () => {
  const { settlement } = world
  await world.at(GENESIS)
  await settlement.openPeriods(GENESIS)
  const members = await Promise.all(Array.from({ length: 3 }, () => world.member()))
  for (const [index, member] of members.entries()) await world.grant(member, pos(10 + index), GENESIS + index)
  const reversed = await world.grant(members[0]!, pos(99), GENESIS + DAY)
  await settlement.fund(await world.at(GENESIS + 2 * DAY + HOUR / 2))
  await reverse(reversed, pos(99))
  // In the last minute, after the last funding that can take it before the end.
  await world.grant(members[1]!, pos(5), end - MINUTE)
  await world.database.prisma.reward.create({
    data: {
      id: 'u',
      memberId: members[2]!.id,
      kind: 'attendance',
      reference: '',
      amount: pos(1),
      period: 1,
      status: 'unfunded',
      at: new Date(end - 1),
    },
  })

  expect(await world.statements.open(1, end - 1)).toBeUndefined()
  expect(await world.statements.open(2, end)).toBeUndefined()
  await world.at(end)
  expect(await settlement.closePeriods(end)).toMatchObject({ drafted: 1, closed: 0 })
  const draft = await bytesOf(1, end)
  expect(draft.isFinal).toBe(false)
  expect((await verifyStatement([draft.bytes], await loadKeccak256())).totals).toMatchObject({ lines: 4n, granted: pos(38), unfunded: 1n })

  await world.at(end + 72 * HOUR - MINUTE)
  expect(await settlement.closePeriods(end + 72 * HOUR - MINUTE)).toMatchObject({ drafted: 0, closed: 0 })
  await world.at(end + 72 * HOUR)
  expect(await settlement.closePeriods(end + 72 * HOUR)).toMatchObject({ closed: 1, signer: { state: 'idle' } })
  expect(await world.balance('period:1')).toBe(0n)
  expect(await world.balance('burned')).toBe(pos(1_000_000 - 38))

  const final = await bytesOf(1, end + 72 * HOUR)
  expect(final.isFinal).toBe(true)
  expect((await bytesOf(1, end + 99 * DAY)).bytes.equals(final.bytes)).toBe(true)
  const report = await verifyStatement([final.bytes], await loadKeccak256())
  expect(report.holds).toBe(true)
  expect(report.totals).toMatchObject({ lines: 4n, granted: pos(38), burned: pos(1_000_000 - 38), unfunded: 1n })
  expect(report.transactions.map(({ name }) => name)).toEqual(['open', 'fund', 'fund', 'close'])
  const row = await world.database.prisma.period.findUniqueOrThrow({ where: { number: 1 } })
  expect(`0x${Buffer.from(row.statementRoot!).toString('hex')}`).toBe(report.root)
  expect(await verify('statement-1.json', final.bytes)).toBe(0)
  const { rows } = await world.database.pool.query<{ payload: unknown }>(
    `SELECT payload FROM outbox WHERE topic = 'statements' ORDER BY id`,
  )
  expect(rows.map(({ payload }) => payload)).toEqual([
    { period: 1, state: 'draft' },
    { period: 1, state: 'final', root: report.root },
  ])
  expect(await world.disagreements()).toEqual([])
})

test('the statement of the next period carries the totals over, a period without any grant burns everything', async () => {
  const late = await world.at(periodEnd(GENESIS, 3) + 80 * HOUR)
  // Nobody looked for two months: everything is made up for at once, and in order.
  expect(await world.settlement.closePeriods(late)).toMatchObject({ drafted: 2, closed: 2, signer: { state: 'idle' } })
  expect(await world.balance('burned')).toBe(pos(1_000_000 - 38 + 2_000_000 + 2_000_000))
  const first = await bytesOf(1, late)
  const second = await bytesOf(2, late)
  const third = await bytesOf(3, late)
  await verify('statement-1.json', first.bytes)
  expect(await verify('statement-2.json', second.bytes, 'statement-1.json')).toBe(0)
  expect(await verify('statement-3.json', third.bytes, 'statement-2.json')).toBe(0)
  const report = await verifyStatement([third.bytes], await loadKeccak256())
  expect(report.totals).toMatchObject({ granted: 0n, runningGranted: pos(38), runningBurned: pos(5_000_000 - 38) })
  expect(await world.disagreements()).toEqual([])
})

test('a reader who leaves half-way ends the writing', async () => {
  const opened = await world.statements.open(1, periodStart(GENESIS, 3))
  for await (const chunk of opened!.chunks) {
    expect(chunk.length).toBeGreaterThan(0)
    break
  }
})

test('a funding’s root on chain follows from the published statement alone', async () => {
  const keccak = await loadKeccak256()
  const text = (await bytesOf(1, periodStart(GENESIS, 3))).bytes.toString()
  const lines = [...text.matchAll(/^\{"line".*$/gm)].map(([line]) => JSON.parse(line.replace(/,$/, '')) as Record<string, string | number>)
  const { rows } = await world.database.pool.query<{ call: { firstSerial: string; lastSerial: string; linesRoot: string } }>(
    `SELECT call FROM chain_intent WHERE kind = 'fund' AND period = 1 ORDER BY id`,
  )
  expect(rows).toHaveLength(2)
  for (const { call } of rows) {
    const inside = lines.filter(({ serial }) => Number(serial) >= Number(call.firstSerial) && Number(serial) <= Number(call.lastSerial))
    const own = inside.map((line) => ({
      member: line['member'] as `0x${string}`,
      kind: String(line['kind']),
      amount: BigInt(String(line['amount'])) * 10n ** 9n,
      reference: String(line['reference']),
      serial: Number(line['serial']),
    }))
    expect(fundingRoot(keccak, own)).toBe(call.linesRoot)
  }
})

/** As an undo does: allowed while the grant has no serial. */
async function reverse(id: string, amount: bigint): Promise<void> {
  await world.database.transaction(async (tx) => {
    const taken = await tx.reward.updateMany({
      where: { id, serial: null, status: 'granted' },
      data: { status: 'reversed', reversedAt: new Date(end) },
    })
    const { memberId } = await tx.reward.findUniqueOrThrow({ where: { id } })
    const posted = await ledgerStore(tx).post({
      id: `reversal:${id}`,
      debit: `member:${memberId}`,
      credit: 'period:1',
      amount,
      kind: 'reversal',
      reference: id,
      period: 1,
      at: end,
    })
    return { keep: taken.count === 1 && posted === 'posted', value: undefined }
  })
}

async function verify(name: string, bytes: Buffer, previous?: string): Promise<number> {
  writeFileSync(join(folder, name), bytes)
  const lines: string[] = []
  const args = [join(folder, name), '--rpc', world.node.url, ...(previous === undefined ? [] : ['--previous', join(folder, previous)])]
  const code = await runVerify(args, (line) => lines.push(line))
  if (code !== 0) console.error(lines.join('\n'))
  return code
}
