import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { createPublicClient, createWalletClient, http, type LocalAccount, type PublicClient } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { moveChainTime } from '../../adapters/chain/chain-clock.ts'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import { createSettlementChain, type SettlementChainOptions } from '../../adapters/chain/settlement-chain.ts'
import { loadKeccak256 } from '../../adapters/hashing/keccak256.ts'
import { openDatabase, type Database } from '../../adapters/postgres/database.ts'
import { ledgerStore } from '../../adapters/postgres/ledger-store.ts'
import { settlementStore } from '../../adapters/postgres/settlement-store.ts'
import { statementStore } from '../../adapters/postgres/statement-store.ts'
import { Emission } from '../../contracts/generated/Emission.ts'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { Vault } from '../../contracts/generated/Vault.ts'
import { deployContracts, type Deployment } from '../../contracts/script/deploy.ts'
import { DEV_CHAIN, devAccount } from '../../contracts/script/dev-accounts.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import { fundingPeriod } from '../../core/economy/reward.rules.ts'
import { memberAccount, periodAccount, type AccountName } from '../../core/ledger/ledger.types.ts'
import type { Checkpoint } from '../../core/settlement/settlement.port.ts'
import { BURN_ADDRESS } from '../../core/settlement/settlement.rules.ts'
import { createSettlement, type Settlement } from '../../core/settlement/settlement.ts'
import { DAY, type Instant } from '../../core/shared/instant.ts'
import { freshDatabase } from './postgres.ts'
import { startTestNode, type TestNode } from './chain.ts'

export const GENESIS: Instant = Date.UTC(2027, 0, 31)

/** A person of the community with a linked wallet. */
export interface TestMember {
  readonly id: string
  readonly wallet: LocalAccount
}

/** Ledger and chain together, both real: PostgreSQL with the current schema and an anvil with the contracts. */
export interface SettlementWorld {
  readonly database: Database
  readonly databaseUrl: string
  readonly node: TestNode
  readonly deployment: Deployment
  readonly client: PublicClient
  readonly settlement: Settlement
  readonly statements: ReturnType<typeof statementStore>
  /** Another program on the same ledger and chain, with its own connection to the node. */
  another(options?: { checkpoint?: Checkpoint; chain?: Partial<SettlementChainOptions> }): Promise<Settlement>
  /** Moves the chain to an instant and returns it. */
  at(now: Instant): Promise<Instant>
  /** Resolves when a transaction has succeeded in a block; the node answers before that. */
  mined(sending: Promise<Hex>): Promise<Hex>
  /** Puts empty blocks on the chain. */
  mine(blocks: number): Promise<void>
  member(options?: { autoPayout?: boolean; wallet?: boolean }): Promise<TestMember>
  /** Grants from the period of `at`, as check-ins and reviews do; returns the reward's id. */
  grant(member: TestMember, amount: bigint, at: Instant, kind?: string): Promise<string>
  /** Asks for a withdrawal as the command does; returns its id. */
  withdraw(member: TestMember, amount: bigint, at: Instant, to?: Hex): Promise<string>
  deposit(member: TestMember, amount: bigint): Promise<Hex>
  balance(account: AccountName): Promise<bigint>
  onChain(address: Hex): Promise<bigint>
  /** Sentences about everything in which ledger and chain disagree; none when all is settled and well. */
  disagreements(): Promise<string[]>
  stop(): Promise<void>
}

export async function startSettlementWorld(options: { confirmations?: number; blockTimeSeconds?: number } = {}): Promise<SettlementWorld> {
  const { confirmations = 2, ...nodeOptions } = options
  const node = await startTestNode({ genesisTimestamp: (GENESIS - DAY) / 1_000, ...nodeOptions })
  const databaseUrl = await freshDatabase()
  const database = openDatabase(databaseUrl, { connections: 6 })
  const transport = http(node.url)
  const [distributor, payer] = [devAccount(1), devAccount(2)]
  const deployment = await deployContracts({
    transport,
    account: devAccount(0),
    genesis: GENESIS,
    distributor: distributor.address,
    payer: payer.address,
    relayer: devAccount(3).address,
    guardian: devAccount(4).address,
    adminProposer: devAccount(5).address,
    delaySeconds: 0,
  })
  const keccak = await loadKeccak256()
  const client = createPublicClient({ transport, cacheTime: 0 })
  const emission: Hex = `0x${deployment.emission.slice(2).toLowerCase()}`
  const statementOptions = { database, keccak, genesis: GENESIS, chainId: deployment.chainId, emission }
  const store = settlementStore(statementOptions)

  function make(own: { checkpoint?: Checkpoint; chain?: Partial<SettlementChainOptions> } = {}): Settlement {
    const chain = createSettlementChain({
      url: node.url,
      contracts: deployment,
      accounts: { distributor, payer },
      confirmations,
      waiting: { kind: 'mine' },
      ...own.chain,
    })
    return createSettlement({ store, chain, genesis: GENESIS, ...(own.checkpoint === undefined ? {} : { checkpoint: own.checkpoint }) })
  }
  async function mined(sending: Promise<Hex>): Promise<Hex> {
    const hash = await sending
    const { status } = await client.waitForTransactionReceipt({ hash, pollingInterval: 20 })
    assert.equal(status, 'success', `${hash} was reverted`)
    return hash
  }
  const settlement = make()
  let count = 0

  return {
    database,
    databaseUrl,
    node,
    deployment,
    client,
    settlement,
    statements: statementStore(statementOptions),
    another: (own) => Promise.resolve(make(own)),
    async at(now) {
      await moveChainTime(node.url, now)
      return now
    },
    mined,
    async mine(blocks) {
      await nodeRequest(node.url, 'anvil_mine', [`0x${blocks.toString(16)}`])
    },
    async member({ autoPayout = false, wallet = true } = {}) {
      count += 1
      const member = { id: `m${String(count).padStart(19, '0')}`, wallet: privateKeyToAccount(`0x${randomBytes(32).toString('hex')}`) }
      await database.prisma.member.create({
        data: {
          id: member.id,
          publicId: randomBytes(32),
          name: `Member ${count}`,
          language: 'en',
          autoPayout,
          joinedAt: new Date(GENESIS),
        },
      })
      if (wallet)
        await database.prisma.wallet.create({
          data: { address: member.wallet.address, memberId: member.id, linkedAt: new Date(GENESIS), payoutFrom: new Date(GENESIS) },
        })
      return member
    },
    async grant(member, amount, at, kind = 'attendance') {
      const period = fundingPeriod(GENESIS, at)!
      await settlement.openInLedger(period, at)
      count += 1
      const id = `test:${count}`
      await database.transaction(async (tx) => {
        await tx.reward.create({
          data: { id, memberId: member.id, kind, reference: `EVT-${count}`, amount, period, status: 'granted', at: new Date(at) },
        })
        const posted = await ledgerStore(tx).post({
          id: `grant:${id}`,
          debit: periodAccount(period),
          credit: memberAccount(member.id),
          amount,
          kind: 'grant',
          reference: `EVT-${count}`,
          period,
          at,
        })
        return { keep: posted === 'posted', value: undefined }
      })
      return id
    },
    async withdraw(member, amount, at, to) {
      count += 1
      const id = `w${count}`
      await database.transaction(async (tx) => {
        const posted = await ledgerStore(tx).post({
          id: `withdrawal:${id}`,
          debit: memberAccount(member.id),
          credit: 'leaving',
          amount,
          kind: 'withdrawal',
          reference: id,
          period: 1,
          at,
        })
        await tx.withdrawal.create({
          data: { id, memberId: member.id, address: to ?? member.wallet.address, amount, requestedAt: new Date(at) },
        })
        return { keep: posted === 'posted', value: undefined }
      })
      return id
    },
    async deposit(member, amount) {
      const donor = createWalletClient({ account: devAccount(9), chain: DEV_CHAIN, transport })
      await mined(donor.sendTransaction({ to: member.wallet.address, value: 10n ** 17n }))
      const own = createWalletClient({ account: member.wallet, chain: DEV_CHAIN, transport })
      const approve = { address: deployment.token, abi: PoSToken.abi, functionName: 'approve', args: [deployment.vault, amount] } as const
      await mined(own.writeContract(approve))
      // Above the estimate: in which second it is mined decides whether the token adds a checkpoint.
      const gas = 300_000n
      return mined(own.writeContract({ address: deployment.vault, abi: Vault.abi, functionName: 'deposit', args: [amount], gas }))
    },
    async balance(account) {
      return (await database.prisma.account.findUnique({ where: { name: account } }))?.balance ?? 0n
    },
    onChain: (address) => client.readContract({ address: deployment.token, abi: PoSToken.abi, functionName: 'balanceOf', args: [address] }),
    disagreements: () => findDisagreements({ database, client, deployment }),
    async stop() {
      await database.close()
      await node.stop()
    },
  }
}

async function findDisagreements({
  database,
  client,
  deployment,
}: Pick<SettlementWorld, 'database' | 'client' | 'deployment'>): Promise<string[]> {
  const found: string[] = []
  const same = (what: string, ledger: unknown, chain: unknown): void => {
    if (String(ledger) !== String(chain)) found.push(`${what}: ledger ${String(ledger)}, chain ${String(chain)}`)
  }
  const one = async (sql: string): Promise<bigint> => (await database.pool.query<{ n: bigint }>(`SELECT (${sql})::bigint AS n`)).rows[0]!.n
  const balanceOf = (address: Hex): Promise<bigint> =>
    client.readContract({ address: deployment.token, abi: PoSToken.abi, functionName: 'balanceOf', args: [address] })
  const onVault = { address: deployment.vault, abi: Vault.abi } as const
  same('all accounts', await one('SELECT sum(balance) FROM account'), 100_000_000n * 10n ** 9n)
  const moved = `SELECT coalesce(sum(amount) FILTER (WHERE credit_account = a.name), 0) - coalesce(sum(amount) FILTER (WHERE debit_account = a.name), 0) FROM transfer`
  same(
    'accounts that are not the sum of their transfers',
    await one(`SELECT count(*) FROM account a WHERE a.name NOT IN ('unreleased', 'pool') AND a.balance <> (${moved})`),
    0n,
  )
  same('unsettled intents', await one(`SELECT count(*) FROM chain_intent WHERE state <> 'settled'`), 0n)
  same('unpaid lines', await one('SELECT count(*) FROM withdrawal WHERE serial IS NOT NULL AND paid_at IS NULL'), 0n)
  same(
    'next payout line',
    await one('SELECT coalesce(max(serial), 0) + 1 FROM withdrawal'),
    await client.readContract({ ...onVault, functionName: 'nextSerial' }),
  )
  same(
    'next grant',
    await one('SELECT coalesce(max(serial), 0) + 1 FROM reward'),
    await client.readContract({ address: deployment.emission, abi: Emission.abi, functionName: 'nextSerial' }),
  )
  const owed = `SELECT sum(balance) FROM account WHERE name LIKE 'member:%' OR name = 'leaving'`
  const due = `SELECT coalesce(sum(amount), 0) FROM reward WHERE serial IS NULL AND status = 'granted'`
  same('vault', await one(`(${owed}) - (${due})`), await balanceOf(deployment.vault))
  same('burned', await one(`SELECT balance FROM account WHERE name = 'burned'`), await balanceOf(BURN_ADDRESS))
  const { rows } = await database.pool.query<{ address: Hex; paid: bigint }>(
    'SELECT address, sum(amount)::bigint AS paid FROM withdrawal WHERE paid_at IS NOT NULL GROUP BY address',
  )
  for (const { address, paid } of rows) {
    const deposited = await one(`SELECT coalesce(sum(amount), 0) FROM deposit WHERE from_address = '${address.toLowerCase()}'`)
    same(`wallet ${address}`, paid - deposited, await balanceOf(address))
  }
  return found
}
