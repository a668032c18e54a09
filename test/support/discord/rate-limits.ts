const SECOND = 1000
/** developers/topics/rate-limits, "Global Rate Limit": requests of one bot a second; interaction endpoints do not count. */
const GLOBAL = { most: 50, span: SECOND }
/** Messages in one channel. Discord tells its limits only in headers; this is what they have said for years. */
const MESSAGES = { most: 5, span: 5 * SECOND }

export interface Allowance {
  readonly bucket: string
  readonly limit: number
  readonly remaining: number
  readonly resetAfterSeconds: number
}

export type Verdict = { readonly allowed: Allowance | undefined } | { readonly refusedForSeconds: number; readonly global: boolean }

interface Window {
  startedAt: number
  used: number
}

/** Discord's sending limits: a fixed window for each channel's messages and one for everything. */
export class RateLimits {
  readonly #channels = new Map<string, Window>()
  #global: Window = { startedAt: 0, used: 0 }

  /** Counts one request; a refused one is not counted. `allowed` undefined: of a route without a limit of its own. */
  count(method: string, path: string, now: number): Verdict {
    if (/^\/(interactions|webhooks)\//.test(path)) return { allowed: undefined }
    const global = current(this.#global, GLOBAL.span, now)
    this.#global = global
    if (global.used >= GLOBAL.most) return { refusedForSeconds: left(global, GLOBAL.span, now), global: true }
    const channel = method === 'POST' ? /^\/channels\/(\d+)\/messages$/.exec(path)?.[1] : undefined
    if (channel === undefined) {
      global.used += 1
      return { allowed: undefined }
    }
    const window = current(this.#channels.get(channel) ?? { startedAt: 0, used: 0 }, MESSAGES.span, now)
    this.#channels.set(channel, window)
    if (window.used >= MESSAGES.most) return { refusedForSeconds: left(window, MESSAGES.span, now), global: false }
    global.used += 1
    window.used += 1
    return {
      allowed: {
        bucket: 'messages',
        limit: MESSAGES.most,
        remaining: MESSAGES.most - window.used,
        resetAfterSeconds: left(window, MESSAGES.span, now),
      },
    }
  }
}

const current = (window: Window, span: number, now: number): Window =>
  now - window.startedAt >= span ? { startedAt: now, used: 0 } : window

const left = ({ startedAt }: Window, span: number, now: number): number => (startedAt + span - now) / SECOND
