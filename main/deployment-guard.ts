import type { Database } from '../adapters/postgres/database.ts'
import { StartFault } from '../adapters/process/start-fault.ts'
import type { Deployment } from '../contracts/script/deploy.ts'
import type { Instant } from '../core/shared/instant.ts'

const KEY = 'deployment'

/**
 * A ledger belongs to one set of contracts for ever: it is recorded at the first start, and another one is refused before anything is sent.
 * A genesis in the configuration must be the one of the contracts.
 */
export async function guardDeployment({ prisma }: Database, deployment: Deployment, genesis: Instant | undefined): Promise<void> {
  if (genesis !== undefined && genesis !== deployment.genesis)
    throw new StartFault({
      code: 'other_genesis',
      message: `GENESIS is ${iso(genesis)}, but the contracts began at ${iso(deployment.genesis)}.`,
      nextStep: 'Leave GENESIS out, or set it to the time of the contracts; the schedule can not be changed once they exist.',
      exitCode: 78,
    })
  const value = `${deployment.chainId}:${deployment.emission.toLowerCase()}`
  await prisma.setting.createMany({ data: [{ key: KEY, value }], skipDuplicates: true })
  const recorded = await prisma.setting.findUniqueOrThrow({ where: { key: KEY } })
  if (recorded.value === value) return
  throw new StartFault({
    code: 'other_contracts',
    message: `This database belongs to the contracts ${recorded.value}, not to ${value} (chain:Emission).`,
    nextStep: 'Use the database and the deployment that belong together. Nothing was sent.',
    exitCode: 78,
  })
}

function iso(at: Instant): string {
  return new Date(at).toISOString()
}
