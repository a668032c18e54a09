import { loadavg } from 'node:os'

/** One line of the bench's table: what was promised and what came out. */
export interface Figure {
  readonly name: string
  readonly bound: string
  readonly measured: string
  readonly isMet: boolean
}

export interface LoadResult {
  readonly perSecond: number
  readonly done: number
  /** Milliseconds from asking to answer, sorted. */
  readonly latencies: readonly number[]
}

/**
 * Closed loop: keeps `inFlight` calls of `work` going for `milliseconds`, then lets the running ones end; those count too, and so does their time.
 * `work` gets the number of the call, from 0.
 */
export async function load(inFlight: number, milliseconds: number, work: (call: number) => Promise<unknown>): Promise<LoadResult> {
  const latencies: number[] = []
  let next = 0
  const start = performance.now()
  async function lane(): Promise<void> {
    while (performance.now() - start < milliseconds) {
      const asked = performance.now()
      await work(next++)
      latencies.push(performance.now() - asked)
    }
  }
  await Promise.all(Array.from({ length: inFlight }, lane))
  const seconds = (performance.now() - start) / 1_000
  return { perSecond: latencies.length / seconds, done: latencies.length, latencies: latencies.sort((a, b) => a - b) }
}

/** Value below which `share` of the sorted values lie. */
export function percentile(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN
}

export function median(values: readonly number[]): number {
  return percentile(
    values.toSorted((a, b) => a - b),
    0.5,
  )
}

export function whole(value: number): string {
  return Math.round(value).toLocaleString('en')
}

export function atLeast(name: string, bound: number, measured: number, detail: string): Figure {
  return { name, bound: `>= ${bound}x`, measured: `${measured.toFixed(2)}x (${detail})`, isMet: measured >= bound }
}

export function below(name: string, unit: string, bound: number, measured: number, detail = ''): Figure {
  const shown = measured < 10 ? measured.toFixed(2) : whole(measured)
  return {
    name,
    bound: `< ${bound.toLocaleString('en')} ${unit}`,
    measured: `${shown} ${unit}${detail === '' ? '' : ` (${detail})`}`,
    isMet: measured < bound,
  }
}

/** Load average of the last minute: a figure taken on a busy machine says so. */
export function loadNow(): string {
  return loadavg()[0]!.toFixed(1)
}
