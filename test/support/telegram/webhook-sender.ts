import { z } from 'zod'
import { badRequest } from './api-refusal.ts'
import type { ApiUpdate, Payload } from './api-types.ts'
import { optionalInteger, optionalText } from './read-payload.ts'
import type { UpdateQueue } from './update-queue.ts'

const callShape = z.looseObject({ method: z.string() })

const ALLOWED_PORTS: ReadonlySet<string> = new Set(['', '80', '88', '443', '8443'])
const MAX_ATTEMPTS = 500
const RESPONSE_TIMEOUT_MS = 60_000

interface Hook {
  url: string
  secret: string | undefined
  maxConnections: number
}

export interface WebhookEvents {
  confirmed(updateId: number): void
  dropped(updateId: number, reason: string): void
  /** The webhook was removed before this update got through: it waits for getUpdates again. */
  returned(update: ApiUpdate): void
  /** A method the bot wrote into its HTTP response instead of calling it. */
  call(method: string, payload: Payload): Promise<void>
}

/**
 * Delivers updates to the address the bot gave, as the platform: POST with the secret header, again until 2xx.
 * The bot gives an https address; `routes` says which loopback address stands behind its origin.
 */
export class WebhookSender {
  /** Public origin -> the origin really called. */
  readonly routes = new Map<string, string>()
  private hook: Hook | undefined
  private lastError: { message: string; at: number } | undefined
  private readonly waiting: ApiUpdate[] = []
  private active = 0
  private readonly stopped = new AbortController()
  private readonly events: WebhookEvents
  private readonly retryMs: number
  private readonly now: () => number

  constructor(events: WebhookEvents, retryMs: number, now: () => number) {
    this.events = events
    this.retryMs = retryMs
    this.now = now
  }

  get isSet(): boolean {
    return this.hook !== undefined
  }

  get pendingCount(): number {
    return this.waiting.length + this.active
  }

  /** @throws ApiRefusal for an address or a secret the platform does not take */
  set(payload: Payload): void {
    const url = optionalText(payload, 'url') ?? ''
    if (url === '') {
      this.remove()
      return
    }
    const parsed = URL.parse(url)
    if (parsed?.protocol !== 'https:') throw badRequest('bad webhook: An HTTPS URL must be provided for webhook')
    if (!ALLOWED_PORTS.has(parsed.port)) throw badRequest('bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443')
    const secret = optionalText(payload, 'secret_token')
    if (secret !== undefined && secret.length > 256) throw badRequest('secret token is too long')
    if (secret !== undefined && !/^[A-Za-z0-9_-]+$/.test(secret)) throw badRequest('secret token contains unallowed characters')
    const maxConnections = optionalInteger(payload, 'max_connections') ?? 40
    if (maxConnections < 1 || maxConnections > 100) throw badRequest('bad webhook: max_connections must be 1-100')
    this.hook = { url, secret, maxConnections }
    this.lastError = undefined
  }

  remove(): void {
    this.hook = undefined
    this.lastError = undefined
  }

  /** What is not on its way yet, to drop it or to give it back to the queue. */
  takeWaiting(): ApiUpdate[] {
    return this.waiting.splice(0)
  }

  /** WebhookInfo of the Bot API. */
  info(pendingInQueue: number, allowedUpdates: readonly string[]): Payload {
    return {
      url: this.hook?.url ?? '',
      has_custom_certificate: false,
      pending_update_count: pendingInQueue + this.pendingCount,
      ...(this.hook ? { max_connections: this.hook.maxConnections, ip_address: '127.0.0.1' } : {}),
      ...(this.lastError ? { last_error_date: Math.floor(this.lastError.at / 1000), last_error_message: this.lastError.message } : {}),
      ...(allowedUpdates.length > 0 ? { allowed_updates: allowedUpdates } : {}),
    }
  }

  /** Takes what waits in the queue and sends it, several at a time up to max_connections. */
  flush(queue: UpdateQueue): void {
    if (!this.hook) return
    this.waiting.push(...queue.takeAll())
    this.fill()
  }

  close(): void {
    this.hook = undefined
    this.stopped.abort()
  }

  private fill(): void {
    while (this.hook && this.active < this.hook.maxConnections) {
      const update = this.waiting.shift()
      if (!update) return
      this.active++
      void this.deliver(update).finally(() => {
        this.active--
        this.fill()
      })
    }
  }

  private async deliver(update: ApiUpdate): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS && this.hook; attempt++) {
      const problem = await this.post(update, this.hook)
      if (problem === undefined) {
        this.events.confirmed(update.update_id)
        return
      }
      this.lastError = { message: problem, at: this.now() }
      await new Promise((resolve) => setTimeout(resolve, this.retryMs))
    }
    if (this.stopped.signal.aborted) return
    if (this.hook) this.events.dropped(update.update_id, this.lastError?.message ?? 'no attempt succeeded')
    else this.events.returned(update)
  }

  /** One attempt. @returns why it failed, in the words of getWebhookInfo */
  private async post(update: ApiUpdate, hook: Hook): Promise<string | undefined> {
    const url = new URL(hook.url)
    const origin = this.routes.get(url.origin)
    if (origin === undefined) return 'Failed to resolve host: Name or service not known'
    const headers: Record<string, string> = { 'content-type': 'application/json' }
    if (hook.secret !== undefined) headers['x-telegram-bot-api-secret-token'] = hook.secret
    try {
      const response = await fetch(new URL(url.pathname + url.search, origin), {
        method: 'POST',
        headers,
        body: JSON.stringify(update),
        redirect: 'manual',
        signal: AbortSignal.any([this.stopped.signal, AbortSignal.timeout(RESPONSE_TIMEOUT_MS)]),
      })
      const body = await response.text()
      if (!response.ok) return `Wrong response from the webhook: ${response.status} ${response.statusText}`
      const call = methodIn(body)
      if (call) await this.events.call(call.method, call.payload)
      return undefined
    } catch {
      return 'Connection refused'
    }
  }
}

function methodIn(body: string): { method: string; payload: Payload } | undefined {
  if (!body.startsWith('{')) return undefined
  try {
    const { method, ...payload } = callShape.parse(JSON.parse(body))
    return { method, payload }
  } catch {
    return undefined
  }
}
