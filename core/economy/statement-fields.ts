import { exactAmount, NANO_PER_POS, TOTAL_SUPPLY, type Amount } from '../shared/amount.ts'
import { isoSecond, SECOND } from '../shared/instant.ts'
import {
  FIRST_PERIOD,
  LAST_PERIOD,
  multiplierOf,
  periodEnd,
  periodStart,
  POOL_AT_GENESIS,
  releaseOf,
  TOTAL_RELEASE,
} from './release-schedule.ts'
import { isHex } from './merkle-hex.ts'
import {
  MAX_STATEMENT_LINES,
  STATEMENT_VERSION,
  StatementRefused,
  type StatementActivity,
  type StatementBefore,
  type StatementSubject,
} from './statement.types.ts'

/** How a field's integer is written: a plain count, nano as exact PoS, seconds since 1970 as ISO text, 20 bytes as an address. */
export type FieldForm = 'count' | 'amount' | 'instant' | 'address'

/** What the statement is about, in file order. Every name is also the `kind` of the field's leaf. */
export const FACTS = {
  version: 'count',
  period: 'count',
  chainId: 'count',
  emission: 'address',
  genesis: 'instant',
  start: 'instant',
  end: 'instant',
  multiplier: 'count',
  release: 'amount',
} as const satisfies Record<string, FieldForm>

/**
 * What the period and all periods so far came to, in file order. `corrected` and `expired` are positive and burned from the Vault; `burned` is what
 * the close burns, so `granted + burned = release`. `running...` are the sums up to and with this period; `outstanding` is what members, escrows,
 * the eco fund and own wallets hold.
 */
export const TOTALS = {
  lines: 'count',
  granted: 'amount',
  burned: 'amount',
  corrected: 'amount',
  expired: 'amount',
  unfunded: 'count',
  poolIn: 'amount',
  poolOut: 'amount',
  runningReleased: 'amount',
  runningGranted: 'amount',
  runningBurned: 'amount',
  runningCorrected: 'amount',
  runningExpired: 'amount',
  pool: 'amount',
  unreleased: 'amount',
  outstanding: 'amount',
} as const satisfies Record<string, FieldForm>

export type FactName = keyof typeof FACTS
export type TotalName = keyof typeof TOTALS
export type StatementFacts = Readonly<Record<FactName, bigint>>
export type StatementTotals = Readonly<Record<TotalName, bigint>>

export const FACT_NAMES = Object.keys(FACTS).filter((name): name is FactName => name in FACTS)
export const TOTAL_NAMES = Object.keys(TOTALS).filter((name): name is TotalName => name in TOTALS)

export function hasAllTotals(found: Readonly<Partial<Record<TotalName, bigint>>>): found is StatementTotals {
  return TOTAL_NAMES.every((name) => found[name] !== undefined)
}

const EXACT_AMOUNT = /^(-?)(0|[1-9]\d{0,8})(?:\.(\d{0,8}[1-9]))?$/

/** Nano of an exact amount as `exactAmount` writes it; undefined for any other text, so that every amount has one form. */
export function exactAmountValue(text: string): Amount | undefined {
  const match = EXACT_AMOUNT.exec(text)
  if (match === null || text === '-0') return undefined
  const magnitude = BigInt(match[2]!) * NANO_PER_POS + BigInt((match[3] ?? '').padEnd(9, '0'))
  return match[1] === '-' ? -magnitude : magnitude
}

/** Last second of the year 9999, beyond which an instant has no text with four digits for the year. */
const LAST_SECOND = 253_402_300_799n

/** The one text of a value; an instant that no statement can hold (a chain may answer anything) is written as its seconds. */
export function fieldText(form: FieldForm, value: bigint): string {
  if (form === 'amount') return exactAmount(value)
  if (form === 'instant' && value >= 0n && value <= LAST_SECOND) return isoSecond(Number(value) * SECOND)
  if (form === 'address') return `0x${value.toString(16).padStart(40, '0')}`
  return value.toString()
}

/** The integer of a field's text; undefined unless the text is exactly what `fieldText` writes. */
export function fieldValue(form: FieldForm, text: string): bigint | undefined {
  if (form === 'amount') return exactAmountValue(text)
  if (form === 'address') return isHex(text, 20) ? BigInt(text) : undefined
  if (form === 'count') return /^(0|[1-9]\d{0,15})$/.test(text) ? BigInt(text) : undefined
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(text) ? Date.parse(text) : Number.NaN
  return Number.isNaN(at) || isoSecond(at) !== text ? undefined : BigInt(at / SECOND)
}

/** Last genesis whose whole schedule still has a four-digit year. */
const LATEST_GENESIS = Date.UTC(9_997, 0)

/** The facts that follow from period and genesis by the release schedule; undefined when either is out of bounds. */
export function scheduledFacts(
  period: bigint,
  genesisSecond: bigint,
): Pick<StatementFacts, 'start' | 'end' | 'multiplier' | 'release'> | undefined {
  const genesis = Number(genesisSecond) * SECOND
  if (period < FIRST_PERIOD || period > LAST_PERIOD || genesis < 0 || genesis > LATEST_GENESIS) return undefined
  return {
    start: BigInt(periodStart(genesis, Number(period)) / SECOND),
    end: BigInt(periodEnd(genesis, Number(period)) / SECOND),
    multiplier: multiplierOf(Number(period)),
    release: releaseOf(Number(period)),
  }
}

/** Facts of a subject. Refused (`StatementRefused`): a period outside 1-13, a genesis that is not a whole second, a wrong chain id or address. */
export function statementFacts(subject: StatementSubject): StatementFacts {
  if (!Number.isInteger(subject.period) || subject.period < FIRST_PERIOD || subject.period > LAST_PERIOD)
    throw new StatementRefused('period_range')
  if (!Number.isInteger(subject.genesis / SECOND)) throw new StatementRefused('genesis_form')
  if (!Number.isSafeInteger(subject.chainId) || subject.chainId < 1) throw new StatementRefused('chain_form')
  if (!isHex(subject.emission, 20)) throw new StatementRefused('emission_form')
  const genesis = BigInt(subject.genesis / SECOND)
  const scheduled = scheduledFacts(BigInt(subject.period), genesis)
  if (scheduled === undefined) throw new StatementRefused('genesis_form')
  const { period, chainId, emission } = subject
  return {
    version: BigInt(STATEMENT_VERSION),
    period: BigInt(period),
    chainId: BigInt(chainId),
    emission: BigInt(emission),
    genesis,
    ...scheduled,
  }
}

/** Sum of the releases of periods 1..period, nano. */
function releasedUpTo(period: number): Amount {
  let released = 0n
  for (let each = FIRST_PERIOD; each <= period; each += 1) released += releaseOf(each)
  return released
}

/** What the first period starts from: nothing granted, nine million PoS in the pool. */
export const BEFORE_FIRST_PERIOD: StatementBefore = { granted: 0n, corrected: 0n, expired: 0n, pool: POOL_AT_GENESIS }

export function sameBefore(left: StatementBefore, right: StatementBefore): boolean {
  return left.granted === right.granted && left.corrected === right.corrected && left.expired === right.expired && left.pool === right.pool
}

/** What the statement of the next period starts from. */
export function carriedOver(totals: StatementTotals): StatementBefore {
  return { granted: totals.runningGranted, corrected: totals.runningCorrected, expired: totals.runningExpired, pool: totals.pool }
}

/** Sums over the lines, nano, all of them non-negative. */
export type LineSums = { readonly lines: number; readonly granted: Amount; readonly corrected: Amount; readonly expired: Amount }

/**
 * Totals by the rules of spec 01: the close burns what was released and not granted, and at every moment
 * `unreleased + burned + corrected + expired + pool + outstanding` is 100,000,000 PoS. Values may be out of range; `totalsInRange` tells.
 */
export function statementTotals(period: number, sums: LineSums, before: StatementBefore, activity: StatementActivity): StatementTotals {
  const runningReleased = releasedUpTo(period)
  const runningGranted = before.granted + sums.granted
  const runningCorrected = before.corrected + sums.corrected
  const runningExpired = before.expired + sums.expired
  const runningBurned = runningReleased - runningGranted
  const pool = before.pool + activity.poolIn - activity.poolOut
  const unreleased = TOTAL_RELEASE - runningReleased
  return {
    lines: BigInt(sums.lines),
    granted: sums.granted,
    burned: releaseOf(period) - sums.granted,
    corrected: sums.corrected,
    expired: sums.expired,
    unfunded: BigInt(activity.unfunded),
    poolIn: activity.poolIn,
    poolOut: activity.poolOut,
    runningReleased,
    runningGranted,
    runningBurned,
    runningCorrected,
    runningExpired,
    pool,
    unreleased,
    outstanding: TOTAL_SUPPLY - unreleased - runningBurned - runningCorrected - runningExpired - pool,
  }
}

/** The first total that no history can lead to: a negative one, or one above its bound. */
export function totalOutOfRange(totals: StatementTotals): TotalName | undefined {
  return TOTAL_NAMES.find((name) => {
    const bound =
      name === 'lines' ? BigInt(MAX_STATEMENT_LINES) : TOTALS[name] === 'amount' ? TOTAL_SUPPLY : BigInt(Number.MAX_SAFE_INTEGER)
    return totals[name] < 0n || totals[name] > bound
  })
}
