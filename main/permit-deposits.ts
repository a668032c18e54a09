import { privateKeyToAccount } from 'viem/accounts'
import { createDepositRelay } from '../adapters/chain/deposit-relay.ts'
import type { Database } from '../adapters/postgres/database.ts'
import { permitDepositStore } from '../adapters/postgres/permit-deposit-store.ts'
import { createPermitDeposits, type PermitDeposits } from '../core/settlement/permit-deposit.ts'
import type { ChainPart } from './parts.ts'

/** Joins the page where members sign deposits, the relayer's key and the chain. */
export function composePermitDeposits(database: Database, chain: ChainPart): PermitDeposits {
  const { url, deployment, confirmations, relayerKey } = chain
  const relayer = relayerKey === undefined ? undefined : privateKeyToAccount(relayerKey)
  return createPermitDeposits({
    chain: createDepositRelay({ url, contracts: deployment, relayer, confirmations }),
    store: permitDepositStore(database),
  })
}
