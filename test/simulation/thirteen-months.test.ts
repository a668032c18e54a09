import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWalletClient, http } from 'viem'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { DEV_CHAIN } from '../../contracts/script/dev-accounts.ts'
import { LAST_PERIOD, releaseOf } from '../../core/economy/release-schedule.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY, SECOND } from '../../core/shared/instant.ts'
import { PERSONAS } from '../../main/sandbox.ts'
import { holds, judgeResult } from '../../scripts/demo/judge-result.ts'
import { GENESIS, openWorld, type World } from '../../scripts/demo/open-world.ts'
import { createPeople } from '../../scripts/demo/people.ts'
import { play } from '../../scripts/demo/play.ts'
import { readResult } from '../../scripts/demo/read-result.ts'
import type { Result } from '../../scripts/demo/result.types.ts'
import { statementPath } from '../../scripts/demo/statement-files.ts'
import type { Tally } from '../../scripts/demo/tally.ts'
import { runVerify } from '../../scripts/verify.ts'
import { freshDatabase } from '../support/postgres.ts'
import { startTestNode, type TestNode } from '../support/chain.ts'

const SEED = 1
const MEMBERS = 60
const PLAY_TIMEOUT = 240_000

let node: TestNode
let world: World
let folder: string
let statementsFolder: string
let result: Result
const months: Tally[] = []
const told: string[] = []

const read = (): Promise<Result> => readResult(world, statementsFolder, 'en')
/** Keys of the equalities that do not hold. */
const brokenOf = (found: Result): string[] => judgeResult(found).flatMap((equality) => (holds(equality) ? [] : [equality.what.key]))
const sql = (text: string): Promise<unknown> => world.database.pool.query(text)

beforeAll(async () => {
  node = await startTestNode({ genesisTimestamp: (GENESIS - DAY) / SECOND })
  folder = mkdtempSync(join(tmpdir(), 'wepos-demo-'))
  statementsFolder = join(folder, 'statements')
  world = await openWorld({
    databaseUrl: await freshDatabase(),
    nodeUrl: node.url,
    chainId: 31_337,
    chainFolder: join(folder, 'chain'),
    publicOrigin: 'http://localhost:8080',
    language: 'en',
    log: { info() {}, warn() {}, error() {} },
  })
  await play({
    world,
    people: createPeople(SEED, MEMBERS, PERSONAS),
    seed: SEED,
    statementsFolder,
    jobsEvery: 14,
    listener: {
      monthOver: (_month, tally) => void months.push(tally),
      closed: ({ number }) => void told.push(`closed ${number}`),
      reorganised: (blocks) => void told.push(`reorganised ${blocks}`),
      jobsBack: (days) => void told.push(`back after ${days}`),
    },
  })
  result = await read()
}, PLAY_TIMEOUT)
afterAll(async () => {
  await world?.close()
  await node?.stop()
  if (folder !== undefined) rmSync(folder, { recursive: true })
})

test('after thirteen months ledger, chain and statements say the same to the last nano', () => {
  expect(judgeResult(result).filter((equality) => !holds(equality))).toEqual([])
  expect(judgeResult(result).length).toBeGreaterThan(14 * LAST_PERIOD + 20)
  expect(result.periods.reduce((sum, { ledger }) => sum + ledger.granted + ledger.burned, 0n)).toBe(pos(91_000_000))
  expect(result.ledger.pool).toBe(pos(9_000_000))
})

test('the story holds what it promises', () => {
  const ledgerOf = (period: number) => result.periods[period - 1]!.ledger
  for (const sprint of [2, 8]) {
    expect(ledgerOf(sprint).granted).toBe(releaseOf(sprint))
    expect(ledgerOf(sprint).unfunded).toBeGreaterThan(0)
  }
  for (const thin of [4, 10]) expect(ledgerOf(thin).burned).toBeGreaterThan((releaseOf(thin) * 999n) / 1_000n)
  const closings = Array.from({ length: LAST_PERIOD }, (_, index) => `closed ${index + 1}`)
  expect(told.filter((line) => line.startsWith('closed'))).toEqual(closings)
  expect(told.slice(told.indexOf('closed 4') + 1, told.indexOf('closed 5'))).toEqual(['reorganised 2'])
  expect(told.slice(told.indexOf('closed 5') + 1, told.indexOf('closed 6'))).toEqual(['back after 6'])
  const total = (count: (tally: Tally) => number): number => months.reduce((sum, tally) => sum + count(tally), 0)
  expect(total(({ joined }) => joined)).toBe(MEMBERS - 2)
  expect(total(({ unfunded }) => unfunded)).toBe(result.periods.reduce((sum, { ledger }) => sum + ledger.unfunded, 0))
  expect(total(({ wallets }) => wallets)).toBe(result.wallets.length)
  expect(total(({ deposits }) => deposits)).toBe(3)
  expect(total(({ undone }) => undone)).toBeGreaterThan(0)
  expect(total(({ withdrawals }) => withdrawals)).toBeGreaterThan(50)
  const refusals = new Set(months.flatMap((tally) => [...tally.refusals.keys()]))
  expect(refusals).toEqual(new Set(['checkin.wrong_code', 'checkin.already', 'checkin.expired_code', 'checkin.used_code']))
})

test('the same seed grants the same amounts', () => {
  const granted = result.periods.map(({ ledger }) => ledger.granted / pos(1))
  const known = [90_120, 2_000_000, 320_340, 60, 680_800, 680_920, 680_760, 8_000_000, 1_361_200, 240, 2_401_760, 2_722_560, 2_722_560]
  expect(granted).toEqual(known.map(BigInt))
})

test('the verifier confirms a statement of it with the chain', async () => {
  const lines: string[] = []
  const [file, previous] = [7, 6].map((period) => statementPath(statementsFolder, period))
  expect(await runVerify([file!, '--rpc', node.url, '--previous', previous!], (line) => lines.push(line))).toBe(0)
  expect(lines.at(-1)).toBe('The statement holds, and the chain confirms it.')
})

test('one nano more in an account is found', async () => {
  await sql(`UPDATE account SET balance = balance + 1 WHERE name = 'pool'`)
  expect(brokenOf(await read())).toEqual(['demo.eqPool', 'demo.eqChainPool', 'demo.eqAll', 'demo.eqCrooked'])
  await sql(`UPDATE account SET balance = balance - 1 WHERE name = 'pool'`)
})

test('one nano that moved by a proper transfer and not on chain is found', async () => {
  const post = (id: string, from: string, to: string): string => `
    WITH moved AS (UPDATE account SET balance = balance + CASE name WHEN '${to}' THEN 1 ELSE -1 END WHERE name IN ('${from}', '${to}'))
    INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at)
    VALUES ('${id}', '${from}', '${to}', 1, 'reversal', 'forged', 1, now())`
  await sql(post('forged:1', 'burned', 'chain'))
  expect(brokenOf(await read())).toEqual(['demo.eqBurnAddress', 'demo.eqBurnSum', 'demo.eqWallets', 'demo.eqChainAccount'])
  await sql(post('forged:2', 'chain', 'burned'))
  expect(brokenOf(await read())).toEqual([])
})

test('tokens that left the vault without a payout are found', async () => {
  const { token, vault } = world.deployment
  const snapshot = await nodeRequest(node.url, 'evm_snapshot')
  await nodeRequest(node.url, 'anvil_impersonateAccount', [vault])
  await nodeRequest(node.url, 'anvil_setBalance', [vault, '0xde0b6b3a7640000'])
  const thief = createWalletClient({ account: vault, chain: DEV_CHAIN, transport: http(node.url) })
  const args = ['0x00000000000000000000000000000000000e15e0', 1n] as const
  // Above the estimate: in which second it is mined decides whether the token adds a checkpoint of the votes.
  await thief.writeContract({ address: token, abi: PoSToken.abi, functionName: 'transfer', args, gas: 300_000n })
  await nodeRequest(node.url, 'anvil_mine', ['0x1'])
  expect(brokenOf(await read())).toEqual(['demo.eqVault', 'demo.eqPlaces'])
  await nodeRequest(node.url, 'evm_revert', [snapshot])
})

test('one changed digit in a statement is found, and which statement it is', async () => {
  const file = statementPath(statementsFolder, 9)
  const honest = readFileSync(file, 'latin1')
  const changed = honest.replace(
    /("line":1,.*"amount":"\d*)(\d)"/,
    (_all, before: string, digit: string) => `${before}${(Number(digit) + 1) % 10}"`,
  )
  expect(changed).not.toBe(honest)
  writeFileSync(file, changed)
  const found = await read()
  expect(brokenOf(found)).toEqual(['demo.eqProblems'])
  expect(found.periods[8]!.statement.problems.join()).toContain('line 1')
  rmSync(file)
  expect(brokenOf(await read())).toContain('demo.eqStatementRoot')
  writeFileSync(file, honest)
})
