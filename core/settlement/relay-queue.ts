import type { Hex } from '../economy/merkle-hex.ts'
import { Fault } from '../shared/fault.ts'
import type { Instant } from '../shared/instant.ts'
import { isStuck } from './permit-deposit.rules.ts'
import type { RelayChain, RelayStore } from './permit-deposit.port.ts'
import type { DepositState, RelayedDeposit } from './permit-deposit.types.ts'
import { raisedFees } from './settlement.rules.ts'
import type { Checkpoint } from './settlement.port.ts'
import type { Attempt } from './settlement.types.ts'

export interface RelayPorts {
  readonly chain: RelayChain
  readonly store: RelayStore
  readonly checkpoint: Checkpoint
}

/** Deposits that may wait for a block at the same time; more are asked to come back. */
const MAX_IN_FLIGHT = 16

/** What was signed last: at least one transaction is stored with every deposit. */
export function newestOf({ attempts }: RelayedDeposit): Attempt {
  return attempts.at(-1)!
}

/** Where a deposit is by the blocks alone: any of its transactions may be the one that was mined. */
export async function lookAt(chain: RelayChain, deposit: RelayedDeposit): Promise<DepositState> {
  const { amount } = deposit.permit
  const found = await Promise.all(deposit.attempts.map(async ({ hash }) => ({ hash, mined: await chain.minedIn(hash) })))
  const accepted = found.find(({ mined }) => mined?.ok === true)
  if (accepted !== undefined) return { stage: 'mined', txHash: accepted.hash, amount, block: accepted.mined?.block }
  const reverted = found.findLast(({ mined }) => mined !== undefined)
  if (reverted !== undefined) return { stage: 'failed', txHash: reverted.hash, amount, block: reverted.mined?.block }
  return { stage: deposit.hasFailed ? 'failed' : 'sent', txHash: newestOf(deposit).hash, amount, block: undefined }
}

/**
 * Keeps everything that the relayer has signed and that is in no block alive, lowest nonce first: a transaction that was never sent, or that waits with fees of
 * yesterday, holds up all behind it. Gives the nonces that are kept for them.
 */
export async function pushQueue(ports: RelayPorts, relayer: Hex, mined: number, block: number, now: Instant): Promise<readonly number[]> {
  const waiting = await ports.store.unmined(relayer, mined, MAX_IN_FLIGHT)
  for (const deposit of waiting) await push(ports, deposit, block, now)
  if (waiting.length === MAX_IN_FLIGHT) throw new Fault('chain', `${MAX_IN_FLIGHT} deposits wait to be mined`, { retryable: true })
  return waiting.map(({ relayerNonce }) => relayerNonce)
}

async function push({ chain, store, checkpoint }: RelayPorts, deposit: RelayedDeposit, block: number, now: Instant): Promise<void> {
  const live = newestOf(deposit)
  if (isStuck(deposit, live, block)) {
    const fees = raisedFees(live.fees, await chain.askedFees())
    if (fees.maxFee <= chain.feeCap) {
      const signed = await chain.signChanged(live.raw, { fees })
      await store.addAttempt(deposit.id, { ...signed, nonce: live.nonce, fees, sentBlock: block }, now)
      await checkpoint('signed')
      await chain.broadcast(signed.raw)
      await checkpoint('sent')
      return
    }
  }
  if (await chain.isKnown(live.hash)) return
  await chain.broadcast(live.raw)
  await checkpoint('sent')
}
