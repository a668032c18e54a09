import { decodeErrorResult, encodeFunctionData, type Abi } from 'viem'
import { Emission } from '../../contracts/generated/Emission.ts'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { Vault } from '../../contracts/generated/Vault.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { ChainCall } from '../../core/settlement/settlement.types.ts'

/** Where the contracts of spec 11 are; what `contracts/script/deploy.ts` returns has this shape. */
export interface Contracts {
  readonly chainId: number
  /** Block of the first deployment: no event is older. */
  readonly block: number
  readonly token: Hex
  readonly emission: Hex
  readonly vault: Hex
  readonly pool: Hex
}

/** Receiver and calldata of a call. */
export function encodeCall(call: ChainCall, contracts: Contracts): { to: Hex; data: Hex } {
  const { emission, vault } = contracts
  if (call.kind === 'open')
    return { to: emission, data: encodeFunctionData({ abi: Emission.abi, functionName: 'open', args: [BigInt(call.period)] }) }
  if (call.kind === 'fund') {
    const args = [BigInt(call.period), call.firstSerial, call.lastSerial, call.amount, call.linesRoot] as const
    return { to: emission, data: encodeFunctionData({ abi: Emission.abi, functionName: 'fund', args }) }
  }
  if (call.kind === 'close') {
    const args = [BigInt(call.period), call.statementRoot] as const
    return { to: emission, data: encodeFunctionData({ abi: Emission.abi, functionName: 'close', args }) }
  }
  if (call.kind === 'expire')
    return { to: vault, data: encodeFunctionData({ abi: Vault.abi, functionName: 'expire', args: [call.amount, call.statementRoot] }) }
  const lines = call.lines.map(({ to, amount }) => (BigInt(to) << AMOUNT_BITS) | amount)
  return { to: vault, data: encodeFunctionData({ abi: Vault.abi, functionName: 'pay', args: [call.firstSerial, lines] }) }
}

/** A line of `Vault.pay` is `uint160(to) << 96 | amount`; an amount of ours has at most 57 bits. */
const AMOUNT_BITS = 96n

const ERRORS: Abi = [...Emission.abi, ...Vault.abi, ...PoSToken.abi].filter(({ type }) => type === 'error')

/**
 * Refusals that time, or a look with fresh eyes, cures: paused, too early, the bucket empty, the vault not funded yet; and a serial that something took
 * since the position was read. Everything else will be refused for ever.
 */
const PASSING = new Set([
  'EnforcedPause',
  'TooEarly',
  'LimitExceeded',
  'ERC20InsufficientBalance',
  'WrongSerial',
  'WrongPeriod',
  'RootAlreadyUsed',
])

/** What a contract said when it refused; undefined when the error is not a refusal of a contract. */
export function refusalIn(error: unknown): { reason: string; later: boolean } | undefined {
  const data = revertData(error)
  if (data === undefined) return undefined
  try {
    const { errorName, args = [] } = decodeErrorResult({ abi: ERRORS, data })
    return { reason: `${errorName}(${args.map(String).join(', ')})`, later: PASSING.has(errorName) }
  } catch {
    return { reason: `reverted with ${data.slice(0, 74)}`, later: false }
  }
}

const HEX = /^0x(?:[0-9a-f]{2})*$/i

/** The bytes that a revert carries: viem keeps them in one of the causes, as they came from the node. */
function revertData(error: unknown): Hex | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 10; at = at.cause, depth += 1) {
    const found: unknown = 'data' in at ? at.data : undefined
    if (isData(found)) return found
  }
  return undefined
}

function isData(value: unknown): value is Hex {
  return typeof value === 'string' && HEX.test(value)
}
