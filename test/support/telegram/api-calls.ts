import { ApiRefusal, badRequest, tooManyRequests } from './api-refusal.ts'
import type { Payload } from './api-types.ts'
import type { FakeState } from './fake-state.ts'
import type { Files, MethodTable } from './method-table.ts'
import { chatIdOf } from './read-payload.ts'
import type { Fault, RequestRecord } from './telegram-fake.types.ts'

/** What goes back over HTTP; 'hang-up' breaks the connection without an answer. */
export type ApiReply = { status: number; body: object } | 'hang-up'

const MAX_REQUESTS = 100_000

/** Runs calls: the document's check, planned faults, the method, the check of our own answer, the record. */
export class ApiCalls {
  private readonly state: FakeState
  private readonly table: MethodTable
  private readonly faults: Fault[] = []

  constructor(state: FakeState, table: MethodTable) {
    this.state = state
    this.table = table
  }

  plan(fault: Fault): void {
    this.faults.push({ ...fault })
  }

  async run(method: string, payload: Payload, files: Files, gone: AbortSignal): Promise<ApiReply> {
    const fault = this.nextFault(method)
    if (fault?.kind === 'drop-before') return this.lost(method, payload, files, 'connection broken before the call')
    if (fault?.kind === 'server-error') {
      this.record(method, payload, files, 502, 'Bad Gateway')
      return { status: 502, body: { ok: false, error_code: 502, description: 'Bad Gateway' } }
    }
    try {
      if (fault?.kind === 'rate-limit') throw tooManyRequests(fault.seconds ?? 1)
      const result = await this.perform(method, payload, files, gone)
      if (fault?.kind === 'drop-after') return this.lost(method, payload, files, 'connection broken after the call was done')
      this.record(method, payload, files, 200)
      return { status: 200, body: { ok: true, result } }
    } catch (error) {
      if (!(error instanceof ApiRefusal)) throw error
      this.record(method, payload, files, error.code, error.message)
      const { code, message, parameters } = error
      return { status: code, body: { ok: false, error_code: code, description: message, ...(parameters ? { parameters } : {}) } }
    }
  }

  private async perform(method: string, payload: Payload, files: Files, gone: AbortSignal): Promise<unknown> {
    this.checkRequest(method, payload)
    const known = this.table[method]
    const result = known ? await known(payload, files, gone) : this.acknowledge(method, payload)
    const problem = this.state.contract?.checkResult(method, result)
    if (problem !== undefined) {
      this.state.violations.push({ where: 'result', method, problem, payload: result })
      throw badRequest(`the fake's own result breaks the contract of ${method}: ${problem}`)
    }
    return structuredClone(result)
  }

  private checkRequest(method: string, payload: Payload): void {
    const { contract, violations } = this.state
    const exists = contract ? contract.knows(method) : Object.hasOwn(this.table, method)
    if (!exists) {
      violations.push({ where: 'method', method, problem: 'no such method', payload })
      throw new ApiRefusal(404, 'Not Found')
    }
    const problem = contract?.checkRequest(method, payload)
    if (problem !== undefined) {
      violations.push({ where: 'request', method, problem, payload })
      throw badRequest(`contract of ${method} broken: ${problem}`)
    }
  }

  /** A documented method that this fake does not act out: `true` where the platform says so, otherwise a loud refusal. */
  private acknowledge(method: string, payload: Payload): true {
    if (!this.state.contract?.returns(method).includes('Boolean')) {
      this.state.violations.push({ where: 'method', method, problem: 'not acted out by this fake', payload })
      throw badRequest(`${method} is not acted out by this fake`)
    }
    if (payload['chat_id'] !== undefined) this.state.world.reach(chatIdOf(payload))
    return true
  }

  private nextFault(method: string): Fault | undefined {
    const fault = this.faults.find((each) => (each.method === undefined ? method !== 'getUpdates' : each.method === method))
    if (!fault) return undefined
    fault.times--
    if (fault.times <= 0) this.faults.splice(this.faults.indexOf(fault), 1)
    return fault
  }

  private lost(method: string, payload: Payload, files: Files, why: string): ApiReply {
    this.record(method, payload, files, 0, why)
    return 'hang-up'
  }

  /** Long polls are not kept: they would bury the rest. */
  private record(method: string, payload: Payload, files: Files, code: number, description?: string): void {
    if (method === 'getUpdates' && code === 200) return
    if (this.state.requests.length >= MAX_REQUESTS) throw new Error(`${MAX_REQUESTS} calls to the Telegram fake: a loop?`)
    const parts = [...files.values()].map(({ field, fileName, bytes }) => ({ field, fileName, size: bytes.length }))
    const request: RequestRecord = { method, payload, files: parts, code, ...(description === undefined ? {} : { description }) }
    this.state.requests.push(request)
    this.state.journal.append({ kind: 'request', request })
  }
}
