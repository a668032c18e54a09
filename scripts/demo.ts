// `npm run demo`: thirteen months of a community on a simulated clock, checked to the last nano, and then open to look around in.
import { resolve } from 'node:path'
import { StartFault } from '../adapters/process/start-fault.ts'
import { demoTexts } from './demo/demo.texts.ts'
import { languageOfArguments, readDemoOptions } from './demo/demo-options.ts'
import { runDemo } from './demo/run-demo.ts'
import { speakDemo } from './demo/tell.ts'

const { say } = demoTexts
const USAGE = 2
const INTERRUPTED = 130

const args = process.argv.slice(2)
const tell = speakDemo(languageOfArguments(args))
const options = readDemoOptions(args, resolve(import.meta.dirname, '..', 'data', 'demo'))
if ('problem' in options) {
  console.error(tell(options.problem))
  process.exitCode = USAGE
} else process.exitCode = await run(options)

async function run(demo: Parameters<typeof runDemo>[0]): Promise<number> {
  // Until it serves, nothing is worth keeping: the parts are ended by what they do at the exit of the process.
  let stop = (): void => process.exit(INTERRUPTED)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => stop())
  const untilStopped = (): Promise<void> => new Promise((done) => (stop = done))
  try {
    return await runDemo(demo, (line) => console.log(line), untilStopped)
  } catch (error) {
    if (error instanceof StartFault) {
      console.error(`${error.message} ${error.nextStep}`)
      return error.exitCode
    }
    console.error(tell(say('crashed', { reason: error instanceof Error ? error.message : String(error) })))
    return 1
  }
}
