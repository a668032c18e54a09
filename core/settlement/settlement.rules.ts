import type { Hex } from '../economy/merkle-hex.ts'
import type { Amount } from '../shared/amount.ts'
import { DAY, type Instant } from '../shared/instant.ts'
import type {
  CallKind,
  ChainCall,
  Fees,
  PayoutRoom,
  Position,
  Receipt,
  ReserveFinding,
  Signer,
  WaitingWithdrawal,
} from './settlement.types.ts'

/** Lines in one payout: 200 fresh recipients take about 6 of the 16.7 million gas that a transaction may use (EIP-7825). */
export const MAX_PAYOUT_LINES = 200

/** Automatic payouts are gathered once in this long, not with every grant: each costs gas. */
export const AUTO_PAYOUT_EVERY = DAY

/** Blocks that a transaction may wait before its fee is raised. */
export const BLOCKS_BEFORE_BUMP = 5

/** Signed transactions for one intent; one more is not made, an operator is told. */
export const MAX_ATTEMPTS = 50

/** Mined and reverted although the trial before passed: bad luck once, a wrong contract three times. */
export const MAX_REVERTS = 3

/** The burn address of spec 01. */
export const BURN_ADDRESS: Hex = '0x000000000000000000000000000000000000dead'
export const ZERO_ADDRESS: Hex = '0x0000000000000000000000000000000000000000'

export function signerOf(kind: CallKind): Signer {
  return kind === 'pay' || kind === 'expire' ? 'payer' : 'distributor'
}

/** Name of an intent among those of its kind: the same value can not be asked for twice. */
export function subjectOf(call: ChainCall): string {
  if (call.kind === 'open' || call.kind === 'close' || call.kind === 'expire') return String(call.period)
  return call.kind === 'fund' ? `${call.period}:${call.firstSerial}-${call.lastSerial}` : `${call.firstSerial}-${lastLine(call)}`
}

/** Serial of a payout's last line. */
export function lastLine(call: ChainCall & { kind: 'pay' }): bigint {
  return call.firstSerial + BigInt(call.lines.length) - 1n
}

/** Whether the contracts have already accepted the serials or the period of a call, whoever sent it and with whatever content. */
export function isAccepted(call: ChainCall, position: Position): boolean {
  if (call.kind === 'open') return position.openedPeriods >= call.period
  if (call.kind === 'close') return position.closedPeriods >= call.period
  if (call.kind === 'expire') return position.expiredRoots.includes(call.statementRoot)
  return nextSerialFor(call, position) > call.firstSerial
}

function nextSerialFor(call: ChainCall & { kind: 'fund' | 'pay' }, position: Position): bigint {
  return call.kind === 'fund' ? position.fundSerial : position.paySerial
}

/** Why a call that is not accepted yet can never be: the chain is not where the ledger believes it to be. Undefined when it is its turn. */
export function outOfTurn(call: ChainCall, position: Position): string | undefined {
  if (call.kind === 'open') return turn('period', position.openedPeriods + 1, call.period)
  // Its root stands alone: nothing has to come before it.
  if (call.kind === 'expire') return undefined
  if (call.kind === 'close') return turn('period', position.closedPeriods + 1, call.period)
  const expected = nextSerialFor(call, position)
  if (expected !== call.firstSerial) return turn('line', expected, call.firstSerial)
  const head = call.kind === 'fund' ? position.fundHead : position.payHead
  return head === call.headBefore
    ? undefined
    : `the head on chain is ${head}, the ledger has ${call.headBefore} before line ${call.firstSerial}`
}

function turn(what: string, expected: bigint | number, given: bigint | number): string | undefined {
  return expected === given ? undefined : `the chain expects ${what} ${expected}, the ledger has ${given} next`
}

/** Why an accepted call is not what the ledger asked for; undefined when it is. */
export function anchorFault(call: ChainCall, headAfter: Hex | undefined, receipt: Receipt): string | undefined {
  const expected = call.kind === 'close' || call.kind === 'expire' ? call.statementRoot : headAfter
  if (call.kind === 'expire' && receipt.burned !== call.amount)
    return `expire ${subjectOf(call)} is on chain in ${receipt.txHash} and burned ${receipt.burned ?? 'nothing'}, the ledger has ${call.amount}`
  if (expected === undefined || receipt.anchored === expected) return undefined
  return `${call.kind} ${subjectOf(call)} is on chain in ${receipt.txHash} with ${receipt.anchored ?? 'nothing'}, the ledger has ${expected}`
}

/** Blocks that hold up a block's content, the block itself included; 0 when it is not in the chain yet. */
export function depthOf(block: number, head: number): number {
  return Math.max(0, head - block + 1)
}

/** Newest block that is `confirmations` deep; below 0 when there is none. */
export function confirmedBlock(head: number, confirmations: number): number {
  return head - confirmations + 1
}

/** Fees that replace a waiting transaction: an eighth more, rounded up, as nodes ask for (go-ethereum: 10 %), and no less than what is asked now. */
export function raisedFees(waiting: Fees, asked: Fees): Fees {
  const more = (fee: bigint): bigint => (fee * 9n + 7n) / 8n
  const larger = (left: bigint, right: bigint): bigint => (left > right ? left : right)
  return { maxFee: larger(more(waiting.maxFee), asked.maxFee), maxTip: larger(more(waiting.maxTip), asked.maxTip) }
}

/** Whether the vault can pay to an address: the token refuses its own, the vault, the burn address and zero, and one such line would fail the whole payout. */
export function isPayable(address: Hex, refused: readonly Hex[]): boolean {
  const never: readonly string[] = [...refused, BURN_ADDRESS, ZERO_ADDRESS]
  return !never.includes(address.toLowerCase())
}

/** Why a waiting withdrawal gets no line until an operator has looked at it. */
export type Unpayable = 'address' | 'above_limit'

/**
 * The next payout: oldest first, at most `MAX_PAYOUT_LINES`, within the bucket and what the vault holds, less `underWay` (numbered and not settled).
 * Strictly in order, so that a large one is not overtaken for ever by small ones; but what can never be paid stands aside and is named.
 */
export function choosePayouts(
  waiting: readonly WaitingWithdrawal[],
  room: PayoutRoom,
  underWay: Amount,
  refused: readonly Hex[],
): { readonly lines: readonly WaitingWithdrawal[]; readonly unpayable: readonly { id: string; reason: Unpayable }[] } {
  let left = (room.available < room.vaultBalance ? room.available : room.vaultBalance) - underWay
  const lines: WaitingWithdrawal[] = []
  const unpayable: { id: string; reason: Unpayable }[] = []
  for (const each of waiting) {
    if (!isPayable(each.address, refused)) unpayable.push({ id: each.id, reason: 'address' })
    else if (each.amount > room.capacity) unpayable.push({ id: each.id, reason: 'above_limit' })
    else if (each.amount > left || lines.length === MAX_PAYOUT_LINES) break
    else {
      left -= each.amount
      lines.push(each)
    }
  }
  return { lines, unpayable }
}

/** What the ledger says at one moment, seen from a position on chain; nano. */
export interface Owed {
  /** Sum of member, escrow and leaving accounts. */
  readonly balances: Amount
  /** Granted, and not in the vault at the position. */
  readonly fundingDue: Amount
  /** Has left the vault at the position, and is still `leaving` in the ledger. */
  readonly paidEarly: Amount
  /** Has left the ledger, and is still in the vault at the position. */
  readonly paidLate: Amount
}

/** Proof of reserves: the vault covers every member, escrow and leaving account, less what is still to be funded into it (spec 01). */
export function judgeReserves(position: Position, owed: Owed, now: Instant): ReserveFinding {
  const liabilities = owed.balances - owed.paidEarly + owed.paidLate
  return {
    at: now,
    block: position.block.number,
    vaultBalance: position.vaultBalance,
    liabilities,
    fundingDue: owed.fundingDue,
    ok: position.vaultBalance >= liabilities - owed.fundingDue,
  }
}
