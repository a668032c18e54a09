import { createSpeak } from '../../adapters/speak.ts'
import { cycleOf } from '../../core/economy/release-schedule.ts'
import type { PeriodView } from '../../core/economy/economy.types.ts'
import { shortAmountRoundedDown } from '../../core/shared/amount.ts'
import type { Language, Text } from '../../core/shared/text.ts'
import { demoTexts } from './demo.texts.ts'
import { holds, type Equality } from './judge-result.ts'
import type { Listener } from './play.ts'
import type { Result } from './result.types.ts'
import { alignTable } from './align-table.ts'

const { say } = demoTexts

/** A text of the demo in a language, for a terminal. */
export function speakDemo(language: Language): (text: Text) => string {
  const speak = createSpeak([demoTexts.catalogue])
  return (text) => speak(text, language, { escape: (plain) => plain, instant: (at) => new Date(at).toISOString() })
}

const ROOT_SHOWN = 10

/** Prints the months as they happen. */
export function tellMonths(language: Language, print: (line: string) => void): Listener {
  const tell = speakDemo(language)
  return {
    monthOver({ period, turn }, tally) {
      const title = tell(say('month', { number: period, cycle: say(`cycle_${cycleNumber(period)}`), multiplier: 2 ** cycleNumber(period) }))
      print(turn === undefined ? title : `${title} · ${tell(say(`turn_${turn}`))}`)
      const { joined, events, checkIns, unfunded, wallets, withdrawals, withdrawn, deposits, undone } = tally
      const refused = [...tally.refusals.values()].reduce((sum, count) => sum + count, 0)
      print(`  ${tell(say('monthDid', { joined, events, checkIns, unfunded, refused }))}`)
      print(`  ${tell(say('monthMoved', { wallets, withdrawals, withdrawn, deposits, undone }))}`)
    },
    closed: (period) => print(`  ${tell(closedText(period))}`),
    reorganised: (blocks) => print(`  ${tell(say('reorganised', { blocks }))}`),
    jobsBack: (days) => print(`  ${tell(say('jobsBack', { days }))}`),
  }
}

function cycleNumber(period: number): 0 | 1 | 2 | 3 | 4 {
  const cycle = cycleOf(period)
  return cycle === 0 || cycle === 1 || cycle === 2 || cycle === 3 ? cycle : 4
}

function closedText({ number, granted, burned, release, statementRoot, transactions }: PeriodView): Text {
  const root = statementRoot?.slice(0, ROOT_SHOWN) ?? ''
  return say('closed', { number, granted, burned: burned ?? 0n, release, root, transactions: transactions.length })
}

/** Prints the thirteen periods with their sums, and where the hundred million are. */
export function tellResult({ periods, ledger }: Result, language: Language, print: (line: string) => void): void {
  const tell = speakDemo(language)
  const header = ['tablePeriod', 'tableRelease', 'tableGranted', 'tableUnfunded', 'tableBurned', 'tableRoot', 'tableTransactions'] as const
  const whole = (count: number): string => count.toLocaleString('en-US')
  const row = (name: string, own: Result['periods'], root: string): string[] => [
    name,
    shortAmountRoundedDown(own.reduce((sum, { ledger: { released } }) => sum + released, 0n)),
    shortAmountRoundedDown(own.reduce((sum, { ledger: { granted } }) => sum + granted, 0n)),
    whole(own.reduce((sum, { ledger: { unfunded } }) => sum + unfunded, 0)),
    shortAmountRoundedDown(own.reduce((sum, { ledger: { burned } }) => sum + burned, 0n)),
    root,
    whole(own.reduce((sum, { ledger: { transactions } }) => sum + transactions, 0)),
  ]
  const rows = periods.map((period) => row(String(period.number), [period], period.statement.root.slice(0, ROOT_SHOWN)))
  print('')
  for (const line of alignTable([header.map((key) => tell(say(key))), ...rows, row(tell(say('tableSum')), periods, '')])) print(line)
  print('')
  const release = periods.reduce((sum, period) => sum + period.ledger.released, 0n)
  const { pool, members, chain } = ledger
  print(tell(say('poolLine', { pool, release, all: pool + release, members: members + ledger.leaving, chain })))
}

/** Prints what holds and what does not; true when everything does. */
export function tellEqualities(equalities: readonly Equality[], language: Language, print: (line: string) => void): boolean {
  const tell = speakDemo(language)
  const broken = equalities.filter((equality) => !holds(equality))
  if (broken.length === 0) {
    print(tell(say('checked', { count: equalities.length })))
    return true
  }
  print(tell(say('broken', { broken: broken.length, count: equalities.length })))
  const side = (text: string): string | Text => (text === '' ? say('none') : text)
  for (const { what, left, right } of broken) print(`  ${tell(say('brokenLine', { what, left: side(left), right: side(right) }))}`)
  return false
}
