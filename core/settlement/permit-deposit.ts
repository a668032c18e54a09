import type { Hex } from '../economy/merkle-hex.ts'
import { Fault } from '../shared/fault.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { permitRefusals as no } from './permit-deposit.refusals.ts'
import { amountRefusal, isSamePermit, offeredDeadline, permitRefusal } from './permit-deposit.rules.ts'
import type { RelayChain, RelayStore } from './permit-deposit.port.ts'
import type { DepositState, DepositTerms, SignedPermit } from './permit-deposit.types.ts'
import { lookAt } from './relay-queue.ts'
import { relayInTurn } from './relay-permit.ts'
import type { Checkpoint } from './settlement.port.ts'

export interface PermitDepositParts {
  readonly chain: RelayChain
  readonly store: RelayStore
  /** Called between steps (`signed`, `sent`); a test ends the process there. */
  readonly checkpoint?: Checkpoint
}

/** Deposits that cost the member no gas (spec 01, "Custody"): a permit (EIP-2612) is signed on the web page, and we send it to the vault. */
export interface PermitDeposits {
  /** Whether there is a key that pays the gas. */
  readonly isRelaying: boolean
  /** What a wallet must know to sign. Says nothing about members: anybody may ask for any address. */
  terms(owner: Hex, now: Instant): Promise<DepositTerms>
  /**
   * Sends a permit to the vault, once however often it is given: the same permit again answers the same deposit, and keeps its transaction alive. Safe to end
   * anywhere and to run on many machines. The credit is the work of `watchDeposits`, as for every deposit.
   * @throws Fault `chain` or `database` when those do not answer; what was signed is stored, and the same permit given again sends it.
   */
  relay(permit: SignedPermit, now: Instant): Promise<Outcome<DepositState>>
  /** Where a relayed deposit is, by any of its transactions. */
  state(txHash: Hex): Promise<Outcome<DepositState>>
}

const TURN_RETRY_MS = 5_000

export function createPermitDeposits({ chain, store, checkpoint = () => {} }: PermitDepositParts): PermitDeposits {
  async function isTaken(permit: SignedPermit): Promise<boolean> {
    const earlier = await store.find(permit.owner, permit.nonce)
    return earlier !== undefined && isSamePermit(earlier.permit, permit)
  }

  return {
    isRelaying: chain.relayer !== undefined,
    async terms(owner, now) {
      const [domain, { nonce, balance }] = await Promise.all([chain.domain(), chain.owner(owner)])
      return {
        vault: chain.vault,
        domain,
        nonce,
        balance,
        deadline: offeredDeadline(now),
        confirmations: chain.confirmations,
      }
    },

    async relay(permit, now) {
      const { relayer } = chain
      if (relayer === undefined) return refuse(no.relayOff())
      const early = amountRefusal(permit.amount) ?? ((await chain.isSignedByOwner(permit)) ? undefined : no.signature())
      if (early !== undefined) return refuse(early)
      // Most of what is refused is refused here, without a turn: nobody can keep others waiting by permits that come to nothing.
      if (!(await isTaken(permit))) {
        const [member, owner] = await Promise.all([store.memberOf(permit.owner), chain.owner(permit.owner)])
        const refusal = permitRefusal(permit, { member, owner, now })
        // Once more: what the chain has seen of this very permit another process has stored before.
        if (refusal !== undefined && !(await isTaken(permit))) return refuse(refusal)
      }
      const outcome = await store.withRelayer(relayer, () => relayInTurn({ chain, store, checkpoint }, relayer, permit, now))
      if (outcome !== undefined) return outcome
      throw new Fault('chain', 'other deposits are being sent', { retryable: true, retryAfterMs: TURN_RETRY_MS })
    },

    async state(txHash) {
      const found = await store.findByHash(txHash)
      if (found === undefined) return refuse(no.unknown())
      const { deposit, creditedBy } = found
      const { amount, owner } = deposit.permit
      if (creditedBy !== undefined) return done({ stage: 'credited', txHash: creditedBy, amount, block: undefined })
      const [seen, { at }] = await Promise.all([lookAt(chain, deposit), chain.owner(owner)])
      // Not in a block, and no later block will take it.
      if (seen.stage === 'sent' && at > deposit.permit.deadline) return done({ ...seen, stage: 'failed' })
      return done(seen)
    },
  }
}
