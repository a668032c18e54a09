import { Dice } from '../support/dice.ts'
import type { Act } from './script.ts'

/** The platforms at their worst (reliability, L6). */
const TWICE = 0.3
/** Each moves two: about a fifth of all are not where they were. */
const SWAPPED = 0.12
const SWAP_DISTANCE = 3
const LATE = 0.25
const LATER_WAVE = 0.5

export interface Delivery {
  readonly act: Act
  /** It was delivered before. */
  readonly isAgain: boolean
}

export interface StormFigures {
  given: number
  again: number
  disordered: number
  late: number
}

/** What becomes of the acts of each wave on their way. */
export interface Weather {
  readonly figures: StormFigures
  /** `isLast`: nothing is held back any more. */
  deliver(acts: readonly Act[], isLast: boolean): readonly Delivery[]
}

export function fairWeather(): Weather {
  const figures = { given: 0, again: 0, disordered: 0, late: 0 }
  return {
    figures,
    deliver(acts) {
      figures.given += acts.length
      return acts.map((act) => ({ act, isAgain: false }))
    },
  }
}

/** 30 % come twice, at once or in a later wave; a fifth out of order; what may wait sometimes does. */
export function storm(seed: number): Weather {
  const dice = new Dice(seed, 'storm')
  const figures = { given: 0, again: 0, disordered: 0, late: 0 }
  let held: Delivery[] = []

  function disorder(acts: readonly Act[]): Act[] {
    const order = [...acts]
    for (let index = 0; index + SWAP_DISTANCE < order.length; index += 1)
      if (dice.chance(SWAPPED)) [order[index], order[index + SWAP_DISTANCE]] = [order[index + SWAP_DISTANCE]!, order[index]!]
    figures.disordered += order.filter((act, index) => act !== acts[index]).length
    return order
  }

  return {
    figures,
    deliver(acts, isLast) {
      const before = held
      held = []
      const now: Act[] = []
      for (const act of acts) {
        if (!isLast && act.mayWait === true && dice.chance(LATE)) held.push({ act, isAgain: false })
        else now.push(act)
      }
      figures.late += held.length
      const stream = [...before, ...disorder(now).map((act) => ({ act, isAgain: false }))]
      figures.given += stream.filter(({ isAgain }) => !isAgain).length
      const all: Delivery[] = []
      for (const delivery of stream) {
        all.push(delivery)
        if (delivery.isAgain || !dice.chance(TWICE)) continue
        const again = { act: delivery.act, isAgain: true }
        if (!isLast && dice.chance(LATER_WAVE)) held.push(again)
        else all.push(again)
      }
      figures.again += all.filter(({ isAgain }) => isAgain).length
      return all
    },
  }
}
