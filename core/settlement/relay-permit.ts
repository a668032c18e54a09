import type { Hex } from '../economy/merkle-hex.ts'
import { Fault } from '../shared/fault.ts'
import type { Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome } from '../shared/refusal.ts'
import { permitRefusals as no } from './permit-deposit.refusals.ts'
import { isSamePermit, nextNonce, permitRefusal, RELAYED_A_DAY, trialRefusal } from './permit-deposit.rules.ts'
import type { DepositState, OwnerPosition, RelayedDeposit, SignedPermit } from './permit-deposit.types.ts'
import { lookAt, newestOf, pushQueue, type RelayPorts } from './relay-queue.ts'
import { raisedFees } from './settlement.rules.ts'

/** Each further round means that another process was faster although it should not have had its turn. */
const MAX_ROUNDS = 5

type Turn = { readonly ports: RelayPorts; readonly relayer: Hex; readonly permit: SignedPermit; readonly now: Instant }
/** Undefined: the world has changed meanwhile, look again. */
type Round = Outcome<DepositState> | undefined

/** Sends a permit, or finds out what became of it. While nobody else sends with this key; if somebody does all the same, the constraints of the store decide. */
export async function relayInTurn(ports: RelayPorts, relayer: Hex, permit: SignedPermit, now: Instant): Promise<Outcome<DepositState>> {
  for (let round = 0; round < MAX_ROUNDS; round += 1) {
    const outcome = await onceRound({ ports, relayer, permit, now })
    if (outcome !== undefined) return outcome
  }
  throw new Fault('chain', 'another process sends with the same key', { retryable: true })
}

async function onceRound(turn: Turn): Promise<Round> {
  const { ports, relayer, permit } = turn
  const { chain, store } = ports
  const owner = await chain.owner(permit.owner)
  // Before the receipts are read: what is mined in between is then found by its receipt, and not taken for gone.
  const account = await chain.relayerAccount()
  const kept = await pushQueue(ports, relayer, account.mined, owner.block, turn.now)
  const nonce = nextNonce(account.next, kept)
  const earlier = await store.find(permit.owner, permit.nonce)
  if (earlier === undefined) return send(turn, owner, nonce, account.funds)
  const seen = await lookAt(chain, earlier)
  if (isSamePermit(earlier.permit, permit)) {
    if (seen.stage !== 'sent' || owner.at > permit.deadline) return done(seen)
    if (earlier.relayer !== relayer) return sendAsItIs(turn, earlier, seen)
    return earlier.relayerNonce < account.mined ? sendAgain(turn, earlier, owner, nonce) : done(seen)
  }
  if (seen.stage === 'mined') return refuse(no.used())
  if (seen.stage === 'sent' && owner.at <= earlier.permit.deadline) return refuse(no.underWay())
  // Reverted, or too late for every block to come.
  await store.fail(earlier.id, turn.now)
  return undefined
}

async function send({ ports, relayer, permit, now }: Turn, owner: OwnerPosition, nonce: number, funds: bigint): Promise<Round> {
  const { chain, store, checkpoint } = ports
  const member = await store.memberOf(permit.owner)
  const refusal = permitRefusal(permit, { member, owner, now })
  // What the chain has seen of this very permit another process has stored before: then it is no refusal but that deposit.
  const isTaken = async () => (await store.find(permit.owner, permit.nonce)) !== undefined
  if (member === undefined || refusal !== undefined) return (await isTaken()) ? undefined : refuse(refusal ?? no.notLinked())
  const trial = await chain.trial(permit)
  if (!trial.passes) {
    if (await isTaken()) return undefined
    const reason = trialRefusal(trial.error, owner)
    if (reason !== undefined) return refuse(reason)
    throw new Fault('chain', `the vault refuses a permit that is well signed: ${trial.error}`, { retryable: false })
  }
  const fees = await chain.askedFees()
  if (fees.maxFee > chain.feeCap) return refuse(no.gas())
  if (funds < trial.gas * fees.maxFee) throw new Fault('chain', `the relayer ${relayer} can not pay for gas`, { retryable: true })
  const signed = await chain.sign(permit, { nonce, gas: trial.gas, fees })
  const attempt = { ...signed, nonce, fees, sentBlock: owner.block }
  const added = await store.add({ permit, memberId: member.id, relayer, attempt }, now)
  if (added === 'limit') return refuse(no.dayFull(RELAYED_A_DAY))
  if (added === 'taken') return undefined
  await checkpoint('signed')
  await chain.broadcast(signed.raw)
  await checkpoint('sent')
  return done({ stage: 'sent', txHash: signed.hash, amount: permit.amount, block: undefined })
}

/** Signed with a key that we no longer have. */
async function sendAsItIs({ ports: { chain } }: Turn, deposit: RelayedDeposit, seen: DepositState): Promise<Round> {
  const { hash, raw } = newestOf(deposit)
  if (!(await chain.isKnown(hash))) await chain.broadcast(raw)
  return done(seen)
}

/** Something else has used the nonce of its transaction. The token takes a permit once, so a new one is safe. */
async function sendAgain({ ports, permit, now }: Turn, deposit: RelayedDeposit, owner: OwnerPosition, nonce: number): Promise<Round> {
  const { chain, store, checkpoint } = ports
  const live = newestOf(deposit)
  const fees = raisedFees(live.fees, await chain.askedFees())
  if (fees.maxFee > chain.feeCap) return refuse(no.gas())
  const signed = await chain.signChanged(live.raw, { fees, nonce })
  if (!(await store.renumber(deposit, { ...signed, nonce, fees, sentBlock: owner.block }, now))) return undefined
  await checkpoint('signed')
  await chain.broadcast(signed.raw)
  await checkpoint('sent')
  return done({ stage: 'sent', txHash: signed.hash, amount: permit.amount, block: undefined })
}
