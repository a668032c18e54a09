import assert from 'node:assert'
import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import * as fc from 'fast-check'
import { loadKeccak256 } from '../../adapters/hashing/keccak256.ts'
import { pos } from '../shared/amount.ts'
import { fromHex, toHex, type Hex } from './merkle-hex.ts'
import { LeafList, merkleRoot, merkleTree } from './merkle.ts'
import { judgeChain, judgePrevious, type ChainReadings } from './statement-chain.ts'
import {
  BEFORE_FIRST_PERIOD,
  carriedOver,
  FACT_NAMES,
  FACTS,
  fieldText,
  hasAllTotals,
  statementFacts,
  statementTotals,
  TOTAL_NAMES,
  TOTALS,
  type StatementTotals,
} from './statement-fields.ts'
import { checkOf, leafHasher } from './statement-leaf.ts'
import { fieldEntry, lineEntry } from './statement-text.ts'
import type { StatementBefore, StatementLine } from './statement.types.ts'
import { verifyStatement, type StatementReport } from './statement-verify.ts'
import { transactionsText, writeStatement } from './statement-writer.ts'

const keccak = await loadKeccak256()
const vector = readFileSync(new URL('statement-vector.txt', import.meta.url), 'latin1')
const verify = (file: string): Promise<StatementReport> => verifyStatement([Buffer.from(file, 'latin1')], keccak)
const problems = (report: { findings: StatementReport['findings'] }): string[] =>
  report.findings.filter((finding) => !finding.holds).map(({ code, place }) => `${code} ${place.part} ${place.name}`.trim())

/** The place that a position of the vector belongs to, found by its line of text. */
function placeAt(file: string, position: number): string {
  const textLine = file.slice(0, position).split('\n').length
  const firstLine = 2 + FACT_NAMES.length + 2
  const text = file.split('\n')
  const totalsAt = text.indexOf('"totals":{')
  if (textLine <= firstLine) return `fact ${FACT_NAMES[textLine - 3]}`
  if (textLine < totalsAt) return `line ${textLine - firstLine}`
  if (textLine <= totalsAt + 1 + TOTAL_NAMES.length) return `total ${TOTAL_NAMES[textLine - totalsAt - 2]}`
  return text[textLine - 1]!.startsWith('"root"') ? 'root' : `transaction ${textLine - text.indexOf('"transactions":[') - 1}`
}

/** Every decimal digit of the file, and every hexadecimal one of its hashes, addresses and checks. */
function digitPositions(file: string): { at: number; digits: string }[] {
  const found = new Map<number, string>()
  for (const match of file.matchAll(/\d/g)) found.set(match.index, '0123456789')
  for (const match of file.matchAll(/0x([0-9a-f]+)|"check":"([0-9a-f]+)"/g)) {
    const start = match.index + match[0].indexOf(match[1] ?? match[2]!)
    for (let at = start; at < start + (match[1] ?? match[2]!).length; at += 1) found.set(at, '0123456789abcdef')
  }
  return [...found].map(([at, digits]) => ({ at, digits })).sort((left, right) => left.at - right.at)
}

const replaced = (file: string, at: number, digit: string): string => file.slice(0, at) + digit + file.slice(at + 1)

describe('one changed digit', () => {
  test('anywhere in the file is found, and its place is the first one named', async () => {
    const positions = digitPositions(vector)
    expect(positions.length).toBeGreaterThan(1_000)
    const places = new Set<string>()
    for (const { at, digits } of positions) {
      const digit = digits[(digits.indexOf(vector[at]!) + 1 + (at % (digits.length - 1))) % digits.length]!
      const report = await verify(replaced(vector, at, digit))
      const place = placeAt(vector, at)
      places.add(place)
      const first = report.findings.find((finding) => !finding.holds)
      expect(first, `position ${at}`).toBeDefined()
      expect(`${first!.place.part} ${first!.place.name}`.trim()).toBe(place)
      const inCheck = /"check":"[0-9a-f]*$/.test(vector.slice(0, at).split('\n').at(-1)!)
      expect(first!.code === 'entry_check_changed').toBe(inCheck && !place.startsWith('transaction'))
    }
    expect(places.size).toBe(FACT_NAMES.length + 5 + TOTAL_NAMES.length + 1 + 2)
  })

  test('whatever the new digit is', async () => {
    const positions = digitPositions(vector)
    const change = fc.constantFrom(...positions).chain(({ at, digits }) => fc.tuple(fc.constant(at), fc.constantFrom(...digits.split(''))))
    await fc.assert(
      fc.asyncProperty(change, async ([at, digit]) => {
        fc.pre(vector[at] !== digit)
        const [first] = problems(await verify(replaced(vector, at, digit)))
        expect(first).toMatch(new RegExp(`^\\w+ ${placeAt(vector, at)}$`))
      }),
      { numRuns: 200 },
    )
  })

  test('accuses nothing that is right', async () => {
    expect(
      problems(
        await verify(vector.replace('"amount":"10","reference":"EVT-12","serial":4', '"amount":"11","reference":"EVT-12","serial":4')),
      ),
    ).toEqual(['entry_check line 1', 'root_follows root'])
    expect(problems(await verify(vector.replace('"serial":9', '"serial":1')))).toEqual(['entry_check line 3', 'root_follows root'])
    expect(problems(await verify(vector.replace('{"line":3', '{"line":8')))).toEqual(['entry_number line 3'])
    expect(problems(await verify(vector.replace('"granted":{"value":"61', '"granted":{"value":"62')))).toEqual([
      'entry_check total granted',
      'root_follows root',
    ])
  })
})

/** A forger who repairs the check of what was changed. */
function forgedTotal(name: string, value: bigint, text: string): string {
  const check = checkOf(leafHasher(keccak).fieldLeaf(name, value))
  return vector.replace(new RegExp(`"${name}":\\{[^}]*\\}`), `"${name}":{"value":"${text}","check":"${check}"}`)
}

describe('a forger who also repairs the check', () => {
  test.each([
    ['granted', 62_500_000_001n, '62.500000001', 'total_differs total granted'],
    ['burned', pos(1), '1', 'total_differs total burned'],
    ['lines', 6n, '6', 'total_differs total lines'],
    ['corrected', pos(9), '9', 'total_differs total corrected'],
    ['expired', 0n, '0', 'total_differs total expired'],
    ['runningGranted', pos(61), '61', 'total_differs total runningGranted'],
    ['pool', pos(8_999_311), '8999311', 'total_differs total pool'],
    ['outstanding', pos(739), '739', 'total_differs total outstanding'],
    ['unreleased', pos(1), '1', 'total_differs total unreleased'],
    ['release', pos(2_000_000), '2000000', 'fact_differs fact release'],
    ['multiplier', 2n, '2', 'fact_differs fact multiplier'],
    ['period', 14n, '14', 'fact_range fact period'],
    ['chainId', 0n, '0', 'fact_range fact chainId'],
    ['unfunded', 4n, '4', 'root_differs root'],
  ])('of %s is caught by the rules or by the root', async (name, value, text, problem) => {
    const found = problems(await verify(forgedTotal(name, value, text)))
    expect(found).toContain(problem)
    expect(found).toContain('root_differs root')
  })

  test('of a removed, doubled or exchanged line is caught', async () => {
    const text = vector.split('\n')
    const [first, second] = [
      text.findIndex((each) => each.startsWith('{"line":1,')),
      text.findIndex((each) => each.startsWith('{"line":2,')),
    ]
    const without = text.filter((_, index) => index !== first).join('\n')
    const doubled = text.toSpliced(first, 0, text[first]!).join('\n')
    const exchanged = text.with(first, text[second]!).with(second, text[first]!).join('\n')
    expect(problems(await verify(without))[0]).toBe('entry_number line 1')
    expect(problems(await verify(doubled))[0]).toBe('entry_number line 2')
    expect(problems(await verify(exchanged))[0]).toBe('entry_number line 1')
  })
})

/** A file whose checks and root are all right, whatever it says: only the rules can find fault with it. */
function consistentFile(period: number, lines: StatementLine[], totalsOf: (honest: StatementTotals) => Partial<StatementTotals>): string {
  const hasher = leafHasher(keccak)
  const leaves = new LeafList()
  const sums = {
    lines: lines.length,
    granted: lines.reduce((sum, { amount }) => sum + (amount > 0n ? amount : 0n), 0n),
    corrected: 0n,
    expired: 0n,
  }
  const honest = statementTotals(period, sums, BEFORE_FIRST_PERIOD, { unfunded: 0, poolIn: 0n, poolOut: 0n })
  const totals = { ...honest, ...totalsOf(honest) }
  const facts = statementFacts({ period, genesis: Date.UTC(2027, 0, 31), chainId: 31_337, emission: `0x${'5f'.repeat(20)}` })
  const check = (leaf: Uint8Array): string => {
    leaves.push(leaf)
    return checkOf(leaf)
  }
  const factEntries = FACT_NAMES.map((name) =>
    fieldEntry(name, fieldText(FACTS[name], facts[name]), check(hasher.fieldLeaf(name, facts[name]))),
  )
  const lineEntries = lines.map((line, index) => lineEntry(index + 1, line, check(hasher.lineLeaf(index + 1, line))))
  const totalEntries = TOTAL_NAMES.map((name) =>
    fieldEntry(name, fieldText(TOTALS[name], totals[name]), check(hasher.fieldLeaf(name, totals[name]))),
  )
  const root = toHex(merkleRoot(merkleTree(leaves.bytes(), keccak)))
  const [factPart, linePart, totalPart] = [factEntries, lineEntries, totalEntries].map((entries) => entries.join(',\n'))
  const head = `{"format":"wepos-statement",\n"facts":{\n${factPart}\n},\n"lines":[\n${linePart}\n],\n"totals":{\n${totalPart}\n},\n`
  return `${head}"root":"${root}",\n${transactionsText([], keccak)}`
}

describe('an operator whose file agrees with itself and with its root', () => {
  const line = { member: `0x${'7'.repeat(64)}`, kind: 'form', amount: pos(5), reference: '', serial: 10 } as const
  const problemsOf = async (...given: Parameters<typeof consistentFile>): Promise<string[]> =>
    problems(await verify(consistentFile(...given)))

  test('is believed when the rules are kept', async () => {
    expect(await problemsOf(1, [line, { ...line, serial: 11 }], () => ({}))).toEqual([])
    expect(await problemsOf(2, [line], () => ({ poolOut: 3n }))).toEqual([])
  })

  test('is caught paying one grant twice, or out of order', async () => {
    expect(await problemsOf(1, [line, line], () => ({}))).toEqual(['entry_bounds line 2'])
    expect(await problemsOf(1, [line, { ...line, serial: 9 }], () => ({}))).toEqual(['entry_bounds line 2'])
    expect(await problemsOf(1, [{ ...line, serial: 0 }], () => ({}))).toEqual(['entry_bounds line 1'])
  })

  test('is caught granting more than the release, or more in a period than so far', async () => {
    expect(await problemsOf(1, [{ ...line, amount: pos(1_000_000) + 1n }], () => ({}))).toContain('total_range total burned')
    expect(
      await problemsOf(2, [line], ({ runningBurned, outstanding }) => ({
        runningGranted: pos(4),
        runningBurned: runningBurned + pos(1),
        outstanding: outstanding - pos(1),
      })),
    ).toEqual(['total_range total runningGranted'])
    expect(
      await problemsOf(2, [line], ({ outstanding }) => ({ pool: pos(8), outstanding: outstanding + pos(8_999_992), poolIn: pos(9) })),
    ).toEqual(['total_range total pool'])
  })
})

describe('files that are not statements', () => {
  const bytes = Buffer.from(vector, 'latin1')
  test.each<[string, Uint8Array, string]>([
    ['nothing', Buffer.alloc(0), 'file_empty file 1'],
    ['a picture', Buffer.from('89504e470d0a1a0a0000', 'hex'), 'file_encoding file 1'],
    ['UTF-16', Buffer.from(`\ufeff${vector}`, 'utf16le'), 'file_encoding file 1'],
    ['a byte order mark', Buffer.from(`\ufeff${vector}`), 'file_encoding file 1'],
    ['a compressed statement', gzipSync(bytes), 'file_compressed file 1'],
    ['Windows line ends', Buffer.from(vector.replaceAll('\n', '\r\n')), 'file_line_endings file 1'],
    ['a text', Buffer.from('Dear members,\n'), 'file_not_json file 1'],
    ['a text without an end', Buffer.from('Dear members'), 'file_not_json file 1'],
    ['a page', Buffer.from(`<html>${'x'.repeat(2_000)}`), 'file_not_json file 1'],
    ['other JSON', Buffer.from('{"a":1}'), 'file_not_statement file 1'],
    ['the same JSON on one line', Buffer.from(JSON.stringify(JSON.parse(vector))), 'file_not_statement file 1'],
    ['the same JSON, indented', Buffer.from(JSON.stringify(JSON.parse(vector), null, 2)), 'file_not_statement file 1'],
    ['a later version', Buffer.from(forgedTotal('version', 2n, '2')), 'file_version file 3'],
    ['text after the end', Buffer.from(`${vector}{}\n`), 'file_trailing file 44'],
    ['text after the end without a line end', Buffer.from(`${vector} `), 'file_trailing file 44'],
    ['a missing fact', Buffer.from(vector.replace(/"release":.*\n/, '')), 'file_layout file 11'],
    ['a missing last fact', Buffer.from(vector.replace(/,\n"release":.*\n/, '\n')), 'file_layout file 11'],
    ['a comma after the last line', Buffer.from(vector.replace(/\n\],/, ',\n],')), 'file_layout file 19'],
    ['a missing comma', Buffer.from(vector.replace('"},\n{"line":2', '"}\n{"line":2')), 'file_layout file 15'],
    ['an endless line', Buffer.from(vector.replace('EVT-12', 'x'.repeat(600))), 'file_too_long file 14'],
  ])('%s', async (_, file, problem) => {
    const report = await verifyStatement([file], keccak)
    expect(report.holds).toBe(false)
    expect(problems(report).at(-1)).toBe(problem)
  })

  test('cut anywhere, a statement is called truncated and never holds', async () => {
    for (let length = 1; length < bytes.length; length += 7) {
      const report = await verifyStatement([bytes.subarray(0, length)], keccak)
      expect(problems(report)).toEqual([`file_truncated file ${vector.slice(0, length).split('\n').length}`])
    }
  })

  test('any bytes at all give an answer, not an error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 4 }), async (chunks) => {
        expect((await verifyStatement(chunks, keccak)).holds).toBe(false)
      }),
    )
    await fc.assert(
      fc.asyncProperty(fc.nat(bytes.length - 1), fc.nat(255), async (at, byte) => {
        fc.pre(bytes[at] !== byte)
        const changed = Buffer.from(bytes)
        changed[at] = byte
        expect((await verifyStatement([changed], keccak)).holds).toBe(false)
      }),
      { numRuns: 300 },
    )
  })

  test('a file that is wrong in every line lists a hundred problems and counts the rest', async () => {
    const many = Array.from({ length: 250 }, (_, index) => `{"line":${index + 1}},`).join('\n')
    const report = await verify(vector.replace('"lines":[\n', `"lines":[\n${many}\n`))
    expect(problems(report)).toHaveLength(100)
    expect(report.unlistedProblems).toBeGreaterThan(150)
  })
})

describe('against the chain and the statement before', () => {
  const chainOf = (report: StatementReport): ChainReadings => ({
    chainId: 31_337n,
    isContract: true,
    closedRoot: report.root!,
    release: pos(1_000_000),
    funded: 61_500_000_001n,
    fundedSoFar: 61_500_000_001n,
    genesis: BigInt(Date.UTC(2027, 0, 31) / 1_000),
    start: BigInt(Date.UTC(2027, 0, 31) / 1_000),
    end: BigInt(Date.UTC(2027, 1, 28) / 1_000),
    transactions: ['done', 'done'],
  })
  const zero: Hex = `0x${'0'.repeat(64)}`

  test('a statement that the chain confirms holds; every difference is named', async () => {
    const report = await verify(vector)
    const judge = (change: Partial<ChainReadings>): string[] =>
      problems({ findings: judgeChain(report, { ...chainOf(report), ...change }) })
    expect(judge({})).toEqual([])
    expect(judge({ chainId: 1n })).toEqual(['chain_differs chain chainId'])
    expect(judge({ isContract: false })).toEqual(['chain_no_contract chain emission'])
    expect(judge({ closedRoot: zero })).toEqual(['chain_not_closed chain root'])
    expect(judge({ closedRoot: `0x${'1'.repeat(64)}` })).toEqual(['chain_differs chain root'])
    expect(judge({ funded: 61_500_000_002n })).toEqual(['chain_differs chain granted'])
    expect(judge({ fundedSoFar: 0n })).toEqual(['chain_differs chain runningGranted'])
    expect(judge({ release: pos(2) })).toEqual(['chain_differs chain release'])
    expect(judge({ end: 0n })).toEqual(['chain_differs chain end'])
    expect(judge({ transactions: ['done', 'no'] })).toEqual(['chain_transaction_missing transaction 2'])
    expect(judge({ transactions: ['failed', 'done'] })).toEqual(['chain_transaction_failed transaction 1'])
  })

  test('running totals continue those of the period before', async () => {
    const first = await verify(vector)
    const next = async (before: StatementBefore, period = 2): Promise<StatementReport> => {
      const chunks: Uint8Array[] = []
      const subject = { period, genesis: Date.UTC(2027, 0, 31), chainId: 31_337, emission: `0x${'5f'.repeat(20)}` } as const
      const activity = { unfunded: 0, poolIn: 0n, poolOut: 5n }
      const line = { member: `0x${'7'.repeat(64)}`, kind: 'form', amount: pos(5), reference: '', serial: 10 } as const
      await writeStatement({ subject, before, activity, transactions: [] }, [line], keccak, (chunk) => void chunks.push(chunk))
      return verifyStatement(chunks, keccak)
    }
    assert(hasAllTotals(first.totals))
    const before = carriedOver(first.totals)
    const second = await next(before)
    expect([second.holds, problems({ findings: judgePrevious(first, second) })]).toEqual([true, []])
    expect(problems({ findings: judgePrevious(first, await next({ ...before, granted: before.granted + 1n })) })).toEqual([
      'previous_differs previous runningGranted',
    ])
    expect(problems({ findings: judgePrevious(first, await next({ ...before, pool: before.pool + 1n })) })).toEqual([
      'previous_differs previous pool',
    ])
    expect(problems({ findings: judgePrevious(first, await next(before, 3)) })).toEqual(['previous_differs previous period'])
  })
})

test('the vector’s first leaf is the keccak of the keccak of its ABI encoding', () => {
  const word = (text: string): string => text.padStart(64, '0')
  const text = (ascii: string): string => Buffer.from(ascii).toString('hex').padEnd(64, '0')
  const row: Hex = `0x${word('1')}${'1'.repeat(64)}${text('attendance')}${word(10_000_000_000n.toString(16))}${text('EVT-12')}${word('4')}`
  expect(vector).toContain(`"serial":4,"check":"${checkOf(keccak(keccak(fromHex(row))))}"`)
})
