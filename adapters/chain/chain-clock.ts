import { z } from 'zod'
import { SECOND, type Instant } from '../../core/shared/instant.ts'
import { nodeRequest } from './node-request.ts'

const head = z.object({ timestamp: z.string() })

/**
 * Puts the clock of a development chain (anvil) to `at`, with a block at that time, and lets it go on from there. Time never goes back: an earlier
 * instant than the newest block's changes nothing. For simulated months; a real chain has no such call.
 */
export async function moveChainTime(url: string, at: Instant): Promise<void> {
  const target = Math.ceil(at / SECOND)
  const { timestamp } = head.parse(await nodeRequest(url, 'eth_getBlockByNumber', ['latest', false]))
  if (Number(timestamp) >= target) return
  await nodeRequest(url, 'evm_setTime', [target])
  await nodeRequest(url, 'anvil_mine', ['0x1'])
}
