/** What happened in a run: printed line by line, counted, and summed up at the end. */
export class RunRecord {
  readonly seed: number
  readonly #started = performance.now()
  readonly #print: (line: string) => void
  readonly #counts = new Map<string, number>()
  readonly #most = new Map<string, number>()
  readonly #violations: string[] = []
  readonly #seen = new Set<string>()

  constructor(seed: number, print: (line: string) => void) {
    this.seed = seed
    this.#print = print
  }

  /** Seconds since the start of the run. */
  get elapsed(): number {
    return (performance.now() - this.#started) / 1_000
  }

  get violations(): readonly string[] {
    return this.#violations
  }

  say(line: string): void {
    this.#print(`[seed ${this.seed} ${this.elapsed.toFixed(3).padStart(8)} s] ${line}`)
  }

  count(what: string, more = 1): void {
    this.#counts.set(what, this.countOf(what) + more)
  }

  countOf(what: string): number {
    return this.#counts.get(what) ?? 0
  }

  /** Sum of all counts whose name begins so. */
  countUnder(prefix: string): number {
    return [...this.#counts].reduce((sum, [what, count]) => (what.startsWith(prefix) ? sum + count : sum), 0)
  }

  /** Keeps the largest of a measured kind, in milliseconds. */
  most(what: string, ms: number): void {
    this.#most.set(what, Math.max(this.#most.get(what) ?? 0, ms))
  }

  mostOf(what: string): number {
    return this.#most.get(what) ?? 0
  }

  /** A promise that was broken; told once, however often it is seen. */
  violation(sentence: string): void {
    if (this.#seen.has(sentence)) return
    this.#seen.add(sentence)
    this.#violations.push(sentence)
    this.say(`VIOLATION ${sentence}`)
  }

  summary(): string {
    const rows = [
      ...[...this.#counts].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([what, count]) => [what, String(count)]),
      ...[...this.#most].map(([what, ms]) => [`longest: ${what}`, `${(ms / 1_000).toFixed(2)} s`]),
      ['violations', String(this.#violations.length)],
    ]
    const width = Math.max(...rows.map(([what]) => what!.length))
    return rows.map(([what, value]) => `${what!.padEnd(width)}  ${value!.padStart(8)}`).join('\n')
  }
}
