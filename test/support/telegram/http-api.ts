import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { ApiCalls } from './api-calls.ts'
import { ApiRefusal } from './api-refusal.ts'
import { decodeCall } from './decode-call.ts'
import type { FakeState } from './fake-state.ts'

export interface HttpApi {
  /** `http://127.0.0.1:port`, for telegraf's `telegram.apiRoot`. */
  readonly url: string
  close(): Promise<void>
}

/** The HTTP face of the fake: `/bot<token>/<method>` and `/file/bot<token>/<path>` on loopback. */
export async function listen(state: FakeState, calls: ApiCalls): Promise<HttpApi> {
  const server = createServer((request, response) => {
    answer(state, calls, request, response).catch((error: unknown) => {
      if (response.headersSent || response.destroyed) return
      const { code, message } = error instanceof ApiRefusal ? error : new ApiRefusal(500, `Internal Server Error: ${String(error)}`)
      send(response, code, { ok: false, error_code: code, description: message })
    })
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the Telegram fake got no port')
  return { url: `http://127.0.0.1:${address.port}`, close: () => closeServer(server) }
}

async function answer(state: FakeState, calls: ApiCalls, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = new URL(request.url ?? '/', 'http://127.0.0.1')
  const [, file, token, rest] = /^(\/file)?\/bot([^/]+)\/(.+)$/.exec(decodeURIComponent(url.pathname)) ?? []
  if (token === undefined || rest === undefined || !/^\d+:.+$/.test(token)) throw new ApiRefusal(404, 'Not Found')
  if (token !== state.token) throw new ApiRefusal(401, 'Unauthorized')
  if (file !== undefined) {
    const bytes = state.files.get(rest.replace(/^files\//, ''))?.bytes
    if (!bytes) throw new ApiRefusal(404, 'Not Found')
    response.writeHead(200, { 'content-type': 'application/octet-stream' }).end(bytes)
    return
  }
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  const { payload, files } = await decodeCall(request, rest, url.searchParams, state.contract)
  const reply = await calls.run(rest, payload, files, gone.signal)
  if (reply === 'hang-up') request.socket.destroy()
  else send(response, reply.status, reply.body)
}

function send(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
}

async function closeServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeAllConnections()
  await closed
}
