import { createWalletClient, http, keccak256, toBytes } from 'viem'
import { afterEach, expect, test } from 'vitest'
import { Emission } from '../../contracts/generated/Emission.ts'
import { Vault } from '../../contracts/generated/Vault.ts'
import { DEV_CHAIN, devAccount } from '../../contracts/script/dev-accounts.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY } from '../../core/shared/instant.ts'
import { nodeRequest } from '../chain/node-request.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld, type TestMember } from '../../test/support/settlement-world.ts'
import { unpauseVault } from '../../test/support/vault-admin.ts'

let world: SettlementWorld
afterEach(() => world.stop())

const later = GENESIS + 3 * DAY

/** Two members with 100 PoS each, funded into the vault. */
async function begin(options: Parameters<typeof startSettlementWorld>[0] = {}): Promise<TestMember[]> {
  world = await startSettlementWorld(options)
  await world.at(GENESIS)
  await world.settlement.openPeriods(GENESIS)
  const members = [await world.member(), await world.member()]
  for (const member of members) await world.grant(member, pos(100), GENESIS)
  await world.at(later)
  await world.settlement.fund(later)
  return members
}

const rpc = (method: string, ...params: unknown[]): Promise<unknown> => nodeRequest(world.node.url, method, params)
const sender = (index: number) => createWalletClient({ account: devAccount(index), chain: DEV_CHAIN, transport: http(world.node.url) })
/** A program that does not wait for blocks: it looks once and comes back. */
const impatient = () => world.another({ chain: { waiting: { kind: 'poll', everyMs: 10, patienceMs: 0 } } })
const attempts = () => world.database.prisma.chainAttempt.findMany({ orderBy: { seq: 'asc' } })

test('a transaction that waits too long is replaced by a dearer one of the same nonce, and only one of them counts', async () => {
  const [ann] = await begin()
  await world.withdraw(ann!, pos(10), later)
  const program = await impatient()
  await rpc('evm_setAutomine', false)
  expect(await program.payout(later)).toMatchObject({ signer: { state: 'waiting' } })
  const before = await attempts()
  // Blocks pass that have no room for it: it asks for less than they cost.
  await rpc('anvil_dropTransaction', before.at(-1)!.txHash)
  await world.mine(4)
  await rpc('anvil_setNextBlockBaseFeePerGas', '0x2540be400')
  await world.mine(1)
  expect(await program.payout(later)).toMatchObject({ signer: { state: 'waiting' } })
  const [first, second] = (await attempts()).slice(-2)
  expect(second!.nonce).toBe(first!.nonce)
  expect(second!.maxFee * 8n).toBeGreaterThanOrEqual(first!.maxFee * 9n)
  expect(second!.maxTip * 8n).toBeGreaterThanOrEqual(first!.maxTip * 9n)
  await rpc('evm_setAutomine', true)
  await world.mine(1)
  expect(await world.settlement.payout(later)).toMatchObject({ signer: { state: 'idle', settled: 1 } })
  expect(await world.onChain(ann!.wallet.address)).toBe(pos(10))
  expect(await world.disagreements()).toEqual([])
})

test('gas suffices whatever the second in which it is mined: then the token adds a checkpoint of votes that the trial did not see', async () => {
  const [ann, ben] = await begin()
  await rpc('anvil_setBlockTimestampInterval', 0)
  await world.withdraw(ann!, pos(10), later)
  await world.settlement.payout(later)
  await world.withdraw(ben!, pos(10), later)
  const { timestamp } = await world.client.getBlock()
  const checkpoint = async (name: string): Promise<void> => {
    if (name === 'signed') await rpc('evm_setNextBlockTimestamp', Number(timestamp) + 1_000)
  }
  const before = (await attempts()).length
  await (await world.another({ checkpoint })).payout(later)
  expect(await world.onChain(ben!.wallet.address)).toBe(pos(10))
  expect(await attempts()).toHaveLength(before + 1)
})

test('a transaction that the node has forgotten is sent again as it was', async () => {
  const [ann] = await begin()
  await world.withdraw(ann!, pos(10), later)
  const program = await impatient()
  await rpc('evm_setAutomine', false)
  await program.payout(later)
  await rpc('anvil_dropAllTransactions')
  await program.payout(later)
  const known = (await attempts()).length
  await rpc('evm_setAutomine', true)
  await world.mine(1)
  expect(await world.settlement.payout(later)).toMatchObject({ signer: { state: 'idle', settled: 1 } })
  expect(await attempts()).toHaveLength(known)
  expect(await world.disagreements()).toEqual([])
})

test.each([1, 2, 3, 5])('a reorganisation %i deep before the confirmations delays a payout and nothing else', async (depth) => {
  const [ann, ben] = await begin({ confirmations: 8 })
  const program = await world.another({ chain: { confirmations: 8, waiting: { kind: 'poll', everyMs: 10, patienceMs: 0 } } })
  await world.withdraw(ann!, pos(10), later)
  await program.payout(later)
  await world.mine(Math.max(0, depth - 2))
  await world.withdraw(ben!, pos(20), later)
  await program.payout(later)
  expect(await program.payout(later)).toMatchObject({ signer: { state: 'waiting', settled: 0 } })
  await rpc('anvil_reorg', depth, [])
  expect(await world.onChain(ben!.wallet.address)).toBe(0n)
  expect(await world.settlement.payout(later)).toMatchObject({ signer: { state: 'idle', settled: 2 } })
  expect(await world.onChain(ann!.wallet.address)).toBe(pos(10))
  expect(await world.onChain(ben!.wallet.address)).toBe(pos(20))
  expect(await world.disagreements()).toEqual([])
})

test('what a chain lost although it was settled is sent again, and moves value once', async () => {
  const [ann, ben] = await begin()
  const snapshot = await rpc('evm_snapshot')
  await world.withdraw(ann!, pos(10), later)
  await world.settlement.payout(later)
  expect(await world.balance('chain')).toBe(pos(10))
  await rpc('evm_revert', snapshot)
  expect(await world.onChain(ann!.wallet.address)).toBe(0n)
  await world.withdraw(ben!, pos(5), later)
  expect(await world.settlement.payout(later)).toMatchObject({ signer: { state: 'idle', settled: 2 } })
  expect(await world.onChain(ann!.wallet.address)).toBe(pos(10))
  expect(await world.balance('chain')).toBe(pos(15))
  expect(await world.disagreements()).toEqual([])
  expect(await world.database.prisma.outboxRow.count({ where: { subject: 'chain-went-back' } })).toBe(1)
})

/** Above the estimate: in which second it is mined decides whether the token adds a checkpoint of the votes. */
const PAY_GAS = 500_000n

test('a payout on chain with other content halts the payer until an operator has looked', async () => {
  const [ann, ben] = await begin()
  // Somebody with the payer's key pays line 1 to the wrong person.
  const line = (BigInt(ben!.wallet.address) << 96n) | pos(3)
  await world.mined(
    sender(2).writeContract({ address: world.deployment.vault, abi: Vault.abi, functionName: 'pay', args: [1n, [line]], gas: PAY_GAS }),
  )
  await world.withdraw(ann!, pos(10), later)
  await expect(world.settlement.payout(later)).rejects.toMatchObject({ source: 'settlement', retryable: false })
  await expect(world.settlement.payout(later)).rejects.toThrow(/the payer is halted: pay 1-1 is on chain/)
  expect(await world.database.prisma.outboxRow.count({ where: { topic: 'operator-alert', subject: 'signer-halted' } })).toBe(1)
  expect(await world.onChain(ann!.wallet.address)).toBe(0n)
  await world.settlement.resume('payer')
  await expect(world.settlement.payout(later)).rejects.toThrow(/halted/)
})

test('a ledger from an old backup halts: the chain knows more lines than it', async () => {
  const [ann] = await begin()
  await world.withdraw(ann!, pos(10), later)
  const line = (BigInt(ann!.wallet.address) << 96n) | pos(10)
  const pay = { address: world.deployment.vault, abi: Vault.abi, functionName: 'pay' } as const
  await world.mined(sender(2).writeContract({ ...pay, args: [1n, [line]], gas: PAY_GAS }))
  await world.mined(sender(2).writeContract({ ...pay, args: [2n, [line]], gas: PAY_GAS }))
  await expect(world.settlement.payout(later)).rejects.toThrow(/expects line 3 next, the ledger has numbered only up to 1/)
  expect(await attempts()).toHaveLength(2)
})

test('a payout that the ledger has lost, sent from a copy of it, is recognised and not paid again', async () => {
  const [ann] = await begin()
  await world.withdraw(ann!, pos(10), later)
  const line = (BigInt(ann!.wallet.address) << 96n) | pos(10)
  await world.mined(
    sender(2).writeContract({ address: world.deployment.vault, abi: Vault.abi, functionName: 'pay', args: [1n, [line]], gas: PAY_GAS }),
  )
  expect(await world.settlement.payout(later)).toMatchObject({ signer: { state: 'idle', settled: 1 } })
  expect(await world.onChain(ann!.wallet.address)).toBe(pos(10))
  expect(await world.disagreements()).toEqual([])
})

test('a period that somebody else has opened on chain counts as opened', async () => {
  world = await startSettlementWorld()
  await world.at(GENESIS)
  await world.mined(sender(7).writeContract({ address: world.deployment.emission, abi: Emission.abi, functionName: 'open', args: [1n] }))
  expect(await world.settlement.openPeriods(GENESIS)).toMatchObject({ opened: 1, signer: { state: 'idle', settled: 1 } })
  expect(await attempts()).toEqual([])
})

test('a paused vault holds payouts back without halting; they go on when it is open again', async () => {
  const [ann] = await begin()
  await world.withdraw(ann!, pos(10), later)
  await world.mined(sender(4).writeContract({ address: world.deployment.vault, abi: Vault.abi, functionName: 'pause' }))
  expect(await world.settlement.payout(later)).toMatchObject({ signer: { state: 'blocked', reason: 'EnforcedPause()' } })
  await unpauseVault(world)
  expect(await world.settlement.payout(later)).toMatchObject({ signer: { state: 'idle', settled: 1 } })
  expect(await world.disagreements()).toEqual([])
})

test('a key without its role is refused before anything is sent, and halts', async () => {
  const [ann] = await begin()
  await world.withdraw(ann!, pos(10), later)
  const wrong = await world.another({ chain: { accounts: { distributor: devAccount(1), payer: devAccount(8) } } })
  await expect(wrong.payout(later)).rejects.toThrow(
    new RegExp(`AccessControlUnauthorizedAccount\\(${devAccount(8).address}, ${keccak256(toBytes('PAYER'))}`),
  )
})

test('a node that does not answer is a fault that may be tried again, and its address is not told', async () => {
  world = await startSettlementWorld()
  const lost = await world.another({ chain: { url: 'http://127.0.0.1:9/secret-key' } })
  const failure = await lost.openPeriods(GENESIS).catch((error: unknown) => error)
  expect(failure).toMatchObject({ source: 'chain', retryable: true })
  expect(JSON.stringify(failure, Object.getOwnPropertyNames(failure))).not.toContain('secret-key')
})

test('another chain, or one that was started anew, is refused', async () => {
  world = await startSettlementWorld()
  const elsewhere = { ...world.deployment, chainId: 1 }
  await expect((await world.another({ chain: { contracts: elsewhere } })).openPeriods(GENESIS)).rejects.toThrow(/on chain 31337/)
  const empty = { ...world.deployment, vault: devAccount(6).address }
  await expect((await world.another({ chain: { contracts: empty } })).openPeriods(GENESIS)).rejects.toThrow(/not on this chain/)
})
