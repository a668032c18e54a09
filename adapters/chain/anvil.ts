import { spawn } from 'node:child_process'
import { createRequire } from 'node:module'
import { Socket } from 'node:net'
import { endProcess, freePort } from '../process/local-process.ts'
import { StartFault } from '../process/start-fault.ts'
import { nodeRequest } from './node-request.ts'

/** An anvil that answers on loopback. */
export interface Anvil {
  url: string
  port: number
  pid: number
  /** Resolves when the process has ended, asked or not, with the last lines it wrote. */
  ended: Promise<{ asked: boolean; lastLines: string }>
  /** Ends the process without saving. Safe to call twice. */
  stop(): Promise<void>
}

export interface AnvilOptions {
  /** Preferred port; another when it is in use, or when left out. */
  port?: number
  chainId: number
  /** Unix seconds of block 0; the time of the start when left out. */
  genesisTimestamp?: number
  /** Seconds between blocks; without it every transaction gets a block of its own at once. */
  blockTimeSeconds?: number
  /** A state to continue from. */
  stateFile?: string
  /** Told of the process as soon as there is one, long before it answers: whoever is killed in between can find it again. */
  onSpawn?: (node: { pid: number; url: string }) => void
}

const START_ATTEMPTS = 5
const START_TIMEOUT = 60_000
const KEPT_OUTPUT = 8_000
const SHUTDOWN = [
  { signal: 'SIGTERM', waitMs: 5_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
] as const

/**
 * Starts the anvil binary of the npm package (not its launcher, which would survive a kill of the chain and the other way round).
 * The gas limit of a transaction is 16,777,216 as on the main network (EIP-7825).
 * @throws StartFault `no_anvil` or `anvil_did_not_start`.
 */
export async function startAnvil(options: AnvilOptions): Promise<Anvil> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort(attempt === 1 ? options.port : 0)
    const started = await launch(options, port)
    if ('url' in started) return started
    // The port was free a moment ago: another program took it in between.
    if (attempt < START_ATTEMPTS && /address already in use/i.test(started.output)) continue
    throw new StartFault({
      code: 'anvil_did_not_start',
      message: `The local chain did not start: ${started.output.trim().split('\n').at(-1) ?? 'it gave no reason'}`,
      nextStep: 'Read the reason above and start again, or set RPC_URL to a node.',
      exitCode: 69,
      cause: new Error(started.output),
    })
  }
}

function anvilBinary(): string {
  const name = `@foundry-rs/anvil-${process.platform}-${process.arch === 'x64' ? 'amd64' : process.arch}`
  try {
    return createRequire(import.meta.url).resolve(`${name}/bin/anvil`)
  } catch (cause) {
    throw new StartFault({
      code: 'no_anvil',
      message: `There is no local chain for this system (${process.platform} ${process.arch}): the package ${name} is not installed.`,
      nextStep: 'Set RPC_URL to a node, with CHAIN_ID and the keystores.',
      exitCode: 69,
      cause,
    })
  }
}

async function launch(options: AnvilOptions, port: number): Promise<Anvil | { output: string }> {
  // No CORS: a page of any site that the operator has open could drive the chain otherwise.
  const args = ['--host', '127.0.0.1', '--port', String(port), '--chain-id', String(options.chainId), '--enable-tx-gas-limit', '--no-cors']
  if (options.stateFile !== undefined) args.push('--load-state', options.stateFile)
  else if (options.genesisTimestamp !== undefined) args.push('--timestamp', String(options.genesisTimestamp))
  if (options.blockTimeSeconds !== undefined) args.push('--block-time', String(options.blockTimeSeconds))
  // Detached: Ctrl-C in a terminal reaches its whole process group, and the chain must outlive our own graceful stop.
  const child = spawn(anvilBinary(), args, { cwd: '/', env: { PATH: '/usr/bin:/bin' }, stdio: ['ignore', 'pipe', 'pipe'], detached: true })
  // At once: a program that ends while the chain still starts must not leave it behind.
  const stopAtExit = () => child.kill('SIGTERM')
  process.once('exit', stopAtExit)
  const url = `http://127.0.0.1:${port}`
  if (child.pid !== undefined) options.onSpawn?.({ pid: child.pid, url })
  let output = ''
  let isListening: () => void = () => {}
  const listening = new Promise<'listening'>((done) => (isListening = () => done('listening')))
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      output = (output + text).slice(-KEPT_OUTPUT)
      if (output.includes('Listening on')) isListening()
    })
  }
  const exited = new Promise<'exited' | Error>((done) => {
    child.once('error', done)
    child.once('close', () => done('exited'))
  })
  void exited.then(() => process.removeListener('exit', stopAtExit))
  let timer: NodeJS.Timeout | undefined
  const tooLate = new Promise<'too late'>((done) => (timer = setTimeout(() => done('too late'), START_TIMEOUT)))
  const first = await Promise.race([listening, exited, tooLate])
  clearTimeout(timer)
  if (first !== 'listening') {
    if (first === 'too late') await endProcess(child.pid!, SHUTDOWN)
    return { output: first instanceof Error ? first.message : output }
  }
  // It prints every call otherwise; and once our end of the pipe is gone, a print would bring it down.
  await nodeRequest(url, 'anvil_setLoggingEnabled', [false])
  output = ''
  let asked = false
  const ended = exited.then(() => ({ asked, lastLines: output.trim().split('\n').slice(-5).join('\n') }))
  child.unref()
  for (const stream of [child.stdout, child.stderr]) if (stream instanceof Socket) stream.unref()
  const stop = async () => {
    asked = true
    child.ref()
    if (child.exitCode === null && child.signalCode === null) await endProcess(child.pid!, SHUTDOWN)
    await ended
  }
  return { url, port, pid: child.pid!, ended, stop }
}
