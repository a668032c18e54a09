import { chmodSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from 'pg'
import { startLocalNode } from '../adapters/chain/local-node.ts'
import { readKeystore } from '../adapters/chain/keystore.ts'
import { nodeRequest } from '../adapters/chain/node-request.ts'
import { startEmbeddedPostgres } from '../adapters/postgres/embedded-postgres.ts'
import { migrate } from '../adapters/postgres/migrate.ts'
import { makeFolder } from '../adapters/process/local-process.ts'
import { StartFault } from '../adapters/process/start-fault.ts'
import type { Deployment } from '../contracts/script/deploy.ts'
import { HOUR, SECOND, type Instant } from '../core/shared/instant.ts'
import type { Config, EmbeddedChain, RemoteChain } from './config.ts'
import { deployOnce, readDeployment } from './deployment.ts'
import { embeddedKeys } from './embedded-keys.ts'

/** The chain that is used: where it is, its contracts, and the keys of those who send (0x-hex). */
export interface ChainPart {
  readonly url: string
  readonly chainId: number
  readonly confirmations: number
  readonly deployment: Deployment
  readonly distributorKey: `0x${string}`
  readonly payerKey: `0x${string}`
  /** Undefined: deposits without gas are not offered. */
  readonly relayerKey: `0x${string}` | undefined
  /** The local chain of a sandbox: its time can be moved. */
  readonly isLocal: boolean
}

/** What the product stands on, started or found. */
export interface Parts {
  readonly databaseUrl: string
  readonly chain: ChainPart
  /** Resolves with a sentence when an embedded part ended on its own. */
  readonly broken: Promise<string>
  stop(): Promise<void>
}

const DATABASE = 'wepos'
const CONNECT_TIMEOUT_MS = 10_000
/** Ports that are tried first, so that addresses stay the same over restarts. */
const LOCAL_NODE_PORT = 8_545
const EMBEDDED_POSTGRES_PORT = 54_329

/** Brings up the embedded parts, or reaches the configured ones; database and contracts are ready afterwards. Rejects with a StartFault that says what to do. */
export async function startParts(config: Config, now: Instant, log: (line: string) => void): Promise<Parts> {
  makeFolder(config.dataFolder)
  const stops: (() => Promise<void>)[] = []
  const ends: Promise<string>[] = []
  const stop = async () => {
    for (const each of stops.splice(0).toReversed()) await each()
  }
  try {
    const starting = [startDatabase(), startChain()] as const
    // When one fails, the other is waited for: what is still starting could not be stopped.
    await Promise.allSettled(starting)
    const [databaseUrl, chain] = await Promise.all(starting)
    return { databaseUrl, chain, broken: Promise.race(ends), stop }
  } catch (error) {
    await stop()
    throw error
  }

  async function startDatabase(): Promise<string> {
    if (config.database.kind === 'server') {
      const url = config.database.url.reveal()
      await reachDatabase(url)
      await migrate(url)
      return url
    }
    const server = await startEmbeddedPostgres({
      dataFolder: join(config.dataFolder, 'postgres'),
      port: EMBEDDED_POSTGRES_PORT,
      durable: true,
      log,
    })
    stops.push(() => server.stop())
    ends.push(unasked('PostgreSQL', server.ended))
    await createDatabase(server.url('postgres'))
    await migrate(server.url(DATABASE))
    return server.url(DATABASE)
  }

  async function startChain(): Promise<ChainPart> {
    if (config.chain.kind === 'node') return reachChain(config.chain)
    const { chainId, confirmations } = config.chain
    const folder = join(config.dataFolder, 'chain')
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    chmodSync(folder, 0o700)
    const keys = embeddedKeys(folder)
    const file = join(folder, 'deployment.json')
    // An hour's start, so that a newcomer's numbers begin at a round time.
    const genesis = config.genesis ?? readDeployment(file)?.genesis ?? Math.floor(now / HOUR) * HOUR
    const node = await startLocalNode({
      stateFile: join(folder, 'state.json'),
      port: LOCAL_NODE_PORT,
      chainId,
      genesisTimestamp: Math.floor(Math.min(genesis, now) / SECOND) - 1,
      settleBlocks: confirmations,
      log,
    })
    stops.push(() => node.stop())
    ends.push(unasked('The local chain', node.ended))
    const deployment = await deployOnce(node.url, file, keys, genesis, () => node.save())
    return {
      url: node.url,
      chainId,
      confirmations,
      deployment,
      distributorKey: keys.distributor,
      payerKey: keys.payer,
      relayerKey: keys.relayer,
      isLocal: true,
    }
  }
}

/** The parts of a product that runs over the same folder: used, never started or stopped. */
export async function joinParts(config: Config, running: { databaseUrl: string; chainUrl: string }): Promise<Parts> {
  const chain = config.chain.kind === 'node' ? await reachChain(config.chain) : joinLocalChain(config, config.chain, running.chainUrl)
  return { databaseUrl: running.databaseUrl, chain, broken: new Promise(() => {}), stop: () => Promise.resolve() }
}

function joinLocalChain(config: Config, { chainId, confirmations }: EmbeddedChain, url: string): ChainPart {
  const folder = join(config.dataFolder, 'chain')
  const keys = embeddedKeys(folder)
  const deployment = readDeployment(join(folder, 'deployment.json'))
  if (deployment === undefined) throw new Error('a running product has deployed its contracts')
  const { distributor: distributorKey, payer: payerKey, relayer: relayerKey } = keys
  return { url, chainId, confirmations, deployment, distributorKey, payerKey, relayerKey, isLocal: true }
}

async function unasked(name: string, ended: Promise<{ asked: boolean; lastLines: string }>): Promise<string> {
  const { asked, lastLines } = await ended
  // An end that was asked for is no news; the promise then stays open for the rest of the process.
  if (asked) return new Promise(() => {})
  return `${name} ended by itself. Its last words:\n${lastLines}`
}

async function createDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [DATABASE])
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`)
  } finally {
    await client.end()
  }
}

async function reachDatabase(url: string): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_TIMEOUT_MS })
  const place = `${new URL(url).hostname}:${new URL(url).port || '5432'}`
  try {
    await client.connect()
    await client.query('SELECT 1')
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    throw new StartFault({
      code: 'database_unreachable',
      message: `The database at ${place} does not let us in: ${detail}`,
      nextStep: 'Check DATABASE_URL (host, port, name, user, password), and that the server runs and accepts connections from here.',
      exitCode: 69,
      cause,
    })
  } finally {
    await client.end().catch(() => {})
  }
}

async function reachChain(chain: RemoteChain): Promise<ChainPart> {
  const url = chain.url.reveal()
  const place = new URL(url).host
  let answer: unknown
  try {
    answer = await nodeRequest(url, 'eth_chainId', [], CONNECT_TIMEOUT_MS)
  } catch (cause) {
    throw new StartFault({
      code: 'chain_unreachable',
      message: `The node at ${place} does not answer.`,
      nextStep: 'Check RPC_URL, and that the node runs and can be reached from here.',
      exitCode: 69,
      cause,
    })
  }
  const chainId = Number(answer)
  if (chainId !== chain.chainId)
    throw new StartFault({
      code: 'wrong_chain',
      message: `The node at ${place} is on chain ${chainId}, but CHAIN_ID is ${chain.chainId}.`,
      nextStep: 'Correct RPC_URL or CHAIN_ID. Nothing was sent.',
      exitCode: 78,
    })
  const deployment = readDeployment(chain.deploymentFile)
  if (deployment === undefined || deployment.chainId !== chainId)
    throw new StartFault({
      code: 'no_deployment',
      message: `There is no deployment for chain ${chainId} in ${chain.deploymentFile}.`,
      nextStep: 'Deploy with contracts/script/deploy-cli.ts, or set DEPLOYMENT_FILE to the file it wrote.',
      exitCode: 78,
    })
  const password = chain.keystorePassword.reveal()
  const [distributorKey, payerKey, relayerKey] = await Promise.all([
    readKeystore(chain.signerKeystore, password),
    readKeystore(chain.payerKeystore, password),
    chain.relayerKeystore === undefined ? undefined : readKeystore(chain.relayerKeystore, password),
  ])
  if (relayerKey === distributorKey || relayerKey === payerKey)
    throw new StartFault({
      code: 'relayer_not_separate',
      message: 'RELAYER_KEYSTORE holds the key of the signer or of the payer.',
      nextStep: 'Give the relayer an account of its own: two that send with one key take each other the place in line. Nothing was sent.',
      exitCode: 78,
    })
  return { url, chainId, confirmations: chain.confirmations, deployment, distributorKey, payerKey, relayerKey, isLocal: false }
}
