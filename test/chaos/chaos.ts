// `npm run chaos [-- --seconds 300] [--seed 7] [--members 60] [--max-recovery 10]`: a live product under load while its parts are killed and frozen and its chain is
// reorganised. Exits with 1 when anything was lost, doubled or out of balance, with the seed to do it again: the choices come again, the timing of the machine does not.
import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { runChaos } from './run.ts'

const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)
const Options = z.object({
  seconds: whole(10, 86_400).default(300),
  seed: whole(0, 2 ** 31 - 1).default(() => randomInt(2 ** 31)),
  members: whole(10, 1_000).default(60),
  'max-recovery': whole(1, 600).default(10),
})
const { values } = parseArgs({
  options: { seconds: { type: 'string' }, seed: { type: 'string' }, members: { type: 'string' }, 'max-recovery': { type: 'string' } },
})
const options = Options.safeParse(values)
if (!options.success) {
  console.error(z.prettifyError(options.error))
  process.exit(2)
}
const { 'max-recovery': maxRecovery, ...rest } = options.data
const violations = await runChaos({ ...rest, maxRecovery, print: (line) => console.log(line) })
process.exit(violations.length === 0 ? 0 : 1)
