import type { ApiMethods, Opts } from '@grammyjs/types'
import { Telegram } from 'telegraf'
import { ApiFailure, readFailure } from './api-failure.ts'

/** A file to upload, as telegraf takes it. */
export interface Upload {
  readonly source: Buffer
  readonly filename: string
}

type Methods = ApiMethods<Upload>
type Method = keyof Methods
type Payload<M extends Method> = Opts<Upload>[M]
type Result<M extends Method> = ReturnType<Methods[M]>

interface CallOptions {
  /** Ends the call early; the caller sees a `temporary` failure. */
  readonly signal?: AbortSignal
  /** Default 20 000. */
  readonly timeoutMs?: number
}

/** The Bot API, typed by its newest description; telegraf's own types are years older, its transport is not. */
export interface TelegramApi {
  /** @throws ApiFailure */
  call<M extends Method>(method: M, payload: Payload<M>, options?: CallOptions): Promise<Result<M>>
  /** Content of a file that `getFile` named. @throws ApiFailure when it cannot be had, or is larger than `maxBytes` (code 413) */
  download(filePath: string, maxBytes: number): Promise<Buffer>
}

const TIMEOUT_MS = 20_000

export function createTelegramApi({ token, apiUrl }: { token: string; apiUrl: string }): TelegramApi {
  const root = apiUrl.replace(/\/+$/, '')
  const telegram = new Telegram(token, { apiRoot: root, webhookReply: false })
  return {
    async call<M extends Method>(method: M, payload: Payload<M>, options: CallOptions = {}): Promise<Result<M>> {
      const deadline = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS)
      const signal = options.signal === undefined ? deadline : AbortSignal.any([options.signal, deadline])
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- telegraf 4.16 knows the method names and payloads of Bot API 7.1 only.
      const call = telegram.callApi.bind(telegram) as unknown as (method: string, payload: object, options: object) => Promise<Result<M>>
      try {
        return await call(method, forTransport(payload), { signal })
      } catch (error) {
        throw readFailure(method, error)
      }
    },
    async download(filePath, maxBytes) {
      try {
        // The address holds the token: it must not get into an error.
        const response = await fetch(`${root}/file/bot${token}/${filePath}`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
        if (!response.ok || response.body === null) {
          throw new ApiFailure({ method: 'download', code: response.status, description: `HTTP ${response.status}` })
        }
        const chunks: Uint8Array[] = []
        let size = 0
        for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
          size += chunk.length
          if (size > maxBytes) throw new ApiFailure({ method: 'download', code: 413, description: `more than ${maxBytes} bytes` })
          chunks.push(chunk)
        }
        return Buffer.concat(chunks)
      } catch (error) {
        if (error instanceof ApiFailure) throw error
        throw new ApiFailure({ method: 'download', code: 0, description: error instanceof Error ? error.name : 'unknown' })
      }
    },
  }
}

/** telegraf drops objects other than keyboards from a form, which it uses as soon as a file is sent: they travel as JSON text, as the Bot API takes them. */
function forTransport(payload: object): object {
  const entries: [string, unknown][] = Object.entries(payload)
  if (!entries.some(([, value]) => isUpload(value))) return payload
  return Object.fromEntries(
    entries.map(([name, value]) => [name, typeof value === 'object' && value !== null && !isUpload(value) ? JSON.stringify(value) : value]),
  )
}

const isUpload = (value: unknown): boolean => typeof value === 'object' && value !== null && 'source' in value
