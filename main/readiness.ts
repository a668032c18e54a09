import { nodeRequest } from '../adapters/chain/node-request.ts'
import type { Database } from '../adapters/postgres/database.ts'
import type { Part, PartState } from '../core/operations/status.ts'
import type { Bot } from '../core/shared/chat-app.ts'

const PATIENCE_MS = 2_000

/** Asks every part whether it answers, all at once and each with the same patience. Never rejects; no detail holds an address or a secret. */
export async function readParts(
  database: Database,
  chainUrl: string,
  bots: ReadonlyMap<Part, Bot | undefined>,
): Promise<readonly PartState[]> {
  const [databaseState, chainState] = await Promise.all([
    stateOf('database', () => withPatience(database.prisma.$queryRaw`SELECT 1`)),
    stateOf('chain', () => nodeRequest(chainUrl, 'eth_blockNumber', [], PATIENCE_MS)),
  ])
  const botStates = [...bots].map(([part, bot]) => {
    const ok = bot?.isConnected() ?? false
    return { part, ok, detail: ok ? '' : 'not connected' }
  })
  return [databaseState, chainState, ...botStates]
}

async function stateOf(part: Part, ask: () => Promise<unknown>): Promise<PartState> {
  try {
    await ask()
    return { part, ok: true, detail: '' }
  } catch {
    return { part, ok: false, detail: `no answer within ${PATIENCE_MS / 1_000} s` }
  }
}

async function withPatience(work: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error('late')), PATIENCE_MS)
  })
  try {
    await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
