import {
  domainSeparator,
  encodeFunctionData,
  hashTypedData,
  parseSignature,
  recoverAddress,
  size,
  type LocalAccount,
  type PublicClient,
} from 'viem'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { Vault } from '../../contracts/generated/Vault.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { RelayChain, RelayTrial } from '../../core/settlement/permit-deposit.port.ts'
import type { PermitDomain, SignedPermit } from '../../core/settlement/permit-deposit.types.ts'
import { Fault } from '../../core/shared/fault.ts'
import { SECOND } from '../../core/shared/instant.ts'
import { chainFault, onChain, openChainClient } from './chain-client.ts'
import { refusalIn, type Contracts } from './contract-calls.ts'
import {
  askedFees,
  broadcast,
  DEFAULT_FEE_CAP,
  gasLimit,
  isKnown,
  minedIn,
  noncesOf,
  signChanged,
  signTransaction,
} from './sent-transaction.ts'

/** What nodes say of fees below the base fee of the day: anvil and geth, Erigon, Nethermind. */
const TOO_CHEAP = /less than block base fee|fee too low|FeeTooLow/i

export interface DepositRelayOptions {
  /** JSON-RPC address. It may hold a key: no error and no log shows it. */
  readonly url: string
  readonly contracts: Pick<Contracts, 'chainId' | 'token' | 'vault'>
  /** Pays the gas and holds no tokens; undefined: deposits without gas are not offered. */
  readonly relayer: LocalAccount | undefined
  readonly confirmations: number
  /** Most that is paid for a unit of gas, in wei; default 500 gwei. */
  readonly feeCap?: bigint
}

/** https://eips.ethereum.org/EIPS/eip-2612 */
const PERMIT = [
  { name: 'owner', type: 'address' },
  { name: 'spender', type: 'address' },
  { name: 'value', type: 'uint256' },
  { name: 'nonce', type: 'uint256' },
  { name: 'deadline', type: 'uint256' },
] as const

/** The token knows signatures of keys only, none of contract wallets. */
const KEY_SIGNATURE_BYTES = 65

/** Half of the order of secp256k1: the token refuses the other signature that can be made of each (EIP-2). */
const HALF_ORDER = 0x7fffffffffffffffffffffffffffffff5d576e7357a4501ddfe92f46681b20a0n

/** Token and vault as deposits by permit need them. Connects to nothing until it is asked something. */
export function createDepositRelay(options: DepositRelayOptions): RelayChain {
  const { url, contracts, confirmations, feeCap = DEFAULT_FEE_CAP } = options
  const client = openChainClient(url)
  const token = { address: contracts.token, abi: PoSToken.abi } as const
  let known: PermitDomain | undefined

  async function domain(): Promise<PermitDomain> {
    known ??= await onChain('reading the domain of the token', () => readDomain(client, contracts))
    return known
  }
  function relayer(): LocalAccount {
    if (options.relayer === undefined) throw new Error('there is no relayer key')
    return options.relayer
  }

  async function isSignedByOwner(permit: SignedPermit): Promise<boolean> {
    const hash = hashTypedData({
      domain: await domain(),
      types: { Permit: PERMIT },
      primaryType: 'Permit',
      message: {
        owner: permit.owner,
        spender: contracts.vault,
        value: permit.amount,
        nonce: permit.nonce,
        deadline: BigInt(permit.deadline / SECOND),
      },
    })
    try {
      if (size(permit.signature) !== KEY_SIGNATURE_BYTES || BigInt(parseSignature(permit.signature).s) > HALF_ORDER) return false
      return lower(await recoverAddress({ hash, signature: permit.signature })) === permit.owner
    } catch {
      // Not a point of the curve, or no such v.
      return false
    }
  }

  async function trial(permit: SignedPermit): Promise<RelayTrial> {
    try {
      // As of the next block, whose time is now: on a chain without idle blocks the newest one may be hours old.
      const gas = await client.estimateGas({ account: relayer().address, ...depositCall(permit, contracts.vault), blockTag: 'pending' })
      return { passes: true, gas: gasLimit(gas) }
    } catch (error) {
      const refusal = refusalIn(error)
      if (refusal === undefined) throw chainFault(error, 'trying a deposit')
      return { passes: false, error: refusal.reason.split('(')[0]! }
    }
  }

  return {
    relayer: options.relayer && lower(options.relayer.address),
    vault: contracts.vault,
    confirmations,
    feeCap,
    domain,
    owner: (address) =>
      onChain('reading a wallet', async () => {
        const { number: blockNumber, timestamp } = await client.getBlock()
        const [nonce, balance] = await Promise.all([
          client.readContract({ ...token, functionName: 'nonces', args: [address], blockNumber }),
          client.readContract({ ...token, functionName: 'balanceOf', args: [address], blockNumber }),
        ])
        return { nonce, balance, block: Number(blockNumber), at: Number(timestamp) * SECOND }
      }),
    isSignedByOwner,
    relayerAccount: () =>
      onChain('reading the relayer', async () => {
        const { address } = relayer()
        const [nonces, funds] = await Promise.all([noncesOf(client, address), client.getBalance({ address })])
        return { ...nonces, funds }
      }),
    trial,
    askedFees: () => askedFees(client),
    sign: (permit, { nonce, gas, fees }) =>
      signTransaction(relayer(), {
        type: 'eip1559',
        chainId: contracts.chainId,
        ...depositCall(permit, contracts.vault),
        nonce,
        gas,
        maxFeePerGas: fees.maxFee,
        maxPriorityFeePerGas: fees.maxTip,
      }),
    signChanged: (raw, change) => signChanged(relayer(), raw, change),
    isKnown: (hash) => isKnown(client, hash),
    async broadcast(raw) {
      try {
        await broadcast(client, raw)
      } catch (error) {
        if (!(error instanceof Fault && TOO_CHEAP.test(error.message))) throw error
      }
    },
    minedIn: (hash) => minedIn(client, hash),
  }
}

function depositCall({ owner, amount, deadline, signature }: SignedPermit, vault: Hex): { to: Hex; data: Hex } {
  const { r, s, yParity } = parseSignature(signature)
  const args = [owner, amount, BigInt(deadline / SECOND), 27 + yParity, r, s] as const
  return { to: vault, data: encodeFunctionData({ abi: Vault.abi, functionName: 'depositWithPermit', args }) }
}

/** From the token itself (EIP-5267), and held against the separator that it really uses: a wallet must not be asked to sign what the token will not take. */
async function readDomain(client: PublicClient, contracts: Pick<Contracts, 'chainId' | 'token'>): Promise<PermitDomain> {
  const token = { address: contracts.token, abi: PoSToken.abi } as const
  const [chainId, [, name, version, domainChain, verifyingContract], separator] = await Promise.all([
    client.getChainId(),
    client.readContract({ ...token, functionName: 'eip712Domain' }),
    client.readContract({ ...token, functionName: 'DOMAIN_SEPARATOR' }),
  ])
  const domain: PermitDomain = { name, version, chainId: Number(domainChain), verifyingContract }
  const isOurs = chainId === contracts.chainId && domain.chainId === chainId && lower(verifyingContract) === lower(contracts.token)
  if (!isOurs || domainSeparator({ domain }) !== separator)
    throw new Fault('chain', 'the token tells another domain for signatures than it uses', { retryable: false })
  return domain
}

function lower(address: string): Hex {
  return `0x${address.slice(2).toLowerCase()}`
}
