// Deploys the contracts of spec 11 and wires them to each other. The deployer pays the gas and never holds a role.
import assert from 'node:assert/strict'
import {
  createPublicClient,
  createWalletClient,
  defineChain,
  getContractAddress,
  type Account,
  type Address,
  type Hash,
  type Transport,
} from 'viem'
import { NANO_PER_POS, type Amount } from '../../core/shared/amount.ts'
import { SECOND, type Instant } from '../../core/shared/instant.ts'
import { Anchors } from '../generated/Anchors.ts'
import { EcoFund } from '../generated/EcoFund.ts'
import { Emission } from '../generated/Emission.ts'
import { PoSToken } from '../generated/PoSToken.ts'
import { Pool } from '../generated/Pool.ts'
import { TimelockController } from '../generated/TimelockController.ts'
import { Vault } from '../generated/Vault.ts'

/** Where the contracts are; JSON-serialisable. `block` is the one of the first deployment: no event is older. */
export type Deployment = {
  chainId: number
  block: number
  /** Start of period 1, in milliseconds since 1970 (whole seconds). */
  genesis: Instant
  token: Address
  emission: Address
  vault: Address
  pool: Address
  ecoFund: Address
  anchors: Address
  timelock: Address
}

/** The vault's leaky bucket: in any t seconds at most `capacity + t * refillPerSecond` nano leave. */
export type PayoutLimit = { capacity: Amount; refillPerSecond: Amount }

export type DeployOptions = {
  transport: Transport
  /** Signs and pays the deployment; gets no role anywhere. */
  account: Account
  /** Start of period 1; a whole second. */
  genesis: Instant
  /** Signer that funds grants, closes periods and streams the pool. */
  distributor: Address
  /** Signer that pays withdrawals. */
  payer: Address
  /** Signer that relays votes and anchors roots. */
  relayer: Address
  /** Watcher that can pause. */
  guardian: Address
  /** Multisig of the committee: proposes what the timelock, the admin of everything, does after its delay. */
  adminProposer: Address
  /** Delay of the timelock; 172,800 (48 h) by spec 11. */
  delaySeconds: number
  /** Default: DEFAULT_PAYOUT_LIMIT. */
  limit?: PayoutLimit
}

const TWELVE_HOURS = 43_200n
const RECEIPT_POLL_MS = 250

/** An eighth of the largest monthly release at once, as much again in 12 hours: at most 6,000,000 PoS in any 24 hours. */
export const DEFAULT_PAYOUT_LIMIT: PayoutLimit = {
  capacity: 2_000_000n * NANO_PER_POS,
  refillPerSecond: (2_000_000n * NANO_PER_POS) / TWELVE_HOURS,
}

/** Anybody may execute what the timelock has announced and waited for: nobody can hold it back (OpenZeppelin's open executor role). */
const ANYBODY: Address = '0x0000000000000000000000000000000000000000'
const NO_ADMIN: Address = ANYBODY

/**
 * Deploys everything in seven transactions; resolves when all are mined and the wiring has been read back. Not resumable: run again after a failure,
 * the half-made contracts hold nothing. Rejects with viem's error when a transaction fails, and asserts on a genesis that is not a whole second.
 */
export async function deployContracts(options: DeployOptions): Promise<Deployment> {
  assert(options.genesis % SECOND === 0, `genesis must be a whole second, got ${options.genesis} ms`)
  const genesis = BigInt(options.genesis / SECOND)
  const limit = options.limit ?? DEFAULT_PAYOUT_LIMIT
  const { distributor, payer, relayer, guardian } = options
  const reader = createPublicClient({ transport: options.transport, pollingInterval: RECEIPT_POLL_MS })
  const chainId = await reader.getChainId()
  const chain = defineChain({
    id: chainId,
    name: `chain ${chainId}`,
    nativeCurrency: { name: 'native', symbol: 'NATIVE', decimals: 18 },
    rpcUrls: { default: { http: [] } },
  })
  const writer = createWalletClient({ account: options.account, chain, transport: options.transport })

  // The contracts know each other from birth, so each address is computed from the deployer's nonce before it exists.
  const firstNonce = await reader.getTransactionCount({ address: options.account.address, blockTag: 'pending' })
  const order = ['timelock', 'token', 'ecoFund', 'pool', 'vault', 'anchors', 'emission'] as const
  const at = (name: (typeof order)[number]): Address =>
    getContractAddress({ from: options.account.address, nonce: BigInt(firstNonce + order.indexOf(name)) })

  const blocks: bigint[] = []
  async function create(name: (typeof order)[number], send: (nonce: number) => Promise<Hash>): Promise<void> {
    const hash = await send(firstNonce + order.indexOf(name))
    const receipt = await reader.waitForTransactionReceipt({ hash })
    assert.equal(receipt.status, 'success', `deployment of ${name} reverted in ${hash}`)
    assert.equal(receipt.contractAddress?.toLowerCase(), at(name).toLowerCase(), `${name} is not where it was computed to be`)
    blocks.push(receipt.blockNumber)
  }
  const admin = at('timelock')
  const token = at('token')
  await create('timelock', (nonce) => {
    const args = [BigInt(options.delaySeconds), [options.adminProposer], [ANYBODY], NO_ADMIN] as const
    return writer.deployContract({ ...TimelockController, args, nonce })
  })
  await create('token', (nonce) => writer.deployContract({ ...PoSToken, args: [at('emission')], nonce }))
  await create('ecoFund', (nonce) => writer.deployContract({ ...EcoFund, args: [token, admin], nonce }))
  await create('pool', (nonce) => {
    const args = [token, at('vault'), at('ecoFund'), genesis, admin, distributor, guardian] as const
    return writer.deployContract({ ...Pool, args, nonce })
  })
  await create('vault', (nonce) => {
    const args = [token, at('pool'), admin, payer, relayer, guardian, limit.capacity, limit.refillPerSecond] as const
    return writer.deployContract({ ...Vault, args, nonce })
  })
  await create('anchors', (nonce) => writer.deployContract({ ...Anchors, args: [admin, relayer], nonce }))
  // Last, because its constructor checks the wiring of the others and mints the pool's tokens.
  await create('emission', (nonce) => {
    const args = [genesis, token, at('pool'), at('vault'), admin, distributor, guardian] as const
    return writer.deployContract({ ...Emission, args, nonce })
  })

  return {
    chainId,
    block: Number(blocks[0]),
    genesis: options.genesis,
    token,
    emission: at('emission'),
    vault: at('vault'),
    pool: at('pool'),
    ecoFund: at('ecoFund'),
    anchors: at('anchors'),
    timelock: admin,
  }
}
