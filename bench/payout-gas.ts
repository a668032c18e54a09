// Gas of paying many members, through Vault.pay on a real EVM (anvil), beside the plain ways of doing the same: `node bench/payout-gas.ts`.
import assert from 'node:assert/strict'
import { join, resolve } from 'node:path'
import { readFileSync } from 'node:fs'
import { createPublicClient, createTestClient, createWalletClient, getAddress, http, pad, toHex, type Address, type Hash } from 'viem'
import { compileSolidity } from '../scripts/compile-contracts.ts'
import { Emission } from '../contracts/generated/Emission.ts'
import { PoSToken } from '../contracts/generated/PoSToken.ts'
import { Vault } from '../contracts/generated/Vault.ts'
import { packLine } from '../contracts/script/lines.ts'
import { startAnvil } from '../contracts/script/anvil.ts'
import { deployContracts } from '../contracts/script/deploy.ts'
import { DEV_CHAIN, devAccount } from '../contracts/script/dev-accounts.ts'
import { pos } from '../core/shared/amount.ts'
import { SECOND } from '../core/shared/instant.ts'

/** Gas per recipient of one way to pay; `fresh` recipients never held the token, `repeat` ones do. */
export type GasPerRecipient = { fresh: number; repeat: number }

export type PayoutGas = {
  recipients: number
  /** Vault.pay, with votes on and the vault its own delegate. */
  vault: GasPerRecipient
  /** Baseline: one plain OpenZeppelin ERC-20 transfer, in a transaction of its own, per recipient; no votes, serials or limit. */
  transferEach: GasPerRecipient
  /** Baseline: a plain distributor contract that loops over transfers of a plain OpenZeppelin ERC-20. */
  distributorLoop: GasPerRecipient
  /** Gas of one Vault.pay with its most lines, 500, all of them fresh. */
  fullBatch: number
}

/** Goals of the house for 200 recipients, and the protocol's cap of one transaction (EIP-7825). */
export const PAYOUT_GAS_TARGETS = { fresh: 27_300, repeat: 10_300, fullBatch: 16_777_216 } as const

const RECIPIENTS = 200
const FULL_BATCH = 500
/** As a member's balance looks: not a round number, so its bytes cost what bytes cost. */
const amountOf = (index: number): bigint => 123_456_789_012n + BigInt(index) * 7_919n

/** Well-spread addresses that nobody holds; `from` keeps groups apart. */
function freshAddresses(from: number, count: number): Address[] {
  return Array.from({ length: count }, (_, index) => {
    const spread = (BigInt(from + index + 1) * 0x9e3779b97f4a7c15f39cc0605cedc8341082276bn) % (1n << 160n)
    return getAddress(pad(toHex(spread), { size: 20 }))
  })
}

/** Starts an anvil of its own, measures and ends it; about five seconds. */
export async function measurePayoutGas(): Promise<PayoutGas> {
  const anvil = await startAnvil()
  try {
    return await measure(anvil.url)
  } finally {
    await anvil.stop()
  }
}

async function measure(url: string): Promise<PayoutGas> {
  const transport = http(url)
  const reader = createPublicClient({ transport, pollingInterval: 20 })
  const [deployer, distributor, payer] = [devAccount(0), devAccount(1), devAccount(2)]
  const walletOf = (account: typeof deployer) => createWalletClient({ account, chain: DEV_CHAIN, transport })
  async function gasOf(hash: Hash): Promise<number> {
    const receipt = await reader.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success')
    return Number(receipt.gasUsed)
  }

  const now = Number((await reader.getBlock()).timestamp)
  const deployed = await deployContracts({
    transport,
    account: deployer,
    genesis: now * SECOND,
    distributor: distributor.address,
    payer: payer.address,
    relayer: devAccount(3).address,
    guardian: devAccount(4).address,
    adminProposer: devAccount(5).address,
    delaySeconds: 172_800,
  })
  const emission = { address: deployed.emission, abi: Emission.abi } as const
  await gasOf(await walletOf(distributor).writeContract({ ...emission, functionName: 'open', args: [1n] }))
  const grants = [1n, 1n, 1n, pos(1_000_000), pad('0x01', { size: 32 })] as const
  await gasOf(await walletOf(distributor).writeContract({ ...emission, functionName: 'fund', args: grants }))

  let nextSerial = 1n
  async function payGas(to: Address[]): Promise<number> {
    // A block of its own at a new second, as a real payout has: the vault's votes then get a new checkpoint.
    await createTestClient({ mode: 'anvil', transport }).increaseTime({ seconds: 60 })
    const args = [nextSerial, to.map((recipient, index) => packLine({ to: recipient, amount: amountOf(index) }))] as const
    nextSerial += BigInt(to.length)
    return gasOf(await walletOf(payer).writeContract({ address: deployed.vault, abi: Vault.abi, functionName: 'pay', args }))
  }
  const group = freshAddresses(0, RECIPIENTS)
  const vault = { fresh: (await payGas(group)) / RECIPIENTS, repeat: (await payGas(group)) / RECIPIENTS }
  const fullBatch = await payGas(freshAddresses(RECIPIENTS, FULL_BATCH))
  const paid = await reader.readContract({ address: deployed.token, abi: PoSToken.abi, functionName: 'balanceOf', args: [group[1]!] })
  assert.equal(paid, 2n * amountOf(1), 'the measured payouts paid')

  const file = 'bench/PlainDistributor.sol'
  const compiled = compileSolidity({ [file]: { content: readFileSync(join(resolve(import.meta.dirname, '..'), file), 'utf8') } })
  const plain = compiled.get('PlainDistributor')
  assert(plain !== undefined)
  const created = await walletOf(deployer).deployContract({ abi: DISTRIBUTOR_ABI, bytecode: plain.bytecode })
  const distributorAddress = (await reader.waitForTransactionReceipt({ hash: created })).contractAddress
  assert(distributorAddress)
  const plainDistributor = { address: distributorAddress, abi: DISTRIBUTOR_ABI } as const
  const plainToken = await reader.readContract({ ...plainDistributor, functionName: 'token' })
  async function loopGas(to: Address[]): Promise<number> {
    const args = [to, to.map((_, index) => amountOf(index))] as const
    return (await gasOf(await walletOf(deployer).writeContract({ ...plainDistributor, functionName: 'distribute', args }))) / to.length
  }
  async function transferGas(to: Address[]): Promise<number> {
    let total = 0
    for (const [index, recipient] of to.entries()) {
      const args = [recipient, amountOf(index)] as const
      total += await gasOf(
        await walletOf(deployer).writeContract({ address: plainToken, abi: PoSToken.abi, functionName: 'transfer', args }),
      )
    }
    return total / to.length
  }
  const [looped, single] = [freshAddresses(10_000, RECIPIENTS), freshAddresses(20_000, RECIPIENTS)]
  return {
    recipients: RECIPIENTS,
    vault,
    transferEach: { fresh: await transferGas(single), repeat: await transferGas(single) },
    distributorLoop: { fresh: await loopGas(looped), repeat: await loopGas(looped) },
    fullBatch,
  }
}

const DISTRIBUTOR_ABI = [
  { type: 'function', name: 'token', stateMutability: 'view', inputs: [], outputs: [{ type: 'address' }] },
  {
    type: 'function',
    name: 'distribute',
    stateMutability: 'nonpayable',
    inputs: [
      { name: 'to', type: 'address[]' },
      { name: 'amounts', type: 'uint256[]' },
    ],
    outputs: [],
  },
] as const

function print(gas: PayoutGas): void {
  const row = (name: string, { fresh, repeat }: GasPerRecipient) =>
    console.log(`${name.padEnd(52)} ${fresh.toFixed(0).padStart(8)} ${repeat.toFixed(0).padStart(8)}`)
  console.log(`gas per recipient, ${gas.recipients} recipients`.padEnd(52), 'fresh'.padStart(8), 'repeat'.padStart(8))
  row('Vault.pay: votes, serials, running hash, limit', gas.vault)
  row('target', PAYOUT_GAS_TARGETS)
  row('plain ERC-20, a distributor that loops', gas.distributorLoop)
  row('plain ERC-20, a transaction per recipient', gas.transferEach)
  console.log(`Vault.pay with ${FULL_BATCH} fresh lines: ${gas.fullBatch} gas, cap of a transaction ${PAYOUT_GAS_TARGETS.fullBatch}`)
}

if (import.meta.main) print(await measurePayoutGas())
