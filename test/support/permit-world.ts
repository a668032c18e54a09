import { privateKeyToAccount } from 'viem/accounts'
import type { LocalAccount } from 'viem'
import { createDepositRelay } from '../../adapters/chain/deposit-relay.ts'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import { openDatabase, type Database } from '../../adapters/postgres/database.ts'
import { permitDepositStore } from '../../adapters/postgres/permit-deposit-store.ts'
import { devAccount } from '../../contracts/script/dev-accounts.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { Checkpoint } from '../../core/settlement/settlement.port.ts'
import type { RelayStore } from '../../core/settlement/permit-deposit.port.ts'
import type { SignedPermit } from '../../core/settlement/permit-deposit.types.ts'
import { createPermitDeposits, type PermitDeposits } from '../../core/settlement/permit-deposit.ts'
import { DAY, HOUR, SECOND, type Instant } from '../../core/shared/instant.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld, type TestMember } from './settlement-world.ts'

/** When the members have PoS in wallets of their own. */
export const LATER: Instant = GENESIS + 3 * DAY

export interface ProgramOptions {
  readonly checkpoint?: Checkpoint
  readonly feeCap?: bigint
  readonly relayer?: LocalAccount | undefined
  /** Loses its lock at once: only the constraints are left. */
  readonly isUnlocked?: boolean
}

/** What may be other than the permit that is right. */
export interface PermitChange {
  readonly signer?: LocalAccount
  readonly nonce?: bigint
  readonly deadline?: Instant
  readonly domain?: Partial<{ name: string; version: string; chainId: number; verifyingContract: Hex }>
  readonly spender?: Hex
  readonly signedAmount?: bigint
}

/** Ledger, chain and the relay of permits, all real. */
export interface PermitWorld extends SettlementWorld {
  readonly relayer: LocalAccount
  /** A program of its own, with its own connections. */
  program(options?: ProgramOptions): PermitDeposits
  /** A member with so much in an own wallet, and no gas money. */
  holder(amount: bigint, options?: { wallet?: boolean }): Promise<TestMember>
  permit(member: TestMember, amount: bigint, change?: PermitChange): Promise<SignedPermit>
  /** Transactions that the relayer has in blocks. */
  relayed(): Promise<number>
  rows(): Promise<number>
  /** Whether the node puts what it is sent into blocks at once. */
  automine(isOn: boolean): Promise<void>
}

export async function startPermitWorld(options: { confirmations?: number } = {}): Promise<PermitWorld> {
  const world = await startSettlementWorld({ confirmations: 3, ...options })
  const confirmations = options.confirmations ?? 3
  const opened: Database[] = []
  const relayer = devAccount(3)
  await world.at(GENESIS)
  await world.settlement.openPeriods(GENESIS)
  await world.at(LATER)

  return {
    ...world,
    relayer,
    program({ checkpoint, feeCap, isUnlocked = false, ...rest } = {}) {
      const database = openDatabase(world.databaseUrl, { connections: 3 })
      opened.push(database)
      const chain = createDepositRelay({
        url: world.node.url,
        contracts: world.deployment,
        relayer: 'relayer' in rest ? rest.relayer : relayer,
        confirmations,
        ...(feeCap === undefined ? {} : { feeCap }),
      })
      const store = permitDepositStore(database)
      const used: RelayStore = isUnlocked ? { ...store, withRelayer: (_relayer, work) => work() } : store
      return createPermitDeposits({ chain, store: used, ...(checkpoint === undefined ? {} : { checkpoint }) })
    },
    async holder(amount, memberOptions) {
      const member = await world.member(memberOptions)
      await world.grant(member, amount, GENESIS)
      await world.settlement.fund(LATER)
      await world.withdraw(member, amount, LATER)
      await world.settlement.payout(LATER)
      await world.settlement.watchChain(LATER)
      return member
    },
    async permit(member, amount, change = {}) {
      const { token, vault, chainId } = world.deployment
      const owner: Hex = `0x${member.wallet.address.slice(2).toLowerCase()}`
      const terms = await createPermitDeposits({
        chain: createDepositRelay({ url: world.node.url, contracts: world.deployment, relayer: undefined, confirmations }),
        store: permitDepositStore(world.database),
      }).terms(owner, LATER)
      const nonce = change.nonce ?? terms.nonce
      const deadline = change.deadline ?? LATER + HOUR / 2
      const signature = await (change.signer ?? member.wallet).signTypedData({
        domain: { name: 'WePoS', version: '1', chainId, verifyingContract: token, ...change.domain },
        types: {
          Permit: ['owner address', 'spender address', 'value uint256', 'nonce uint256', 'deadline uint256'].map((field) => {
            const [name, type] = field.split(' ')
            return { name: name!, type: type! }
          }),
        },
        primaryType: 'Permit',
        message: {
          owner,
          spender: change.spender ?? vault,
          value: change.signedAmount ?? amount,
          nonce,
          deadline: BigInt(deadline / SECOND),
        },
      })
      return { owner, amount, nonce, deadline, signature }
    },
    relayed: () => world.client.getTransactionCount({ address: relayer.address }),
    rows: () => world.database.prisma.relayedDeposit.count(),
    async automine(isOn) {
      await nodeRequest(world.node.url, 'evm_setAutomine', [isOn])
    },
    async stop() {
      for (const database of opened) await database.close()
      await world.stop()
    },
  }
}

/** An account that nothing knows. */
export const STRANGER = privateKeyToAccount(`0x${'5e'.repeat(32)}`)
