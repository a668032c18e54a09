import { FIRST_PERIOD } from './release-schedule.ts'
import type { FindingList } from './statement-findings.ts'
import {
  BEFORE_FIRST_PERIOD,
  FACTS,
  fieldText,
  scheduledFacts,
  statementTotals,
  TOTAL_NAMES,
  TOTALS,
  totalOutOfRange,
  type FactName,
  type LineSums,
  type StatementTotals,
  type TotalName,
} from './statement-fields.ts'
import type { StatementBefore } from './statement.types.ts'

const DECLARED = ['version', 'period', 'chainId', 'emission', 'genesis'] as const
const SCHEDULED = ['start', 'end', 'multiplier', 'release'] as const

/** Facts that follow from period and genesis. Names in `doubtful` are already known to be wrong: neither judged nor used. */
export function judgeFacts(facts: Readonly<Partial<Record<FactName, bigint>>>, doubtful: ReadonlySet<string>, findings: FindingList): void {
  const { period, genesis } = facts
  for (const name of DECLARED) {
    const found = facts[name]
    if (found === undefined || doubtful.has(name)) continue
    const place = { part: 'fact', name } as const
    if (name === 'chainId' && found === 0n) findings.problem('fact_range', place, '', '0')
    else findings.good('fact_declared', place, fieldText(FACTS[name], found))
  }
  if (period === undefined || genesis === undefined || doubtful.has('period') || doubtful.has('genesis')) return
  const scheduled = scheduledFacts(period, genesis)
  if (scheduled === undefined) {
    const name = period < 1n || period > 13n ? 'period' : 'genesis'
    findings.problem('fact_range', { part: 'fact', name }, '', fieldText(FACTS[name], facts[name]!))
    return
  }
  for (const name of SCHEDULED) {
    const found = facts[name]
    if (found === undefined || doubtful.has(name)) continue
    const place = { part: 'fact', name } as const
    const expected = fieldText(FACTS[name], scheduled[name])
    if (found === scheduled[name]) findings.good('fact_follows', place, expected)
    else findings.problem('fact_differs', place, expected, fieldText(FACTS[name], found))
  }
}

/** What each total is computed from; `line` stands for all lines. A total without a source is declared: only the root covers it. */
const SOURCES: Readonly<Record<TotalName, readonly string[]>> = {
  lines: ['line'],
  granted: ['line'],
  burned: ['line', 'period'],
  corrected: ['line'],
  expired: ['line'],
  unfunded: [],
  poolIn: [],
  poolOut: [],
  runningReleased: ['period'],
  runningGranted: [],
  runningBurned: ['period', 'runningGranted'],
  runningCorrected: [],
  runningExpired: [],
  pool: [],
  unreleased: ['period'],
  outstanding: ['period', 'runningGranted', 'runningCorrected', 'runningExpired', 'pool'],
}

/** In the first period the running totals are the period's own. */
const FIRST_PERIOD_SOURCES: Partial<Record<TotalName, readonly string[]>> = {
  runningGranted: ['line'],
  runningCorrected: ['line'],
  runningExpired: ['line'],
  pool: ['poolIn', 'poolOut'],
  runningBurned: ['line'],
  outstanding: ['line', 'poolIn', 'poolOut'],
}

/** What the running totals say was there before the period. */
function beforeOf(totals: StatementTotals, sums: LineSums): StatementBefore {
  return {
    granted: totals.runningGranted - sums.granted,
    corrected: totals.runningCorrected - sums.corrected,
    expired: totals.runningExpired - sums.expired,
    pool: totals.pool - totals.poolIn + totals.poolOut,
  }
}

const RUNNING: readonly [keyof StatementBefore, TotalName][] = [
  ['granted', 'runningGranted'],
  ['corrected', 'runningCorrected'],
  ['expired', 'runningExpired'],
  ['pool', 'pool'],
]

/** Totals against the lines, the schedule and each other: `granted + burned = release`, and everything reconciles to 100,000,000 PoS. */
export function judgeTotals(
  facts: Readonly<Partial<Record<FactName, bigint>>>,
  found: Readonly<Partial<Record<TotalName, bigint>>>,
  sums: LineSums,
  doubtful: ReadonlySet<string>,
  findings: FindingList,
): void {
  const period = Number(facts.period ?? 0n)
  if (scheduledFacts(BigInt(period), 0n) === undefined || doubtful.has('period')) return
  // A total that could not be read is doubtful, so nothing is concluded from what stands here in its place.
  const totals = { ...statementTotals(period, sums, BEFORE_FIRST_PERIOD, { unfunded: 0, poolIn: 0n, poolOut: 0n }), ...found }
  const first = period === FIRST_PERIOD
  const before = first ? BEFORE_FIRST_PERIOD : beforeOf(totals, sums)
  const expected = statementTotals(period, sums, before, {
    unfunded: Number(totals.unfunded),
    poolIn: totals.poolIn,
    poolOut: totals.poolOut,
  })
  const outOfRange = totalOutOfRange(totals)
  const negativeBefore = doubtful.size > 0 ? [] : RUNNING.filter(([key]) => before[key] < 0n).map(([, name]) => name)
  for (const name of TOTAL_NAMES) {
    const sources = (first ? FIRST_PERIOD_SOURCES[name] : undefined) ?? SOURCES[name]
    if (doubtful.has(name) || sources.some((source) => doubtful.has(source))) continue
    const place = { part: 'total', name } as const
    const text = fieldText(TOTALS[name], totals[name])
    if (expected[name] !== totals[name]) findings.problem('total_differs', place, fieldText(TOTALS[name], expected[name]), text)
    else if (name === outOfRange || negativeBefore.includes(name)) findings.problem('total_range', place, '', text)
    else findings.good(sources.length === 0 ? 'total_declared' : 'total_follows', place, text)
  }
}
