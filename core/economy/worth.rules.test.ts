import { describe, expect, it } from 'vitest'
import { pos } from '../shared/amount.ts'
import { periodStart } from './release-schedule.ts'
import { worthOf } from './worth.rules.ts'

const GENESIS = Date.UTC(2027, 0, 31)

describe('what a balance buys', () => {
  it('follows the worked numbers: a ticket of base 10 costs 20 in period 4 and 40 in period 5', () => {
    const inFour = worthOf(pos(100), GENESIS, periodStart(GENESIS, 4))
    expect(inFour).toMatchObject({ price: pos(20), tickets: 5 })
    expect(inFour.next).toEqual({ at: periodStart(GENESIS, 5), price: pos(40), tickets: 2 })
    expect(worthOf(pos(100), GENESIS, periodStart(GENESIS, 5))).toMatchObject({ price: pos(40), tickets: 2 })
  })

  it('skips the periods of the same cycle to the next change of prices', () => {
    expect(worthOf(0n, GENESIS, periodStart(GENESIS, 2)).next?.at).toBe(periodStart(GENESIS, 5))
    expect(worthOf(0n, GENESIS, periodStart(GENESIS, 7)).next?.at).toBe(periodStart(GENESIS, 8))
  })

  it('says that prices stay in the last cycle and after it', () => {
    expect(worthOf(pos(160), GENESIS, periodStart(GENESIS, 11))).toEqual({
      balance: pos(160),
      price: pos(160),
      tickets: 1,
      next: undefined,
    })
    expect(worthOf(pos(160), GENESIS, periodStart(GENESIS, 14) + 1)).toMatchObject({ price: pos(160), next: undefined })
  })

  it('counts before genesis with the first period’s price', () => {
    expect(worthOf(pos(10), GENESIS, GENESIS - 1)).toMatchObject({ price: pos(10), tickets: 1 })
  })
})
