import { LAST_PERIOD, POOL_AT_GENESIS, releaseOf, TOTAL_RELEASE } from '../../core/economy/release-schedule.ts'
import { exactAmount, TOTAL_SUPPLY, type Amount } from '../../core/shared/amount.ts'
import type { Text } from '../../core/shared/text.ts'
import { demoTexts } from './demo.texts.ts'
import type { PeriodResult, Result } from './result.types.ts'

const { say } = demoTexts

/** Two witnesses of one fact; they agree when both sides are the same text. Amounts stand exactly, in PoS. */
export interface Equality {
  readonly what: Text
  readonly left: string
  readonly right: string
}

export function holds({ left, right }: Equality): boolean {
  return left === right
}

/** Everything that must be equal after thirteen months (spec 01; spec 11 for the contracts). */
export function judgeResult({ periods, ledger, chain, wallets }: Result): readonly Equality[] {
  const sumOf = (amount: (period: PeriodResult) => Amount): Amount => periods.reduce((sum, period) => sum + amount(period), 0n)
  const held = wallets.reduce((sum, wallet) => sum + wallet.held, 0n)
  return [
    ...periods.flatMap(judgePeriod),
    amounts(
      say('eqReleases'),
      sumOf((period) => period.ledger.released),
      TOTAL_RELEASE,
    ),
    amounts(
      say('eqGrantedAndBurned'),
      sumOf((period) => period.ledger.granted + period.ledger.burned),
      TOTAL_RELEASE,
    ),
    amounts(say('eqPool'), ledger.pool, POOL_AT_GENESIS + ledger.redeemed),
    amounts(say('eqChainPool'), chain.pool, ledger.pool),
    amounts(say('eqAll'), ledger.all, TOTAL_SUPPLY),
    texts(say('eqCrooked'), ledger.crooked.join(', '), ''),
    amounts(say('eqUnreleased'), ledger.unreleased, 0n),
    amounts(say('eqSupply'), chain.supply, TOTAL_SUPPLY),
    amounts(say('eqEmission'), chain.emission, 0n),
    amounts(say('eqVault'), chain.vault, ledger.members + ledger.leaving),
    amounts(say('eqBurnAddress'), chain.burned, ledger.burned),
    amounts(
      say('eqBurnSum'),
      sumOf((period) => period.ledger.burned),
      ledger.burned,
    ),
    amounts(say('eqWallets'), held, ledger.chain),
    ...wallets.map(({ address, held, expected }) => amounts(say('eqWallet', { address }), held, expected)),
    amounts(say('eqChainAccount'), ledger.chain, ledger.paid - ledger.deposited),
    amounts(say('eqPlaces'), chain.vault + chain.pool + chain.burned + held, chain.supply),
    amounts(say('eqPaid'), chain.paid, ledger.paid),
    amounts(say('eqDeposited'), chain.deposited, ledger.deposited),
    counts(say('eqLines'), chain.payoutLines, ledger.payoutLines),
    counts(say('eqGrants'), chain.grants, ledger.grants),
    counts(say('eqOpened'), chain.openedPeriods, LAST_PERIOD),
    counts(say('eqClosed'), chain.closedPeriods, LAST_PERIOD),
    counts(say('eqUnpaid'), ledger.unpaid, 0),
    counts(say('eqUnsettled'), ledger.unsettled, 0),
    counts(say('eqUnrewarded'), ledger.unrewarded, 0),
    texts(say('eqHalts'), ledger.halts.join(', '), ''),
  ]
}

function judgePeriod({ number, ledger, chain, statement }: PeriodResult): readonly Equality[] {
  const release = releaseOf(number)
  return [
    amounts(say('eqRelease', { number }), ledger.released, release),
    amounts(say('eqChainRelease', { number }), chain.release, release),
    amounts(say('eqSum', { number }), ledger.granted + ledger.burned, release),
    amounts(say('eqLeft', { number }), ledger.left, 0n),
    amounts(say('eqFunded', { number }), chain.funded, ledger.granted),
    amounts(say('eqBurned', { number }), chain.burned, ledger.burned),
    amounts(say('eqStatementRelease', { number }), statement.release, release),
    amounts(say('eqStatementGranted', { number }), statement.granted, ledger.granted),
    amounts(say('eqStatementBurned', { number }), statement.burned, ledger.burned),
    counts(say('eqStatementUnfunded', { number }), statement.unfunded, ledger.unfunded),
    texts(say('eqStatementRoot', { number }), statement.root, chain.root),
    texts(say('eqLedgerRoot', { number }), ledger.root, chain.root),
    counts(say('eqTransactions', { number }), statement.transactions, ledger.transactions),
    texts(say('eqProblems', { number }), statement.problems.join('; '), ''),
  ]
}

function amounts(what: Text, left: Amount, right: Amount): Equality {
  return { what, left: `${exactAmount(left)} PoS`, right: `${exactAmount(right)} PoS` }
}

function counts(what: Text, left: bigint | number, right: bigint | number): Equality {
  return { what, left: String(left), right: String(right) }
}

function texts(what: Text, left: string, right: string): Equality {
  return { what, left, right }
}
