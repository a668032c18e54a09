import type pg from 'pg'
import { createPublicClient, getAbiItem, http, parseAbiItem, type PublicClient } from 'viem'
import { Emission } from '../../contracts/generated/Emission.ts'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { Vault } from '../../contracts/generated/Vault.ts'
import type { Deployment } from '../../contracts/script/deploy.ts'
import type { Keccak256 } from '../../core/economy/merkle.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import { EMPTY_HEAD, headAfterPayout } from '../../core/settlement/running-hash.ts'
import { BURN_ADDRESS } from '../../core/settlement/settlement.rules.ts'

const CLOSED = getAbiItem({ abi: Emission.abi, name: 'Closed' })
const TRANSFER = parseAbiItem('event Transfer(address indexed from, address indexed to, uint256 value)')

export interface ChainWorld {
  readonly url: string
  readonly deployment: Deployment
  readonly keccak: Keccak256
}

interface ChainFacts {
  /** Payout lines in the order in which the vault paid them. */
  readonly paid: readonly { to: Hex; amount: bigint }[]
  readonly nextSerial: bigint
  readonly head: Hex
  readonly grants: bigint
  readonly closed: number
  readonly periods: readonly { number: number; release: bigint; funded: bigint; burned: bigint; root: Hex }[]
}

/** Reads the chain at one block. Undefined when a reorganisation came in between. */
async function readFacts(client: PublicClient, deployment: Deployment, releases: readonly number[]): Promise<ChainFacts | undefined> {
  const { number: blockNumber, hash } = await client.getBlock()
  const { token, vault, emission } = deployment
  const onVault = { address: vault, abi: Vault.abi, blockNumber } as const
  const onEmission = { address: emission, abi: Emission.abi, blockNumber } as const
  const range = { fromBlock: 0n, toBlock: blockNumber, strict: true } as const
  const [outOf, closings, nextSerial, head, grants, closed, periods] = await Promise.all([
    client.getLogs({ address: token, event: TRANSFER, args: { from: vault }, ...range }),
    client.getLogs({ address: emission, event: CLOSED, ...range }),
    client.readContract({ ...onVault, functionName: 'nextSerial' }),
    client.readContract({ ...onVault, functionName: 'head' }),
    client.readContract({ ...onEmission, functionName: 'nextSerial' }),
    client.readContract({ ...onEmission, functionName: 'closedPeriods' }),
    Promise.all(
      releases.map(async (number) => ({
        number,
        release: await client.readContract({ ...onEmission, functionName: 'release', args: [BigInt(number)] }),
        funded: await client.readContract({ ...onEmission, functionName: 'funded', args: [BigInt(number)] }),
        root: await client.readContract({ ...onEmission, functionName: 'closedRoot', args: [BigInt(number)] }),
      })),
    ),
  ])
  if ((await client.getBlock({ blockNumber })).hash !== hash) return undefined
  return {
    // What it burns is no payout line, and no payout line can burn.
    paid: outOf.map(({ args }) => ({ to: lower(args.to), amount: args.value })).filter(({ to }) => to !== BURN_ADDRESS),
    nextSerial,
    head,
    grants,
    closed,
    periods: periods.map((period) => ({
      ...period,
      burned: closings.find(({ args }) => args.p === BigInt(period.number))?.args.burned ?? 0n,
    })),
  }
}

/** What the contracts have paid, funded and burned, against the ledger: never more, never to anybody else, and at the end exactly as much. */
export async function checkChain(client: pg.Client, { url, deployment, keccak }: ChainWorld, isFinal: boolean): Promise<string[]> {
  const chain = createPublicClient({ transport: http(url, { timeout: 5_000, retryCount: 0 }), cacheTime: 0 })
  const known = await client.query<{ number: number }>('SELECT number FROM period ORDER BY number')
  const facts = await readFacts(
    chain,
    deployment,
    known.rows.map(({ number }) => number),
  )
  if (facts === undefined) return []
  const found: string[] = []
  const same = (what: string, ledger: unknown, onChain: unknown): void => {
    if (String(ledger) !== String(onChain)) found.push(`${what}: ledger ${String(ledger)}, chain ${String(onChain)}`)
  }
  // After the chain: a line is in the ledger before it is sent.
  const { rows: lines } = await client.query<{ address: string; amount: string; serial: string }>(
    'SELECT lower(address) AS address, amount::text, serial::text FROM withdrawal WHERE serial IS NOT NULL ORDER BY withdrawal.serial',
  )
  facts.paid.forEach(({ to, amount }, index) => {
    const line = lines[index]
    same(`payout line ${index + 1}`, line === undefined ? 'none' : `${line.address} ${line.amount}`, `${to} ${amount}`)
  })
  same('the next payout line, by the transfers on chain', BigInt(facts.paid.length) + 1n, facts.nextSerial)
  same('the running hash of the payouts on chain', headAfterPayout(keccak, EMPTY_HEAD, 1n, facts.paid), facts.head)
  for (const { number, release, funded, burned, root } of facts.periods) {
    if (funded > release) found.push(`period ${number} funded ${funded} on chain, its release is ${release}`)
    if (number > facts.closed) continue
    if (funded + burned !== release)
      found.push(`period ${number} funded ${funded} and burned ${burned} on chain, its release is ${release}`)
    const { rows } = await client.query<{ root: string | null }>(
      `SELECT encode(statement_root, 'hex') AS root FROM period WHERE number = $1`,
      [number],
    )
    same(`root of period ${number}`, `0x${rows[0]?.root ?? ''}`, root)
  }
  if (isFinal) found.push(...(await compareBalances(client, chain, deployment, { lines: lines.length, facts })))
  return found
}

async function compareBalances(
  client: pg.Client,
  chain: PublicClient,
  { token, vault, emission, pool, ecoFund }: Deployment,
  { lines, facts }: { lines: number; facts: ChainFacts },
): Promise<string[]> {
  const found: string[] = []
  const same = (what: string, ledger: bigint, onChain: bigint): void => {
    if (ledger !== onChain) found.push(`${what}: ledger ${ledger}, chain ${onChain}`)
  }
  const balanceOf = (address: Hex): Promise<bigint> =>
    chain.readContract({ address: token, abi: PoSToken.abi, functionName: 'balanceOf', args: [address] })
  const one = async (sql: string): Promise<bigint> =>
    BigInt((await client.query<{ n: string }>(`SELECT coalesce((${sql}), 0)::text AS n`)).rows[0]!.n)
  same('payout lines', BigInt(lines) + 1n, facts.nextSerial)
  same('numbered grants', (await one('SELECT max(serial) FROM reward')) + 1n, facts.grants)
  same('closed periods', await one('SELECT count(*) FROM period WHERE closed_at IS NOT NULL'), BigInt(facts.closed))
  const supply = await chain.readContract({ address: token, abi: PoSToken.abi, functionName: 'totalSupply' })
  const own = await Promise.all([vault, emission, pool, ecoFund, BURN_ADDRESS].map(balanceOf))
  const outside = own.reduce((left, balance) => left - balance, supply)
  same('tokens outside the contracts', await one(`SELECT balance FROM account WHERE name = 'chain'`), outside)
  // What was taken back lies in the vault until its period is closed.
  const takenBack = await one(`SELECT sum(c.amount) FROM correction c JOIN period p ON p.number = c.period WHERE p.closed_at IS NULL`)
  same('burned', (await one(`SELECT balance FROM account WHERE name = 'burned'`)) - takenBack, own[4]!)
  same(
    'what the vault holds',
    takenBack +
      (await one(
        `(SELECT sum(balance) FROM account WHERE name LIKE 'member:%' OR name LIKE 'escrow:%' OR name = 'leaving') - (SELECT coalesce(sum(amount), 0) FROM reward WHERE serial IS NULL AND status = 'granted')`,
      )),
    own[0]!,
  )
  const { rows } = await client.query<{ address: Hex; paid: string }>(
    'SELECT lower(address) AS address, sum(amount)::text AS paid FROM withdrawal WHERE paid_at IS NOT NULL GROUP BY 1',
  )
  for (const { address, paid } of rows) same(`wallet ${address}`, BigInt(paid), await balanceOf(address))
  return found
}

function lower(address: Hex): Hex {
  return `0x${address.slice(2).toLowerCase()}`
}
