import { privateKeyToAccount } from 'viem/accounts'
import { createSettlementChain } from '../adapters/chain/settlement-chain.ts'
import { loadKeccak256 } from '../adapters/hashing/keccak256.ts'
import type { Database } from '../adapters/postgres/database.ts'
import { settlementStore } from '../adapters/postgres/settlement-store.ts'
import { statementStore, type StatementOptions } from '../adapters/postgres/statement-store.ts'
import type { Statements } from '../core/economy/economy.port.ts'
import { createSettlement, type Settlement } from '../core/settlement/settlement.ts'
import type { Checkpoint } from '../core/settlement/settlement.port.ts'
import type { ChainPart } from './parts.ts'

export interface ComposedSettlement {
  readonly settlement: Settlement
  readonly statements: Statements
}

/** Joins the ledger and the chain. `signal` ends all waiting for blocks at once. */
export async function composeSettlement(
  database: Database,
  chain: ChainPart,
  signal: AbortSignal,
  checkpoint: Checkpoint = () => {},
): Promise<ComposedSettlement> {
  const { deployment } = chain
  const statements: StatementOptions = {
    database,
    keccak: await loadKeccak256(),
    genesis: deployment.genesis,
    chainId: deployment.chainId,
    emission: lower(deployment.emission),
  }
  const port = createSettlementChain({
    url: chain.url,
    contracts: deployment,
    accounts: { distributor: privateKeyToAccount(chain.distributorKey), payer: privateKeyToAccount(chain.payerKey) },
    confirmations: chain.confirmations,
    // The local chain makes a block when it is asked for one; others come by themselves.
    ...(chain.isLocal ? { waiting: { kind: 'mine' } as const } : {}),
    signal,
  })
  const settlement = createSettlement({ store: settlementStore(statements), chain: port, genesis: deployment.genesis, checkpoint })
  return { settlement, statements: statementStore(statements) }
}

function lower(address: `0x${string}`): `0x${string}` {
  return `0x${address.slice(2).toLowerCase()}`
}
