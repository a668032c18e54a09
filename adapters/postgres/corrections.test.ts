import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createWalletClient, http } from 'viem'
import { afterAll, afterEach, expect, test } from 'vitest'
import { Vault } from '../../contracts/generated/Vault.ts'
import { DEV_CHAIN, devAccount } from '../../contracts/script/dev-accounts.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import { periodEnd } from '../../core/economy/release-schedule.ts'
import { verifyStatement } from '../../core/economy/statement-verify.ts'
import type { CheckpointName } from '../../core/settlement/settlement.port.ts'
import { BURN_ADDRESS } from '../../core/settlement/settlement.rules.ts'
import type { Settlement } from '../../core/settlement/settlement.ts'
import { pos } from '../../core/shared/amount.ts'
import { HOUR } from '../../core/shared/instant.ts'
import { runVerify } from '../../scripts/verify.ts'
import { ledgerFaults, rankFaults } from '../../test/support/rows.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld, type TestMember } from '../../test/support/settlement-world.ts'
import { setPayoutLimit } from '../../test/support/vault-admin.ts'
import { nodeRequest } from '../chain/node-request.ts'
import { loadKeccak256 } from '../hashing/keccak256.ts'
import { postCorrection, type CorrectionResult, type NewCorrection } from './correction-store.ts'
import { economyReads } from './economy-reads.ts'

let world: SettlementWorld
const folder = mkdtempSync(join(tmpdir(), 'wepos-corrections-'))
afterEach(() => world.stop())
afterAll(() => rmSync(folder, { recursive: true }))

const end = periodEnd(GENESIS, 1)
const closable = end + 72 * HOUR

/** Ann and Ben with the same reward each in period 1, which has ended and is drafted. */
async function drafted(each = 30): Promise<TestMember[]> {
  world = await startSettlementWorld()
  await world.at(GENESIS)
  await world.settlement.openPeriods(GENESIS)
  const members = [await world.member(), await world.member()]
  for (const member of members) await world.grant(member, pos(each), GENESIS)
  await world.settlement.closePeriods(await world.at(end))
  return members
}

function correct(member: TestMember, changes: Partial<NewCorrection> = {}): Promise<CorrectionResult> {
  const correction: NewCorrection = {
    id: 'c1',
    account: `member:${member.id}`,
    memberId: member.id,
    amount: pos(12),
    reference: 'DSP-1',
    kind: 'correction',
    period: 1,
    at: end,
    ...changes,
  }
  return world.database.transaction(async (tx) => {
    const value = await postCorrection(tx, correction)
    return { keep: value === 'posted' || value === 'already-posted', value }
  })
}

async function bytesOf(period: number, now: number): Promise<{ isFinal: boolean; bytes: Buffer }> {
  const opened = await world.statements.open(period, now)
  const chunks: Uint8Array[] = []
  for await (const chunk of opened!.chunks) chunks.push(chunk)
  return { isFinal: opened!.isFinal, bytes: Buffer.concat(chunks) }
}

async function verify(name: string, bytes: Buffer, previous?: string): Promise<string[]> {
  writeFileSync(join(folder, name), bytes)
  const said: string[] = []
  const args = [join(folder, name), '--rpc', world.node.url, ...(previous === undefined ? [] : ['--previous', join(folder, previous)])]
  return (await runVerify(args, (line) => said.push(line))) === 0 ? [] : said
}

const expiries = () => world.database.prisma.chainIntent.findMany({ where: { kind: 'expire' } })

test('a correction is a line of the draft, takes back what was earned, and is posted once', async () => {
  const [ann, ben] = await drafted()
  expect(await correct(ann!)).toBe('posted')
  expect(await correct(ann!, { at: end + 1 })).toBe('already-posted')
  expect(await correct(ann!, { amount: pos(13) })).toBe('other-fields')
  expect(await correct(ann!, { kind: 'reversal' })).toBe('other-fields')
  expect(await correct(ben!, { id: 'c2', amount: pos(31) })).toBe('insufficient')
  expect(await correct(ben!, { id: 'c3', period: 2 })).toBe('posted')
  expect(await correct(ben!, { id: 'c4', period: 3 })).toBe('closed')

  const account = await world.database.prisma.account.findUniqueOrThrow({ where: { name: `member:${ann!.id}` } })
  expect([account.balance, account.earned]).toEqual([pos(18), pos(18)])
  expect(await ledgerFaults(world.database.pool)).toEqual([])
  expect(await rankFaults(world.database.pool)).toEqual([])

  const draft = await bytesOf(1, end)
  const report = await verifyStatement([draft.bytes], await loadKeccak256())
  expect(report.holds).toBe(true)
  expect(report.totals).toMatchObject({ lines: 3n, granted: pos(60), corrected: pos(12), runningCorrected: pos(12) })
  expect(draft.bytes.toString()).toMatch(/"kind":"correction","amount":"-12","reference":"DSP-1","serial":0/)
  const reads = economyReads(world.database.prisma, GENESIS)
  expect((await reads.periods(end))[0]).toMatchObject({ granted: pos(60), corrected: pos(12) })
  expect(await reads.ownPart(ann!.id, 1)).toEqual({ amount: pos(30), count: 1, corrected: pos(12) })
  expect((await reads.history(ann!.id, 1))[0]).toMatchObject({ kind: 'correction', amount: -pos(12), reference: 'DSP-1' })
})

test('what an escrow holds can be corrected; nobody had earned it there', async () => {
  const [ann] = await drafted()
  const escrow = `escrow:${'e'.repeat(20)}` as const
  await world.database.pool.query(
    `WITH taken AS (UPDATE account SET balance = balance - $2 WHERE name = $3), given AS (INSERT INTO account (name, balance) VALUES ($1, $2))
     INSERT INTO transfer (id, debit_account, credit_account, amount, kind, reference, period, at) VALUES ('held', $3, $1, $2, 'withdrawal', '', 1, now())`,
    [escrow, pos(5), `member:${ann!.id}`],
  )
  expect(await correct(ann!, { account: escrow, amount: pos(5), kind: 'reversal' })).toBe('posted')
  expect(await ledgerFaults(world.database.pool)).toEqual([])
  expect((await world.database.prisma.account.findUniqueOrThrow({ where: { name: `member:${ann!.id}` } })).earned).toBe(pos(30))
  await expect(correct(ann!, { id: 'c9', account: 'pool' })).rejects.toThrow(/a correction goes from/)
})

test('corrected tokens are burned in the vault after the close, and statement, vault and burn address agree', async () => {
  const [ann, ben] = await drafted()
  await correct(ann!)
  await correct(ben!, { id: 'c2', amount: pos(30), kind: 'reversal', reference: '' })
  await world.at(closable)
  expect(await world.settlement.closePeriods(closable)).toMatchObject({ closed: 1, signer: { state: 'idle' } })
  expect(await correct(ann!, { id: 'c5' })).toBe('closed')
  expect(await correct(ann!)).toBe('already-posted')

  // Until they are burned there the vault has more than is owed: no shortfall, and no final statement yet.
  expect(await world.settlement.reserves(closable)).toMatchObject({ ok: true, vaultBalance: pos(60), liabilities: pos(18), fundingDue: 0n })
  expect((await bytesOf(1, closable)).isFinal).toBe(false)
  expect(await world.settlement.isDue('payout', closable)).toBe(true)
  expect(await world.settlement.payout(closable)).toMatchObject({ lines: 0, signer: { state: 'idle', settled: 1 } })
  expect(await world.settlement.payout(closable)).toMatchObject({ signer: { settled: 0 } })
  expect(await world.onChain(world.deployment.vault)).toBe(pos(18))
  expect(await world.onChain(BURN_ADDRESS)).toBe(pos(1_000_000 - 60 + 42))
  expect(await world.balance('burned')).toBe(pos(1_000_000 - 60 + 42))
  expect(await world.settlement.reserves(closable + 1)).toMatchObject({ ok: true, vaultBalance: pos(18), liabilities: pos(18) })
  expect(await world.disagreements()).toEqual([])

  const final = await bytesOf(1, closable)
  expect(final.isFinal).toBe(true)
  const report = await verifyStatement([final.bytes], await loadKeccak256())
  expect(report.totals).toMatchObject({ granted: pos(60), corrected: pos(42), burned: pos(1_000_000 - 60) })
  expect(report.transactions.map(({ name }) => name)).toEqual(['open', 'fund', 'close', 'expire'])
  expect(await verify('statement-1.json', final.bytes)).toEqual([])

  const late = await world.at(periodEnd(GENESIS, 2) + 72 * HOUR)
  await world.settlement.closePeriods(late)
  const second = await bytesOf(2, late)
  expect(second.isFinal).toBe(true)
  expect(await verify('statement-2.json', second.bytes, 'statement-1.json')).toEqual([])
  expect((await verifyStatement([second.bytes], await loadKeccak256())).totals).toMatchObject({ corrected: 0n, runningCorrected: pos(42) })
  expect(await expiries()).toHaveLength(1)
})

class Killed extends Error {}

test('killed at every step, four at once, and on a chain that lost it: burned once', async () => {
  const [ann] = await drafted()
  await correct(ann!)
  await world.at(closable)
  const passed: CheckpointName[] = []
  async function throughKills(step: (settlement: Settlement) => Promise<unknown>): Promise<void> {
    passed.length = 0
    for (;;) {
      const checkpoint = (name: CheckpointName): void => {
        if (passed.includes(name)) return
        passed.push(name)
        throw new Killed(name)
      }
      try {
        await step(await world.another({ checkpoint }))
        return
      } catch (error) {
        if (!(error instanceof Killed)) throw error
      }
    }
  }
  await throughKills((settlement) => settlement.closePeriods(closable))
  const snapshot = await nodeRequest(world.node.url, 'evm_snapshot', [])
  await throughKills((settlement) => settlement.payout(closable))
  expect(passed).toEqual(expect.arrayContaining(['signed', 'sent', 'mined', 'settled']))
  expect(await world.onChain(world.deployment.vault)).toBe(pos(48))

  await nodeRequest(world.node.url, 'evm_revert', [snapshot])
  expect(await world.onChain(world.deployment.vault)).toBe(pos(60))
  const programs = await Promise.all(Array.from({ length: 4 }, () => world.another()))
  await world.settlement.reserves(closable)
  await Promise.all(programs.map((program) => program.payout(closable)))
  await world.settlement.payout(closable)
  expect(await world.onChain(world.deployment.vault)).toBe(pos(48))
  expect(await expiries()).toHaveLength(1)
  expect(await world.disagreements()).toEqual([])
})

const sender = () => createWalletClient({ account: devAccount(2), chain: DEV_CHAIN, transport: http(world.node.url) })
const rootOf = async (): Promise<Hex> => {
  const { statementRoot } = await world.database.prisma.period.findUniqueOrThrow({ where: { number: 1 } })
  return `0x${Buffer.from(statementRoot!).toString('hex')}`
}

/** Somebody with the payer’s key, such as a lost copy of the ledger, burns first. */
async function burnedElsewhere(amount: bigint): Promise<void> {
  const [ann] = await drafted()
  await correct(ann!)
  await world.settlement.closePeriods(await world.at(closable))
  const expire = { address: world.deployment.vault, abi: Vault.abi, functionName: 'expire', args: [amount, await rootOf()] } as const
  await world.mined(sender().writeContract({ ...expire, gas: 500_000n }))
}

test('what a lost copy of the ledger has burned is recognised and not burned again', async () => {
  await burnedElsewhere(pos(12))
  expect(await world.settlement.payout(closable)).toMatchObject({ signer: { state: 'idle', settled: 1 } })
  expect(await world.disagreements()).toEqual([])
})

test('another amount burned under the root halts the payer', async () => {
  await burnedElsewhere(pos(13))
  await expect(world.settlement.payout(closable)).rejects.toThrow(/burned 13000000000, the ledger has 12000000000/)
})

test('a burn for which the vault’s limit leaves no room holds up no payout, and waits until there is', async () => {
  const [ann, ben] = await drafted(30_000)
  await correct(ann!, { amount: pos(12_000) })
  await setPayoutLimit(world, pos(10_000))
  await world.settlement.closePeriods(await world.at(closable))
  await world.withdraw(ben!, pos(7), closable)
  expect(await world.settlement.payout(closable)).toMatchObject({ lines: 1, signer: { state: 'blocked' } })
  expect(await world.onChain(ben!.wallet.address)).toBe(pos(7))
  await world.mine(1)
  expect(await world.settlement.payout(closable)).toMatchObject({ signer: { state: 'blocked', settled: 1 } })
  await setPayoutLimit(world, pos(2_000_000))
  expect(await world.settlement.payout(closable)).toMatchObject({ signer: { state: 'idle', settled: 1 } })
  expect(await world.disagreements()).toEqual([])
})
