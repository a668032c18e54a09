import {
  createPublicClient,
  createTestClient,
  http,
  keccak256,
  parseEventLogs,
  toBytes,
  zeroAddress,
  zeroHash,
  type Address,
  type Hex,
} from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { periodBoundary } from '../../core/economy/release-schedule.ts'
import { Emission } from '../generated/Emission.ts'
import { PoSToken } from '../generated/PoSToken.ts'
import { Pool } from '../generated/Pool.ts'
import { TimelockController } from '../generated/TimelockController.ts'
import { Vault } from '../generated/Vault.ts'
import { startAnvil, type Anvil } from './anvil.ts'
import { DEFAULT_PAYOUT_LIMIT, deployContracts, type Deployment } from './deploy.ts'
import { devAccount } from './dev-accounts.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const deployer = devAccount(0)
const people = {
  distributor: devAccount(1).address,
  payer: devAccount(2).address,
  relayer: devAccount(3).address,
  guardian: devAccount(4).address,
  adminProposer: devAccount(5).address,
}
const role = (name: string): Hex => keccak256(toBytes(name))
const ADMIN = zeroHash

let anvil: Anvil
let deployment: Deployment
const client = () => createPublicClient({ transport: http(anvil.url) })

beforeAll(async () => {
  anvil = await startAnvil()
  deployment = await deployContracts({ transport: http(anvil.url), account: deployer, genesis: GENESIS, ...people, delaySeconds: 172_800 })
})
afterAll(() => anvil.stop())

/** Who holds which role of which contract, from nothing but the events: `contract role account`, sorted. */
async function roleTable(): Promise<string[]> {
  const names = new Map(Object.entries(deployment).map(([name, value]) => [String(value).toLowerCase(), name]))
  for (const [name, account] of Object.entries(people)) names.set(account.toLowerCase(), name)
  const roles = new Map([
    [ADMIN, 'ADMIN'],
    [zeroAddress as string, 'anybody'],
    ...['DISTRIBUTOR', 'PAYER', 'RELAYER', 'GUARDIAN', 'PROPOSER_ROLE', 'EXECUTOR_ROLE', 'CANCELLER_ROLE'].map(
      (name) => [role(name), name] as const,
    ),
  ])
  const nameOf = (value: string): string => names.get(value.toLowerCase()) ?? roles.get(value) ?? value
  const logs = await client().getLogs({ fromBlock: BigInt(deployment.block), toBlock: 'latest' })
  const held = new Set<string>()
  for (const log of parseEventLogs({ abi: TimelockController.abi, logs, eventName: ['RoleGranted', 'RoleRevoked'] })) {
    const line = `${nameOf(log.address)} ${nameOf(log.args.role)} ${nameOf(log.args.account)}`
    if (log.eventName === 'RoleGranted') held.add(line)
    else held.delete(line)
  }
  return [...held].sort()
}

describe('deployContracts', () => {
  it('leaves exactly the roles of spec 11, and none with the deployer', async () => {
    expect(await roleTable()).toEqual([
      'anchors ADMIN timelock',
      'anchors RELAYER relayer',
      'emission ADMIN timelock',
      'emission DISTRIBUTOR distributor',
      'emission GUARDIAN guardian',
      'pool ADMIN timelock',
      'pool DISTRIBUTOR distributor',
      'pool GUARDIAN guardian',
      'timelock ADMIN timelock',
      'timelock CANCELLER_ROLE adminProposer',
      'timelock EXECUTOR_ROLE anybody',
      'timelock PROPOSER_ROLE adminProposer',
      'vault ADMIN timelock',
      'vault GUARDIAN guardian',
      'vault PAYER payer',
      'vault RELAYER relayer',
    ])
  })

  it('gives the deployer no tokens and mints only the pool', async () => {
    const balanceOf = (account: Address) =>
      client().readContract({ address: deployment.token, abi: PoSToken.abi, functionName: 'balanceOf', args: [account] })
    expect(await balanceOf(deployer.address)).toBe(0n)
    expect(await balanceOf(deployment.pool)).toBe(pos(9_000_000))
    expect(await client().readContract({ address: deployment.token, abi: PoSToken.abi, functionName: 'totalSupply' })).toBe(pos(9_000_000))
  })

  it('writes contracts that point at each other, the calendar and the limits', async () => {
    const { emission, pool, vault, timelock, token } = deployment
    const reader = client()
    expect(await reader.readContract({ address: token, abi: PoSToken.abi, functionName: 'minter' })).toBe(emission)
    expect(await reader.readContract({ address: emission, abi: Emission.abi, functionName: 'vault' })).toBe(vault)
    expect(await reader.readContract({ address: pool, abi: Pool.abi, functionName: 'ecoFund' })).toBe(deployment.ecoFund)
    expect(await reader.readContract({ address: timelock, abi: TimelockController.abi, functionName: 'getMinDelay' })).toBe(172_800n)
    expect(await reader.readContract({ address: vault, abi: Vault.abi, functionName: 'available' })).toBe(DEFAULT_PAYOUT_LIMIT.capacity)
    expect(await reader.readContract({ address: token, abi: PoSToken.abi, functionName: 'delegates', args: [vault] })).toBe(vault)
    for (let k = 0; k <= 13; k += 1) {
      const boundary = await reader.readContract({ address: emission, abi: Emission.abi, functionName: 'boundary', args: [BigInt(k)] })
      expect(Number(boundary) * 1000).toBe(periodBoundary(GENESIS, k))
    }
  })

  it('is a plain JSON value whose block is not younger than any event', async () => {
    expect(JSON.parse(JSON.stringify(deployment))).toEqual(deployment)
    const logs = await client().getLogs({ fromBlock: 0n, toBlock: 'latest' })
    expect(logs.length).toBeGreaterThan(0)
    expect(logs.every((log) => log.blockNumber >= BigInt(deployment.block))).toBe(true)
  })

  it('refuses a genesis between two seconds', async () => {
    const options = { transport: http(anvil.url), account: deployer, ...people, delaySeconds: 172_800 }
    await expect(deployContracts({ ...options, genesis: GENESIS + 1 })).rejects.toThrow('whole second')
  })

  it('works from an account that has sent transactions before', async () => {
    await createTestClient({ mode: 'anvil', transport: http(anvil.url) }).mine({ blocks: 3 })
    const options = { transport: http(anvil.url), account: deployer, ...people, delaySeconds: 1 }
    const second = await deployContracts({ ...options, genesis: GENESIS })
    expect(second.emission).not.toBe(deployment.emission)
    expect(second.block).toBeGreaterThan(deployment.block)
  })
})
