import { createPublicClient, createTestClient, encodeFunctionData, http, type Abi, type AbiFunction, type AbiParameter } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAnvil, type Anvil } from '../script/anvil.ts'
import { deployContracts, type Deployment } from '../script/deploy.ts'
import { devAccount } from '../script/dev-accounts.ts'
import { Anchors } from '../generated/Anchors.ts'
import { EcoFund } from '../generated/EcoFund.ts'
import { Emission } from '../generated/Emission.ts'
import { PoSToken } from '../generated/PoSToken.ts'
import { Pool } from '../generated/Pool.ts'
import { Vault } from '../generated/Vault.ts'

/** Everything that anybody may call, on purpose. Whatever else changes state must refuse a stranger (C9). */
const PUBLIC = new Set([
  'token.approve',
  'token.batchTransfer',
  'token.delegate',
  'token.delegateBySig',
  'token.permit',
  'token.transfer',
  'token.transferFrom',
  'emission.close',
  'emission.open',
  'vault.deposit',
  'vault.depositWithPermit',
  // AccessControl lets everybody give up a role of their own, and only that.
  ...['anchors', 'emission', 'pool', 'vault'].map((name) => `${name}.renounceRole`),
])
const CONTRACTS = { token: PoSToken, emission: Emission, vault: Vault, pool: Pool, ecoFund: EcoFund, anchors: Anchors } as const
const stranger = devAccount(9).address

let anvil: Anvil
let deployment: Deployment
beforeAll(async () => {
  anvil = await startAnvil()
  deployment = await deployContracts({
    transport: http(anvil.url),
    account: devAccount(0),
    genesis: Date.UTC(2027, 0, 31),
    distributor: devAccount(1).address,
    payer: devAccount(2).address,
    relayer: devAccount(3).address,
    guardian: devAccount(4).address,
    adminProposer: devAccount(5).address,
    delaySeconds: 172_800,
  })
  await createTestClient({ mode: 'anvil', transport: http(anvil.url) }).setNextBlockTimestamp({
    timestamp: BigInt(Date.UTC(2028, 0, 1) / 1000),
  })
})
afterAll(() => anvil.stop())

function changesState(entry: Abi[number]): entry is AbiFunction {
  return entry.type === 'function' && entry.stateMutability !== 'view' && entry.stateMutability !== 'pure'
}

/** A harmless value of the type; the serials of fresh contracts are all 1, so nothing fails for a wrong number first. */
function sample({ type }: AbiParameter): unknown {
  if (type.endsWith('[]')) return [1n]
  if (type === 'address') return stranger
  if (type === 'bytes32' || type === 'bytes4') return `0x${'11'.repeat(type === 'bytes32' ? 32 : 4)}`
  return 1n
}

const NAMES = ['token', 'emission', 'vault', 'pool', 'ecoFund', 'anchors'] as const
const all = NAMES.flatMap((name) => {
  const abi: Abi = CONTRACTS[name].abi
  return abi.filter(changesState).map((entry) => ({ name, entry, label: `${name}.${entry.name}` }))
})
const guarded = all.filter(({ label }) => !PUBLIC.has(label))

describe('C9: every function that changes state', () => {
  it('is either public on purpose or in this test', () => {
    expect([...PUBLIC].filter((label) => !all.some((item) => item.label === label))).toEqual([])
    expect(guarded.map(({ label }) => label)).toEqual(
      expect.arrayContaining(['emission.fund', 'vault.pay', 'vault.setLimit', 'ecoFund.pay', 'token.mint']),
    )
    expect(guarded.length).toBe(all.length - PUBLIC.size)
  })

  it.each(guarded)('$label refuses a stranger for being one', async ({ name, entry }) => {
    const address = deployment[name]
    const data = encodeFunctionData({ abi: [entry], args: entry.inputs.map(sample) })
    const client = createPublicClient({ transport: http(anvil.url) })
    const reason = await client.call({ account: stranger, to: address, data }).then(
      () => 'it went through',
      (error: Error) => error.message,
    )
    // AccessControlUnauthorizedAccount(address,bytes32) and Unauthorized(address) by their selectors.
    expect(reason).toMatch(/0xe2517d3f|0x8e4a23d6/)
  })
})
