import { Fault } from '../shared/fault.ts'
import type { Instant } from '../shared/instant.ts'
import type { ChainPort, Checkpoint, IntentStore } from './settlement.port.ts'
import {
  anchorFault,
  BLOCKS_BEFORE_BUMP,
  confirmedBlock,
  depthOf,
  isAccepted,
  MAX_ATTEMPTS,
  MAX_REVERTS,
  outOfTurn,
  raisedFees,
  signerOf,
} from './settlement.rules.ts'
import type { Attempt, Intent, Position, Receipt, Signer, SignerReport } from './settlement.types.ts'

export interface SettlePorts {
  readonly chain: ChainPort
  readonly intents: IntentStore
  readonly checkpoint: Checkpoint
}

/** Not on chain yet: under way, or refused for now. */
interface Pause {
  readonly at: 'waiting' | 'blocked'
  readonly reason: string
}

/** Where an intent stands after one look at it. */
type Step = { readonly at: 'mined'; readonly receipt: Receipt } | Pause | { readonly at: 'wrong'; readonly reason: string }

/** Intents looked at together: the next one is sent as soon as the one before is mined, long before that one is deep enough. */
const IN_FLIGHT = 16
const MAX_PASSES = 10_000

/**
 * Brings the intents of a signer onto the chain, in order and each exactly once, until all are settled or the chain's patience is at its end. Safe to end
 * anywhere and to run on many machines: what is signed is stored before it is sent, and the contracts take every serial once.
 * `maySend: false` only follows what is under way.
 * @throws Fault `settlement`, not retryable, when the signer is halted (now or before); Fault `chain` when the node does not answer.
 */
export async function settleSigner(ports: SettlePorts, signer: Signer, now: Instant, maySend = true): Promise<SignerReport> {
  const halted = await ports.intents.haltReason(signer)
  if (halted !== undefined) throw haltedFault(signer, halted)
  if ((await ports.intents.unsettled(signer, 1)).length === 0) return { signer, settled: 0, state: 'idle', reason: undefined }
  const report = await ports.intents.withSigner(signer, () => settleAll(ports, signer, now, maySend))
  return report ?? { signer, settled: 0, state: 'busy', reason: undefined }
}

async function settleAll(ports: SettlePorts, signer: Signer, now: Instant, maySend: boolean): Promise<SignerReport> {
  const { chain, intents } = ports
  const waiter = chain.waiter()
  let settled = 0
  for (let pass = 0; pass < MAX_PASSES; pass += 1) {
    const position = await chain.position(await intents.expiryRoots(signer))
    await reconcile(ports, signer, position, now)
    const waiting = await intents.unsettled(signer, IN_FLIGHT)
    if (waiting.length === 0) return { signer, settled, state: 'idle', reason: undefined }
    const { count, stop } = await onePass(ports, waiting, position, now, maySend)
    settled += count
    if (stop?.at === 'blocked') return { signer, settled, state: 'blocked', reason: stop.reason }
    if (count === waiting.length) continue
    if (!(await waiter.nextBlock(position.block.number)))
      return { signer, settled, state: 'waiting', reason: stop?.reason ?? 'confirmations' }
  }
  return { signer, settled, state: 'waiting', reason: 'more is waiting than one run may do' }
}

/** What was settled and is not on chain (any more) is sent again; a chain that knows more than the ledger stops the signer: the ledger is an old copy. */
export async function reconcile(ports: SettlePorts, signer: Signer, position: Position, now: Instant): Promise<void> {
  await ports.intents.reopenLost(signer, position, now)
  const onChain = signer === 'payer' ? position.paySerial : position.fundSerial
  const inLedger = await ports.intents.nextSerial(signer)
  if (onChain > inLedger)
    await halt(ports, signer, `the chain expects line ${onChain} next, the ledger has numbered only up to ${inLedger - 1n}`, now)
}

async function onePass(
  ports: SettlePorts,
  waiting: readonly Intent[],
  position: Position,
  now: Instant,
  maySend: boolean,
): Promise<{ count: number; stop: Pause | undefined }> {
  let count = 0
  for (const [index, intent] of waiting.entries()) {
    const step = await look(ports, intent, position, now, maySend)
    if (step.at === 'wrong') return halt(ports, signerOf(intent.call.kind), step.reason, now)
    if (step.at !== 'mined') return { count, stop: step }
    await ports.checkpoint('mined')
    const { block } = step.receipt
    // In order: what is settled later must not be deeper. And only what is still in the chain at this moment.
    const isDeep = depthOf(block.number, position.block.number) >= ports.chain.confirmations
    if (count === index && isDeep && (await ports.chain.block(block.number))?.hash === block.hash) {
      await ports.intents.settle(intent, step.receipt, now)
      await ports.checkpoint('settled')
      count += 1
    }
    // The position is older than this block: whose turn it is now can not be told from it.
    if (block.number > position.block.number) return { count, stop: undefined }
  }
  return { count, stop: undefined }
}

async function look(ports: SettlePorts, intent: Intent, position: Position, now: Instant, maySend: boolean): Promise<Step> {
  const { chain } = ports
  const receipts = await Promise.all(intent.attempts.map(({ hash }) => chain.receipt(hash)))
  const accepted = receipts.find((receipt) => receipt?.ok === true)
  if (accepted !== undefined) return judge(intent, accepted)
  if (isAccepted(intent.call, position)) return lookForAcceptance(ports, intent, position)
  const wrong = outOfTurn(intent.call, position)
  if (wrong !== undefined) return { at: 'wrong', reason: wrong }
  const reverts = receipts.filter((receipt) => receipt !== undefined).length
  if (reverts >= MAX_REVERTS) return { at: 'wrong', reason: `${intent.call.kind} was reverted ${reverts} times` }
  const live = intent.attempts.findLast((_attempt, index) => receipts[index] === undefined)
  const nonces = await chain.nonces(signerOf(intent.call.kind))
  // A nonce that something else has used is gone, and one above a gap may never come; the contract takes the serial once, so a new transaction is safe.
  if (live !== undefined && live.nonce >= nonces.mined && live.nonce <= nonces.next) return push(ports, intent, live, position, now)
  if (!maySend) return { at: 'blocked', reason: 'payouts are halted' }
  return start(ports, intent, nonces.next, position, now)
}

function judge(intent: Intent, receipt: Receipt): Step {
  const fault = anchorFault(intent.call, intent.headAfter, receipt)
  return fault === undefined ? { at: 'mined', receipt } : { at: 'wrong', reason: fault }
}

/** Accepted in a transaction that the ledger does not know: sent from a lost copy of it, or (`open`, `close`) by anybody. */
async function lookForAcceptance({ chain, intents }: SettlePorts, intent: Intent, position: Position): Promise<Step> {
  const receipt = await chain.acceptance(intent.call, position.block.number)
  if (receipt !== undefined) return judge(intent, receipt)
  // A reorganisation, or a node that is a moment behind the one that answered before, is the harmless explanation; deep in the chain it is none.
  const roots = await intents.expiryRoots(signerOf(intent.call.kind))
  const deep = await chain.position(roots, Math.max(chain.firstBlock, confirmedBlock(position.block.number, chain.confirmations)))
  if (!isAccepted(intent.call, deep)) return { at: 'waiting', reason: `${intent.call.kind} is accepted and its event is not there yet` }
  return { at: 'wrong', reason: `${intent.call.kind} is accepted on chain in another way than the ledger asked for` }
}

/** First transaction for an intent, or a new one where the nonce of the last is gone. */
async function start(ports: SettlePorts, intent: Intent, nonce: number, position: Position, now: Instant): Promise<Step> {
  const { chain } = ports
  if (intent.attempts.length >= MAX_ATTEMPTS) return { at: 'wrong', reason: `${MAX_ATTEMPTS} transactions were not enough` }
  const trial = await chain.trial(intent.call)
  if (!trial.passes) return trial.later ? { at: 'blocked', reason: trial.reason } : { at: 'wrong', reason: trial.reason }
  const fees = await chain.askedFees()
  if (fees.maxFee > chain.feeCap) return { at: 'blocked', reason: `gas costs ${fees.maxFee} wei, the limit is ${chain.feeCap}` }
  const signed = await chain.sign(intent.call, { nonce, gas: trial.gas, fees })
  return send(ports, intent, { ...signed, nonce, fees, sentBlock: position.block.number }, now)
}

/** Keeps a waiting transaction alive: sends it again when the node has forgotten it, replaces it by a dearer twin when it waits too long. */
async function push(ports: SettlePorts, intent: Intent, live: Attempt, position: Position, now: Instant): Promise<Step> {
  const { chain } = ports
  const isStuck = position.block.number - live.sentBlock >= BLOCKS_BEFORE_BUMP
  if (isStuck && intent.attempts.length < MAX_ATTEMPTS) {
    const fees = raisedFees(live.fees, await chain.askedFees())
    if (fees.maxFee <= chain.feeCap) {
      const signed = await chain.signAgain(live.raw, signerOf(intent.call.kind), fees)
      return send(ports, intent, { ...signed, nonce: live.nonce, fees, sentBlock: position.block.number }, now)
    }
  }
  if (!(await chain.isKnown(live.hash))) {
    await chain.broadcast(live.raw)
    await ports.checkpoint('sent')
  }
  return { at: 'waiting', reason: `${intent.call.kind} waits to be mined` }
}

async function send(ports: SettlePorts, intent: Intent, attempt: Attempt, now: Instant): Promise<Step> {
  await ports.intents.addAttempt(intent, attempt, now)
  await ports.checkpoint('signed')
  await ports.chain.broadcast(attempt.raw)
  await ports.checkpoint('sent')
  return { at: 'waiting', reason: `${intent.call.kind} waits to be mined` }
}

async function halt(ports: SettlePorts, signer: Signer, reason: string, now: Instant): Promise<never> {
  await ports.intents.halt(signer, reason, now)
  throw haltedFault(signer, reason)
}

function haltedFault(signer: Signer, reason: string): Fault {
  return new Fault('settlement', `the ${signer} is halted: ${reason}`, { retryable: false })
}
