import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { http, isAddress, type Address } from 'viem'
import { privateKeyToAddress, privateKeyToAccount } from 'viem/accounts'
import { z } from 'zod'
import { nodeRequest } from '../adapters/chain/node-request.ts'
import { StartFault } from '../adapters/process/start-fault.ts'
import { deployContracts, type Deployment } from '../contracts/script/deploy.ts'
import { DAY, SECOND, type Instant } from '../core/shared/instant.ts'
import type { EmbeddedKeys } from './embedded-keys.ts'

const address = z.custom<Address>((value) => typeof value === 'string' && isAddress(value, { strict: false }))
const DeploymentFile = z.object({
  chainId: z.number().int(),
  block: z.number().int(),
  genesis: z.number().int(),
  token: address,
  emission: address,
  vault: address,
  pool: address,
  ecoFund: address,
  anchors: address,
  timelock: address,
})
/** 100 of the local chain's coin for each role: gas for years. */
const LOCAL_GAS_MONEY = 100n * 10n ** 18n
/** Blocks behind the deployment before anything relies on it, as many as are waited for on a main network: nothing could make good a reorganisation that reached it. */
const BURIED_UNDER = 12

/** Where the contracts of a chain are, as `contracts/script/deploy-cli.ts` writes it. Undefined when there is no such file. */
export function readDeployment(file: string): Deployment | undefined {
  if (!existsSync(file)) return undefined
  let value: unknown
  try {
    value = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw unreadable(file, cause)
  }
  const parsed = DeploymentFile.safeParse(value)
  if (!parsed.success) throw unreadable(file, parsed.error)
  return parsed.data
}

/** Deploys the contracts on the local chain once; later starts find them in `file`. `genesis` is a whole second, `save` puts the chain on disk. */
export async function deployOnce(
  url: string,
  file: string,
  keys: EmbeddedKeys,
  genesis: Instant,
  save: () => Promise<void> = () => Promise.resolve(),
): Promise<Deployment> {
  const found = readDeployment(file)
  if (found !== undefined) {
    const { token, emission, vault, pool, ecoFund, anchors, timelock } = found
    const codes = await Promise.all(
      [token, emission, vault, pool, ecoFund, anchors, timelock].map((each) => nodeRequest(url, 'eth_getCode', [each, 'latest'])),
    )
    if (!codes.includes('0x')) return found
    throw new StartFault({
      code: 'contracts_missing',
      message: `The local chain does not have all contracts, although ${file} says where they are.`,
      nextStep: 'The chain of the data folder was lost: restore the folder from a backup, or move it away to begin anew.',
      exitCode: 78,
    })
  }
  for (const key of Object.values(keys))
    await nodeRequest(url, 'anvil_setBalance', [privateKeyToAddress(key), `0x${LOCAL_GAS_MONEY.toString(16)}`])
  const deployment = await deployContracts({
    transport: http(url),
    account: privateKeyToAccount(keys.deployer),
    genesis,
    distributor: privateKeyToAddress(keys.distributor),
    payer: privateKeyToAddress(keys.payer),
    relayer: privateKeyToAddress(keys.relayer),
    guardian: privateKeyToAddress(keys.guardian),
    adminProposer: privateKeyToAddress(keys.admin),
    delaySeconds: (2 * DAY) / SECOND,
  })
  await nodeRequest(url, 'anvil_mine', [`0x${BURIED_UNDER.toString(16)}`])
  // The contracts first: a chain that ended before its next save would be without them, and no later start could do anything about it.
  await save()
  // Whole or not at all: a file cut short by a crash would hide contracts that exist.
  writeFileSync(`${file}.new`, `${JSON.stringify(deployment, null, 2)}\n`)
  renameSync(`${file}.new`, file)
  return deployment
}

function unreadable(file: string, cause: unknown): StartFault {
  return new StartFault({
    code: 'deployment_unreadable',
    message: `The file ${file} with the addresses of the contracts cannot be read.`,
    nextStep: 'Restore it, or deploy with contracts/script/deploy-cli.ts, which writes it.',
    exitCode: 78,
    cause,
  })
}
