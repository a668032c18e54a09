import { BaseError, createPublicClient, http, type PublicClient } from 'viem'
import { Fault } from '../../core/shared/fault.ts'

const TIMEOUT_MS = 10_000
const RETRIES = 2
const RETRY_DELAY_MS = 200
/** Calls of the same moment travel in one request. */
const BATCH = 50

/** A client whose every call ends within about half a minute: three tries of 10 s. Nothing is cached, a stale block number would hide a reorganisation. */
export function openChainClient(url: string): PublicClient {
  return createPublicClient({
    transport: http(url, { batch: { batchSize: BATCH }, timeout: TIMEOUT_MS, retryCount: RETRIES, retryDelay: RETRY_DELAY_MS }),
    cacheTime: 0,
  })
}

/** An error of viem as a fault that may pass. Without the cause: its message holds the address of the node, and that often holds a key. */
export function chainFault(error: unknown, doing: string): unknown {
  if (!(error instanceof BaseError)) return error
  return new Fault('chain', `${doing}: ${withoutAddress(error.shortMessage)}${detailOf(error)}`, { retryable: true })
}

function detailOf(error: BaseError): string {
  // Missing in errors that no other caused, whatever its type says.
  const details: string | undefined = error.details
  return details === undefined || details === '' ? '' : ` (${withoutAddress(details).slice(0, 300)})`
}

function withoutAddress(text: string): string {
  return text.replace(/\bhttps?:\/\/\S+/g, 'the node').split('\n')[0] ?? ''
}

/** Runs a call of the chain; its errors become faults. */
export async function onChain<Result>(doing: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call()
  } catch (error) {
    throw chainFault(error, doing)
  }
}
