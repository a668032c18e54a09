import type { Answer } from '../../core/shared/dispatch.ts'
import type { Amount } from '../../core/shared/amount.ts'

/** What happened in a month, counted from the answers that people got. */
export interface Tally {
  joined: number
  events: number
  /** Check-ins that were accepted, and those of them for which nothing was left. */
  checkIns: number
  unfunded: number
  /** Refusals that were to be expected, by code. */
  readonly refusals: Map<string, number>
  wallets: number
  withdrawals: number
  withdrawn: Amount
  deposits: number
  /** Check-ins that a host took back. */
  undone: number
}

export function createTally(): Tally {
  return {
    joined: 0,
    events: 0,
    checkIns: 0,
    unfunded: 0,
    refusals: new Map(),
    wallets: 0,
    withdrawals: 0,
    withdrawn: 0n,
    deposits: 0,
    undone: 0,
  }
}

/** Counts an answer to a check-in. A refusal that is not among the `expected` codes ends the demo: then the product does not do what the story says. */
export function countCheckIn(tally: Tally, answer: Answer, expected: readonly string[]): void {
  const { tone, lines, code } = answer.reply
  if (tone === 'done') {
    tally.checkIns += 1
    if (lines[0]?.key === 'checkin.unfunded') tally.unfunded += 1
    return
  }
  if (code === undefined || !expected.includes(code)) throw new Error(`a check-in was refused: ${code ?? tone}`)
  tally.refusals.set(code, (tally.refusals.get(code) ?? 0) + 1)
}
