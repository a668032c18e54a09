import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { integer, oneof, sample, tuple } from 'fast-check'
import { createPublicClient, decodeFunctionResult, encodeFunctionData, http, parseAbi, type Hex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LAST_PERIOD, periodBoundary } from '../../core/economy/release-schedule.ts'
import { SECOND } from '../../core/shared/instant.ts'
import { compileSolidity } from '../../scripts/compile-contracts.ts'
import { startAnvil, type Anvil } from '../script/anvil.ts'

const ABI = parseAbi(['function boundariesOfMany(uint64[] geneses) pure returns (uint64[14][] all)'])
const RUNS = 10_000
const BATCH = 500
const HARNESS_AT = '0x00000000000000000000000000000000000b0d74'
/** 2199-12-31T23:59:59Z, the latest genesis that the contract takes. */
const LATEST_SECOND = Date.UTC(2200, 0, 1) / SECOND - 1

let anvil: Anvil
let harness: { bytecode: Hex }
beforeAll(async () => {
  anvil = await startAnvil(['--disable-block-gas-limit'])
  const file = 'contracts/test/BoundaryHarness.sol'
  const source = readFileSync(resolve(import.meta.dirname, '..', '..', file), 'utf8')
  const compiled = compileSolidity({ [file]: { content: source } }).get('BoundaryHarness')
  assert(compiled !== undefined)
  harness = compiled
})
afterAll(() => anvil.stop())

/** Boundaries of many geneses as Solidity computes them, all in seconds. */
async function solidityBoundaries(geneses: number[]): Promise<number[][]> {
  const client = createPublicClient({ transport: http(anvil.url, { timeout: 30_000 }) })
  const code = await client.call({ data: harness.bytecode })
  assert(code.data !== undefined)
  const boundaries: number[][] = []
  for (let start = 0; start < geneses.length; start += BATCH) {
    const args = [geneses.slice(start, start + BATCH).map(BigInt)] as const
    const answer = await client.call({
      to: HARNESS_AT,
      data: encodeFunctionData({ abi: ABI, functionName: 'boundariesOfMany', args }),
      stateOverride: [{ address: HARNESS_AT, code: code.data }],
      gas: 10_000_000_000n,
    })
    assert(answer.data !== undefined)
    const decoded = decodeFunctionResult({ abi: ABI, functionName: 'boundariesOfMany', data: answer.data })
    boundaries.push(...decoded.map((row) => row.map(Number)))
  }
  return boundaries
}

function typescriptBoundaries(genesis: number): number[] {
  return Array.from({ length: LAST_PERIOD + 1 }, (_, k) => periodBoundary(genesis * SECOND, k) / SECOND)
}

describe('C12: the boundaries of the contract', () => {
  it(`equal those of the release schedule for ${RUNS} random instants`, { timeout: 60_000 }, async () => {
    // Half of them in the last days of a month, where months of different length clamp.
    const monthEnd = tuple(integer({ min: 1970, max: 2199 }), integer({ min: 1, max: 11 }), integer({ min: 1, max: 4 * 86_400 })).map(
      ([year, month, before]) => Date.UTC(year, month, 1) / SECOND - before,
    )
    const genesis = oneof(integer({ min: 0, max: LATEST_SECOND }), monthEnd)
    const geneses = sample(genesis, { numRuns: RUNS, seed: 12 })
    expect(geneses).toHaveLength(RUNS)
    const solidity = await solidityBoundaries(geneses)
    const wrong = geneses.filter((second, index) => JSON.stringify(solidity[index]) !== JSON.stringify(typescriptBoundaries(second)))
    expect(wrong).toEqual([])
    // The sample must hold what makes calendars hard, otherwise equality says little.
    const days = new Set(geneses.map((second) => new Date(second * SECOND).getUTCDate()))
    expect([29, 30, 31].every((day) => days.has(day))).toBe(true)
  })

  it('clamp as in the worked example of spec 01', async () => {
    const [boundaries] = await solidityBoundaries([Date.UTC(2027, 0, 31) / SECOND])
    const dates = boundaries?.map((second) => new Date(second * SECOND).toISOString().slice(0, 10))
    expect(dates?.join(' ')).toBe(
      '2027-01-31 2027-02-28 2027-03-31 2027-04-30 2027-05-31 2027-06-30 2027-07-31 ' +
        '2027-08-31 2027-09-30 2027-10-31 2027-11-30 2027-12-31 2028-01-31 2028-02-29',
    )
  })
})
