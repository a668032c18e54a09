import { pos, type Amount } from '../shared/amount.ts'
import type { Instant } from '../shared/instant.ts'
import { cycleOf, LAST_PERIOD, multiplierOf, periodAt, periodStart } from './release-schedule.ts'

/** Base price of an event ticket, the measure by which worth is shown (spec 01, worked numbers). */
export const TICKET_BASE_PRICE: Amount = pos(10)

export interface Worth {
  readonly balance: Amount
  readonly price: Amount
  readonly tickets: number
  /** When prices double next, and what the balance buys then; undefined once they stay. */
  readonly next: { readonly at: Instant; readonly price: Amount; readonly tickets: number } | undefined
}

/** What a balance buys now and from the next cycle: prices are base times the multiplier of the moment, so an idle balance buys less each cycle. */
export function worthOf(balance: Amount, genesis: Instant, now: Instant): Worth {
  const period = Math.max(1, periodAt(genesis, now))
  const price = TICKET_BASE_PRICE * multiplierOf(period)
  let following = period + 1
  while (following <= LAST_PERIOD && cycleOf(following) === cycleOf(period)) following += 1
  const tickets = Number(balance / price)
  if (following > LAST_PERIOD) return { balance, price, tickets, next: undefined }
  const later = TICKET_BASE_PRICE * multiplierOf(following)
  return { balance, price, tickets, next: { at: periodStart(genesis, following), price: later, tickets: Number(balance / later) } }
}
