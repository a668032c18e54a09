import { Worker } from 'node:worker_threads'
import type { Chart, Picture } from '../../core/shared/chart.ts'
import { Fault } from '../../core/shared/fault.ts'
import type { Speak } from '../../core/shared/speak.ts'
import type { Language, TextValue } from '../../core/shared/text.ts'
import type { DrawRequest } from './chart-option.ts'

/** Draws charts in a thread of its own. */
export interface ChartDrawer {
  /** @throws Fault `charts`, retryable: too many are waiting, or the drawing failed or took too long */
  draw(chart: Chart, language: Language): Promise<Picture>
  stop(): Promise<void>
}

const MAX_WAITING = 20
const LIMIT_MS = 15_000
/** Pictures of the same numbers are drawn once: a statement goes to many channels. */
const KEPT = 32
const NANO = 1_000_000_000
const PLAIN = { escape: (plain: string) => plain.toWellFormed(), instant: (at: number) => new Date(at).toISOString().slice(0, 10) }

interface Waiting {
  readonly resolve: (png: Uint8Array) => void
  readonly reject: (error: unknown) => void
  readonly timer: NodeJS.Timeout
}

type Message = { readonly id: number; readonly png: Uint8Array } | { readonly id: number; readonly problem: string }

/** The thread starts with the first drawing, and does not keep the process alive. */
export function createChartDrawer(speak: Speak): ChartDrawer {
  const waiting = new Map<number, Waiting>()
  const kept = new Map<string, Promise<Uint8Array>>()
  let thread: Worker | undefined
  let ids = 0

  function start(): Worker {
    const started = new Worker(new URL('./chart-thread.ts', import.meta.url))
    started.unref()
    started.on('message', (message: Message) => {
      const { id } = message
      if ('png' in message) settle(id, ({ resolve }) => resolve(message.png))
      else settle(id, ({ reject }) => reject(new Fault('charts', `a chart could not be drawn: ${message.problem}`, { retryable: true })))
    })
    const end = (why: string) => {
      if (thread === started) thread = undefined
      for (const id of waiting.keys())
        settle(id, ({ reject }) => reject(new Fault('charts', `the thread that draws charts ended: ${why}`, { retryable: true })))
    }
    started.on('error', (error) => end(error instanceof Error ? error.message : String(error)))
    started.on('exit', (code) => end(`exit ${code}`))
    return started
  }

  function settle(id: number, how: (one: Waiting) => void): void {
    const one = waiting.get(id)
    if (one === undefined) return
    waiting.delete(id)
    clearTimeout(one.timer)
    how(one)
  }

  function render(request: DrawRequest): Promise<Uint8Array> {
    if (waiting.size >= MAX_WAITING)
      return Promise.reject(new Fault('charts', `more than ${MAX_WAITING} charts are waiting`, { retryable: true, retryAfterMs: 5_000 }))
    thread ??= start()
    const [id, drawing] = [(ids += 1), thread]
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        // A drawing that hangs would hold up all that follow; its end rejects what waits.
        void drawing.terminate()
      }, LIMIT_MS)
      timer.unref()
      waiting.set(id, { resolve, reject, timer })
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
      drawing.postMessage({ id, request })
    })
  }

  function keep(key: string, png: Promise<Uint8Array>): Promise<Uint8Array> {
    kept.set(key, png)
    png.catch(() => kept.delete(key))
    const oldest = kept.keys().next().value
    if (kept.size > KEPT && oldest !== undefined) kept.delete(oldest)
    return png
  }

  return {
    async draw(chart, language) {
      const request = spokenChart(chart, language, speak)
      const key = JSON.stringify(request)
      const data = await (kept.get(key) ?? keep(key, render(request)))
      return { data, alt: speak(chart.alt, language, PLAIN) }
    },
    async stop() {
      await thread?.terminate()
    },
  }
}

function spokenChart({ kind, title, categories, series }: Chart, language: Language, speak: Speak): DrawRequest {
  const say = (value: TextValue) => speak(value, language, PLAIN)
  return {
    kind,
    language,
    title: say(title),
    categories: categories.map(say),
    series: series.map(({ name, tone, values }) => ({
      name: say(name),
      tone,
      // Only for the eye: nothing is computed from it.
      values: values.map((value) => (typeof value === 'bigint' ? Number(value) / NANO : value)),
    })),
    unit: series.some(({ values }) => values.some((value) => typeof value === 'bigint')) ? 'PoS' : '',
  }
}
