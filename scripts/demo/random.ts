/** Repeatable chance: the same seed gives the same story. Not for secrets; codes and ids of the product come from its own generator. */
export interface Random {
  /** A whole number from 0 to `bound` - 1. */
  below(bound: number): number
  /** True in `percent` of 100 cases. */
  percent(percent: number): boolean
  pick<Item>(list: readonly Item[]): Item
  /** `count` different items of a list (all of them when it has fewer), in a mixed order. */
  sample<Item>(list: readonly Item[], count: number): Item[]
}

/** mulberry32: 32 bits of state, enough to tell a story (public domain, Tommy Ettinger). `seed` is a whole number below 2^32. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (bound: number): number => Math.floor(next() * bound)
  return {
    below,
    percent: (percent) => below(100) < percent,
    pick: (list) => list[below(list.length)]!,
    sample(list, count) {
      const mixed = [...list]
      const wanted = Math.min(count, mixed.length)
      for (let at = 0; at < wanted; at += 1) {
        const other = at + below(mixed.length - at)
        const chosen = mixed[other]!
        mixed[other] = mixed[at]!
        mixed[at] = chosen
      }
      return mixed.slice(0, wanted)
    },
  }
}
