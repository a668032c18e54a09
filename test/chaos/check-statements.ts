import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { runVerify } from '../../scripts/verify.ts'

const TIMEOUT_MS = 10_000

/** Fetches the final statements of periods 1 to `last` from the server and verifies each with its chain and its predecessor, as anybody can with `npm run verify`. */
export async function checkStatements(origin: string, chainUrl: string, last: number, folder: string): Promise<string[]> {
  const found: string[] = []
  let previous: string[] = []
  for (let period = 1; period <= last; period += 1) {
    const response = await fetch(`${origin}/api/v1/periods/${period}/statement`, { signal: AbortSignal.timeout(TIMEOUT_MS) })
    const text = await response.text()
    if (response.status !== 200 || response.headers.get('x-statement') !== 'final') {
      found.push(`the statement of period ${period} is not final: ${response.status} ${response.headers.get('x-statement')}`)
      continue
    }
    const file = join(folder, `statement-${period}.json`)
    writeFileSync(file, text)
    const said: string[] = []
    if ((await runVerify([file, '--rpc', chainUrl, ...previous], (line) => said.push(line))) !== 0)
      found.push(`the statement of period ${period} does not verify: ${said.join(' | ')}`)
    previous = ['--previous', file]
  }
  return found
}
