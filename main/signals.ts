import { createTransferReader } from '../adapters/chain/transfer-reader.ts'
import { hasAnswers, watchAnswers } from '../adapters/postgres/answer-watch.ts'
import type { Database } from '../adapters/postgres/database.ts'
import { hasArrivals, watchSignals } from '../adapters/postgres/signal-watch.ts'
import { walletFlowStore } from '../adapters/postgres/wallet-flow-store.ts'
import { traceWallets } from '../core/holds/trace-wallets.ts'
import type { SignalsJobParts } from '../jobs/schedule.ts'
import type { ChainPart } from './parts.ts'

export function composeSignals(database: Database, { url, deployment, confirmations }: ChainPart): SignalsJobParts {
  const ports = { chain: createTransferReader({ url, contracts: deployment, confirmations }), flows: walletFlowStore(database) }
  return {
    isDue: async (now) => (await hasArrivals(database, now)) || (await hasAnswers(database, now)),
    watch: async (now) => (await watchSignals(database, now)) + (await watchAnswers(database, now)),
    trace: (now) => traceWallets(ports, now),
  }
}
