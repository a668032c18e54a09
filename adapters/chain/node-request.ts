import { z } from 'zod'
import { Fault } from '../../core/shared/fault.ts'

const answer = z.object({ result: z.unknown().optional(), error: z.object({ code: z.number(), message: z.string() }).optional() })

/**
 * One JSON-RPC call to a node of ours (https://ethereum.org/developers/docs/apis/json-rpc), for the few anvil methods that viem's wallet and public clients do not have.
 * @throws Fault, retryable, when the node does not answer within `timeoutMs`; Error when it answers with an error.
 */
export async function nodeRequest(url: string, method: string, params: readonly unknown[] = [], timeoutMs = 10_000): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }),
    signal: AbortSignal.timeout(timeoutMs),
  }).catch((): never => {
    throw new Fault('chain', `${method}: the node does not answer`, { retryable: true })
  })
  const { result, error } = answer.parse(await response.json())
  if (error !== undefined) throw new Error(`${method}: ${error.message} (${error.code})`)
  return result
}
