import { type Anvil, startAnvil } from '../../adapters/chain/anvil.ts'

export type TestNode = Anvil

/** A chain for one test file, kept nowhere: a block per transaction, ten funded development accounts, the gas limits of the main network. Stop it in `afterAll`. */
export function startTestNode(options: { chainId?: number; genesisTimestamp?: number; blockTimeSeconds?: number } = {}): Promise<TestNode> {
  return startAnvil({ chainId: 31_337, ...options })
}
