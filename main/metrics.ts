import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import { readOperations } from '../adapters/postgres/operations-store.ts'
import type { Database } from '../adapters/postgres/database.ts'
import type { Dispatch } from '../core/shared/dispatch.ts'

/** Seconds; commands answer in milliseconds, pages may draw a chart. */
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5]

export interface ProductMetrics {
  readonly contentType: string
  text(): Promise<string>
  observeRequest(request: { readonly method: string; readonly route: string; readonly status: number; readonly seconds: number }): void
  readonly token: string | undefined
  /** The same dispatch, counted and timed by its outcome. */
  measure(dispatch: Dispatch): Dispatch
}

/** The process's Prometheus registry. Names and labels are bounded: no member, no address, no free text. */
export function createMetrics(database: Database, token: string | undefined): ProductMetrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const requests = new Histogram({
    name: 'wepos_http_request_seconds',
    help: 'Answered requests by route pattern',
    labelNames: ['method', 'route', 'status'],
    buckets: BUCKETS,
    registers: [registry],
  })
  const commands = new Histogram({
    name: 'wepos_command_seconds',
    help: 'Commands by platform and tone of the answer',
    labelNames: ['platform', 'tone'],
    buckets: BUCKETS,
    registers: [registry],
  })
  const bugs = new Counter({ name: 'wepos_command_bugs_total', help: 'Commands that failed by a bug', registers: [registry] })
  const waiting = new Gauge({
    name: 'wepos_waiting',
    help: 'Work that is not done yet',
    labelNames: ['what'],
    // Registered below: a gauge that is only constructed looks like it had no use.
    registers: [],
    async collect() {
      const { halts, waitingWithdrawals, unsettledTransactions, deadLetters } = await readOperations(database.prisma)
      this.set({ what: 'withdrawals' }, waitingWithdrawals)
      this.set({ what: 'transactions' }, unsettledTransactions)
      this.set({ what: 'dead-letters' }, deadLetters)
      this.set({ what: 'halts' }, halts.length)
    },
  })
  registry.registerMetric(waiting)
  const timed = async (platform: string, answer: ReturnType<Dispatch>) => {
    const end = commands.startTimer({ platform })
    const { reply, ...rest } = await answer
    end({ tone: reply.tone })
    if (reply.code === 'bug') bugs.inc()
    return { reply, ...rest }
  }
  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    observeRequest: ({ method, route, status, seconds }) => requests.observe({ method, route, status }, seconds),
    token,
    measure: (dispatch) =>
      Object.assign((request: Parameters<Dispatch>[0]) => timed(request.account.platform, dispatch(request)), {
        press: (press: Parameters<Dispatch['press']>[0]) => timed(press.account.platform, dispatch.press(press)),
      }),
  }
}
