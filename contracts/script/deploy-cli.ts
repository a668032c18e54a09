// Deploys to a chain from the command line and writes contracts/deployments/<chainId>.json:
//   node contracts/script/deploy-cli.ts --rpc https://... --key-file deployer.key --genesis 2027-01-31T00:00:00Z \
//     --distributor 0x... --payer 0x... --relayer 0x... --guardian 0x... --admin-proposer 0x... [--delay 172800] [--out folder]
// The key comes from a file, never from an argument or the environment, which other processes can read.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { getAddress, http, isHex, type Address } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { deployContracts } from './deploy.ts'

const NAMES = ['rpc', 'key-file', 'genesis', 'distributor', 'payer', 'relayer', 'guardian', 'admin-proposer', 'delay', 'out'] as const
const OPTIONAL: ReadonlySet<string> = new Set(['delay', 'out'])
const FORTY_EIGHT_HOURS = '172800'

const { values } = parseArgs({ options: Object.fromEntries(NAMES.map((name) => [name, { type: 'string' as const }])) })
const missing = NAMES.filter((name) => !OPTIONAL.has(name) && values[name] === undefined)
if (missing.length > 0) {
  console.error(`missing: ${missing.map((name) => `--${name}`).join(' ')}`)
  process.exit(2)
}

function text(name: (typeof NAMES)[number]): string {
  return String(values[name])
}
function address(name: (typeof NAMES)[number]): Address {
  return getAddress(text(name))
}

const key = readFileSync(text('key-file'), 'utf8').trim()
if (!isHex(key)) throw new Error(`${text('key-file')} does not hold a private key in hex with 0x`)
const genesis = Date.parse(text('genesis'))
if (Number.isNaN(genesis) || !text('genesis').endsWith('Z'))
  throw new Error('--genesis must be an ISO instant in UTC, such as 2027-01-31T00:00:00Z')

const deployment = await deployContracts({
  transport: http(text('rpc')),
  account: privateKeyToAccount(key),
  genesis,
  distributor: address('distributor'),
  payer: address('payer'),
  relayer: address('relayer'),
  guardian: address('guardian'),
  adminProposer: address('admin-proposer'),
  delaySeconds: Number(values['delay'] ?? FORTY_EIGHT_HOURS),
})
const folder = resolve(values['out'] ?? join(import.meta.dirname, '..', 'deployments'))
mkdirSync(folder, { recursive: true })
const file = join(folder, `${deployment.chainId}.json`)
writeFileSync(file, `${JSON.stringify(deployment, null, 2)}\n`)
console.log(`${file}\n${JSON.stringify(deployment, null, 2)}`)
