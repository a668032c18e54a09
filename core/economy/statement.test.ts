import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { StandardMerkleTree } from '@openzeppelin/merkle-tree'
import { loadKeccak256 } from '../../adapters/hashing/keccak256.ts'
import { pos, TOTAL_SUPPLY } from '../shared/amount.ts'
import type { Hex } from './merkle-hex.ts'
import { releaseOf } from './release-schedule.ts'
import {
  BEFORE_FIRST_PERIOD,
  carriedOver,
  exactAmountValue,
  FACT_NAMES,
  fieldText,
  fieldValue,
  TOTAL_NAMES,
  type StatementTotals,
} from './statement-fields.ts'
import { fieldRow, lineRow, STATEMENT_LEAF_TYPES } from './statement-leaf.ts'
import { lineProof, statementTree, verifyLineProof } from './statement-proof.ts'
import { StatementRefused, type StatementInput, type StatementLine, type StatementProblem } from './statement.types.ts'
import { verifyStatement } from './statement-verify.ts'
import { transactionsText, writeStatement, type WrittenStatement } from './statement-writer.ts'

const keccak = await loadKeccak256()

const hash = (digit: string): Hex => `0x${digit.repeat(64)}`
const subject = { period: 1, genesis: Date.UTC(2027, 0, 31), chainId: 31_337, emission: `0x${'5f'.repeat(20)}` } as const
const input: StatementInput = {
  subject,
  before: BEFORE_FIRST_PERIOD,
  activity: { unfunded: 3, poolIn: pos(12), poolOut: pos(700) },
  transactions: [
    { name: 'open', hash: hash('a') },
    { name: 'close', hash: hash('1') },
  ],
}
const lines: StatementLine[] = [
  { member: hash('1'), kind: 'attendance', amount: pos(10), reference: 'EVT-12', serial: 4 },
  { member: hash('2'), kind: 'node-form', amount: 50_000_000_001n, reference: '', serial: 5 },
  { member: hash('3'), kind: 'campaign', amount: 1_500_000_000n, reference: 'CMP 7 #1', serial: 9 },
  { member: hash('1'), kind: 'reversal', amount: -pos(10), reference: 'EVT-12', serial: 0 },
  { member: hash('4'), kind: 'expiry', amount: -1n, reference: 'GR-1', serial: 0 },
]

async function write(given: StatementInput, from: Iterable<StatementLine>): Promise<WrittenStatement & { file: string }> {
  const chunks: Uint8Array[] = []
  const written = await writeStatement(given, from, keccak, (chunk) => void chunks.push(chunk))
  return { ...written, file: Buffer.concat(chunks).toString('latin1') }
}

const verify = (file: string | Uint8Array): ReturnType<typeof verifyStatement> =>
  verifyStatement([typeof file === 'string' ? Buffer.from(file, 'latin1') : file], keccak)

const lineGiven = fc.record({
  member: fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes): Hex => `0x${Buffer.from(bytes).toString('hex')}`),
  kind: fc.stringMatching(/^[a-z][a-z0-9-]{0,30}$/).filter((kind) => kind !== 'expiry'),
  amount: fc.bigInt({ min: 1n, max: pos(20_000) }),
  reference: fc.stringMatching(/^[ !#-[\]-~]{0,31}$/),
})

/** Statements of up to 30 lines of every period, in the order the writer wants. */
const statementGiven = fc
  .record({
    period: fc.integer({ min: 1, max: 13 }),
    grants: fc.array(lineGiven, { maxLength: 20 }),
    taken: fc.array(fc.tuple(lineGiven, fc.boolean()), { maxLength: 10 }),
    firstSerial: fc.integer({ min: 1, max: 1_000_000 }),
  })
  .map(({ period, grants, taken, firstSerial }) => {
    const grantedBefore = period === 1 ? 0n : pos(400_000)
    const before = period === 1 ? BEFORE_FIRST_PERIOD : { granted: grantedBefore, corrected: 5n, expired: 0n, pool: pos(8_000_000) }
    const given: StatementInput = {
      ...input,
      subject: { ...subject, period },
      before,
      activity: { unfunded: 0, poolIn: 0n, poolOut: pos(500_000) },
    }
    const all = [
      ...grants.map((line, index) => ({ ...line, serial: firstSerial + 2 * index })),
      ...taken.map(([line, expiry]) => ({ ...line, amount: -line.amount, serial: 0, kind: expiry ? 'expiry' : line.kind })),
    ]
    return { given, all }
  })

describe('writing', () => {
  test('the file, its totals and its root are fixed: a vector for other programs', async () => {
    const { file, root, totals, bytes, transactionsAt } = await write(input, lines)
    await expect(file).toMatchFileSnapshot('statement-vector.txt')
    expect(JSON.parse(file)).toMatchObject({ format: 'wepos-statement', root, lines: [{ line: 1, amount: '10' }, {}, {}, {}, {}] })
    expect(bytes).toBe(Buffer.byteLength(file))
    expect(file.slice(transactionsAt)).toBe(transactionsText(input.transactions, keccak))
    expect(totals.granted).toBe(61_500_000_001n)
    expect(totals.granted + totals.burned).toBe(releaseOf(1))
    expect([totals.corrected, totals.expired, totals.pool]).toEqual([pos(10), 1n, pos(9_000_000 + 12 - 700)])
    const { unreleased, runningBurned, runningCorrected, runningExpired, pool, outstanding } = totals
    expect(unreleased + runningBurned + runningCorrected + runningExpired + pool + outstanding).toBe(TOTAL_SUPPLY)
  })

  test('13 periods without a contribution burn 91 million and leave 9 million in the pool', async () => {
    let before = BEFORE_FIRST_PERIOD
    let last: StatementTotals | undefined
    for (let period = 1; period <= 13; period += 1) {
      const given = { ...input, subject: { ...subject, period }, before, activity: { unfunded: 0, poolIn: 0n, poolOut: 0n } }
      const { file, totals } = await write(given, [])
      expect((await verify(file)).holds).toBe(true)
      before = carriedOver(totals)
      last = totals
    }
    expect(last).toMatchObject({ runningBurned: pos(91_000_000), pool: pos(9_000_000), outstanding: 0n, unreleased: 0n })
  })

  test('same input gives the same bytes, the root is OpenZeppelin’s, the file holds, every line has a proof', async () => {
    await fc.assert(
      fc.asyncProperty(statementGiven, fc.integer({ min: 1, max: 300 }), async ({ given, all }, chunk) => {
        const first = await write(given, all)
        expect((await write(given, all)).file).toBe(first.file)
        const rows = [
          ...FACT_NAMES.map((name) => fieldRow(name, first.facts[name])),
          ...all.map((line, index) => lineRow(index + 1, line)),
          ...TOTAL_NAMES.map((name) => fieldRow(name, first.totals[name])),
        ]
        expect(first.root).toBe(StandardMerkleTree.of(rows, STATEMENT_LEAF_TYPES).root)
        const bytes = Buffer.from(first.file, 'latin1')
        const pieces = Array.from({ length: Math.ceil(bytes.length / chunk) }, (_, index) =>
          bytes.subarray(index * chunk, (index + 1) * chunk),
        )
        const report = await verifyStatement(pieces, keccak)
        expect(report.findings.filter((finding) => !finding.holds)).toEqual([])
        expect([report.holds, report.root, report.facts, report.totals]).toEqual([true, first.root, first.facts, first.totals])
        for (const [index, line] of all.entries()) {
          const proof = lineProof(first.tree, index + 1, line, keccak)!
          expect(verifyLineProof(first.root, proof, keccak)).toBe(true)
          expect(StandardMerkleTree.verify(first.root, STATEMENT_LEAF_TYPES, lineRow(index + 1, line), [...proof.proof])).toBe(true)
          expect(verifyLineProof(first.root, { ...proof, number: index + 2 }, keccak)).toBe(false)
          expect(verifyLineProof(first.root, { ...proof, line: { ...line, amount: line.amount * 2n } }, keccak)).toBe(false)
        }
      }),
      { numRuns: 25 },
    )
  })

  test('a tree rebuilt from stored lines gives the same proofs, and none for a line that is not there', async () => {
    const { tree, facts, totals, root } = await write(input, lines)
    const rebuilt = await statementTree(facts, totals, lines, keccak)
    expect(lineProof(rebuilt, 3, lines[2]!, keccak)).toEqual(lineProof(tree, 3, lines[2]!, keccak))
    expect(lineProof(rebuilt, 2, lines[2]!, keccak)).toBeUndefined()
    const proof = lineProof(rebuilt, 1, lines[0]!, keccak)!
    expect(verifyLineProof(root, { ...proof, proof: ['0x12'] }, keccak)).toBe(false)
    expect(verifyLineProof(root, { ...proof, line: { ...proof.line, kind: 'Über' } }, keccak)).toBe(false)
  })

  const refused: [StatementProblem, number, Partial<StatementInput>, Partial<StatementLine>[]][] = [
    ['member_form', 1, {}, [{ member: '0x12' }]],
    ['member_form', 1, {}, [{ member: hash('A') }]],
    ['kind_form', 1, {}, [{ kind: 'Attendance' }]],
    ['kind_form', 1, {}, [{ kind: 'a'.repeat(32) }]],
    ['reference_form', 2, {}, [{}, { reference: 'a"b', serial: 2 }]],
    ['reference_form', 1, {}, [{ reference: '活动' }]],
    ['reference_form', 1, {}, [{ reference: 'x'.repeat(32) }]],
    ['amount_range', 1, {}, [{ amount: 0n }]],
    ['amount_range', 1, {}, [{ amount: TOTAL_SUPPLY + 1n }]],
    ['amount_range', 1, {}, [{ kind: 'expiry' }]],
    ['serial_missing', 1, {}, [{ serial: 0 }]],
    ['serial_not_allowed', 1, {}, [{ amount: -1n }]],
    ['serial_order', 2, {}, [{ serial: 7 }, { serial: 7 }]],
    ['serial_order', 1, {}, [{ serial: 1.5 }]],
    ['grant_after_correction', 2, {}, [{ amount: -1n, serial: 0 }, {}]],
    ['over_release', 0, {}, [{ amount: pos(1_000_000) }, { amount: 1n, serial: 2 }]],
    ['period_range', 0, { subject: { ...subject, period: 14 } }, []],
    ['genesis_form', 0, { subject: { ...subject, genesis: 1_500 } }, []],
    ['chain_form', 0, { subject: { ...subject, chainId: 0 } }, []],
    ['emission_form', 0, { subject: { ...subject, emission: '0xAB' } }, []],
    ['before_first_period', 0, { before: { ...BEFORE_FIRST_PERIOD, granted: 1n } }, []],
    ['value_range', 0, { activity: { unfunded: -1, poolIn: 0n, poolOut: 0n } }, []],
    ['value_range', 0, { activity: { unfunded: 0, poolIn: 0n, poolOut: pos(9_000_001) } }, []],
    ['value_range', 0, {}, [{ amount: -1n, serial: 0 }]],
    ['transaction_form', 0, { transactions: [{ name: 'close', hash: '0x1' }] }, []],
  ]
  test.each(refused)('refuses %s at line %i', async (problem, line, change, changes) => {
    const given = changes.map((each): StatementLine => ({
      member: hash('1'),
      kind: 'form',
      amount: pos(5),
      reference: 'F-1',
      serial: 1,
      ...each,
    }))
    const thrown = await write({ ...input, activity: { unfunded: 0, poolIn: 0n, poolOut: 0n }, ...change }, given).catch(
      (error: unknown) => error,
    )
    expect(thrown).toBeInstanceOf(StatementRefused)
    expect(thrown).toMatchObject({ problem, line })
  })
})

test('every value has one text', () => {
  fc.assert(
    fc.property(fc.bigInt({ min: -TOTAL_SUPPLY, max: TOTAL_SUPPLY }), (amount) => {
      expect(fieldValue('amount', fieldText('amount', amount))).toBe(amount)
    }),
  )
  for (const text of ['-0', '01', '1.0', '1.', '.5', '+1', '1e3', '1.0000000001', '1000000000', ''])
    expect(exactAmountValue(text)).toBeUndefined()
  for (const text of ['2027-02-30T00:00:00Z', '2027-01-31', '2027-13-01T00:00:00Z']) expect(fieldValue('instant', text)).toBeUndefined()
})
