import assert from 'node:assert'
import type { Amount } from '../shared/amount.ts'
import type { Hex } from './merkle-hex.ts'
import { FACTS, fieldText, hasAllTotals, TOTALS, type TotalName } from './statement-fields.ts'
import { FindingList, type StatementFinding } from './statement-findings.ts'
import type { StatementReport } from './statement-verify.ts'

/** `no` when the chain does not know the transaction, `failed` when it was reverted. */
export type TransactionState = 'done' | 'failed' | 'no'

/** What the Emission contract says, read at one block. */
export type ChainReadings = {
  readonly chainId: bigint
  /** Whether there is a contract at the statement's address; when not, the views below are zero. */
  readonly isContract: boolean
  /** `closedRoot(period)`; 32 zero bytes while the period is not closed. */
  readonly closedRoot: Hex
  /** `release(period)` and `funded(period)`, nano. */
  readonly release: Amount
  readonly funded: Amount
  /** Sum of `funded(1..period)`, nano. */
  readonly fundedSoFar: Amount
  /** `boundary(0)`, `boundary(period - 1)`, `boundary(period)` in seconds. */
  readonly genesis: bigint
  readonly start: bigint
  readonly end: bigint
  /** In the order of the statement's transactions. */
  readonly transactions: readonly TransactionState[]
}

const NOT_CLOSED = `0x${'0'.repeat(64)}`

/** Compares a report that holds by itself with the chain. */
export function judgeChain(report: StatementReport, chain: ChainReadings): readonly StatementFinding[] {
  const findings = new FindingList()
  const compare = (name: string, expected: string, found: string): void => {
    const place = { part: 'chain', name } as const
    if (expected === found) findings.good('chain_holds', place, found)
    else findings.problem('chain_differs', place, expected, found)
  }
  compare('chainId', chain.chainId.toString(), String(report.facts.chainId ?? ''))
  if (!findings.holds) return findings.list()
  if (!chain.isContract) {
    findings.problem('chain_no_contract', { part: 'chain', name: 'emission' }, '', fieldText('address', report.facts.emission ?? 0n))
    return findings.list()
  }
  for (const name of ['genesis', 'start', 'end', 'release'] as const) {
    compare(name, fieldText(FACTS[name], chain[name]), fieldText(FACTS[name], report.facts[name] ?? -1n))
  }
  compare('granted', fieldText('amount', chain.funded), fieldText('amount', report.totals.granted ?? -1n))
  compare('runningGranted', fieldText('amount', chain.fundedSoFar), fieldText('amount', report.totals.runningGranted ?? -1n))
  if (chain.closedRoot === NOT_CLOSED) findings.problem('chain_not_closed', { part: 'chain', name: 'root' }, '', report.root ?? '')
  else compare('root', chain.closedRoot, report.root ?? '')
  for (const [index, transaction] of report.transactions.entries()) {
    const place = { part: 'transaction', name: String(index + 1) } as const
    const state = chain.transactions[index]
    if (state === 'done') findings.good('chain_holds', place, transaction.hash)
    else findings.problem(state === 'failed' ? 'chain_transaction_failed' : 'chain_transaction_missing', place, '', transaction.hash)
  }
  return findings.list()
}

const CARRIED: readonly [TotalName, TotalName][] = [
  ['runningGranted', 'granted'],
  ['runningCorrected', 'corrected'],
  ['runningExpired', 'expired'],
]

/** Compares the running totals with those of the statement of the period before, both of which hold by themselves. */
export function judgePrevious(previous: StatementReport, current: StatementReport): readonly StatementFinding[] {
  const findings = new FindingList()
  const compare = (name: string, expected: string, found: string): void => {
    const place = { part: 'previous', name } as const
    if (expected === found) findings.good('previous_holds', place, found)
    else findings.problem('previous_differs', place, expected, found)
  }
  const numberOf = (report: StatementReport): bigint => report.facts.period ?? 0n
  compare('period', (numberOf(previous) + 1n).toString(), numberOf(current).toString())
  for (const name of ['chainId', 'emission', 'genesis'] as const) {
    compare(name, fieldText(FACTS[name], previous.facts[name] ?? 0n), fieldText(FACTS[name], current.facts[name] ?? 0n))
  }
  const before = previous.totals
  const now = current.totals
  assert(hasAllTotals(before) && hasAllTotals(now))
  for (const [running, own] of CARRIED)
    compare(running, fieldText(TOTALS[running], before[running] + now[own]), fieldText(TOTALS[running], now[running]))
  compare('pool', fieldText('amount', before.pool + now.poolIn - now.poolOut), fieldText('amount', now.pool))
  return findings.list()
}
