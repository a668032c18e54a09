import { rmSync, writeFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { z } from 'zod'
import { claim, endProcess, makeFolder, processFacts, readIfThere } from '../process/local-process.ts'
import { StartFault } from '../process/start-fault.ts'
import { type Anvil, type AnvilOptions, startAnvil } from './anvil.ts'
import { hasChainState, unreadableChainState, writeChainState } from './chain-state-file.ts'
import { nodeRequest } from './node-request.ts'

export interface LocalNode {
  url: string
  pid: number
  chainId: number
  /** Saves the chain now; resolves when it is on disk. */
  save(): Promise<void>
  /** Resolves when the node has ended, asked or not, with the last lines it wrote: a node that dies on its own is a fault for the caller to report. */
  ended: Promise<{ asked: boolean; lastLines: string }>
  /** Saves the chain and ends the node. Safe to call twice. */
  stop(): Promise<void>
}

export interface LocalNodeOptions {
  stateFile: string
  port?: number
  /** Unix seconds of block 0 of a new chain; a saved chain keeps its own. */
  genesisTimestamp?: number
  chainId?: number
  /** Seconds between blocks. Left out: a block per transaction and none when idle, so that the saved chain does not grow by itself. */
  blockTimeSeconds?: number
  /** Empty blocks put behind the last block with a transaction, so that confirmation depths are reached on a chain without idle blocks. */
  settleBlocks?: number
  log: (line: string) => void
}

const WATCH_INTERVAL = 1_000
/** A dump of a large chain takes longer than other calls (ms). */
const DUMP_TIMEOUT = 60_000
const blockHead = z.object({ hash: z.string(), number: z.string(), timestamp: z.string(), transactions: z.array(z.string()) })
const pidNote = z.object({ identity: z.string(), url: z.string() })

/**
 * Starts the local chain and keeps it over restarts in `stateFile`.
 *
 * What a crash loses: nothing when only we are killed, because the node goes on running and the next start fetches its state before it ends it. When the machine or the
 * node itself is killed, the chain goes back to the last save: at most about {@link WATCH_INTERVAL} plus the time of a dump. Payouts sent in that moment are gone from the chain but not from
 * the database: the contract has not seen their serial numbers, so they are sent again and paid once.
 * @throws StartFault `data_in_use`, `data_not_writable`, `chain_state_unreadable`, `no_anvil`, `anvil_did_not_start`.
 */
export async function startLocalNode(options: LocalNodeOptions): Promise<LocalNode> {
  const { log, chainId = 31_337, settleBlocks = 0 } = options
  const stateFile = resolve(options.stateFile)
  makeFolder(dirname(stateFile))
  const release = claim(`${stateFile}.owner`, `The local chain ${stateFile}`)
  const pidFile = `${stateFile}.pid`
  let node: Anvil
  try {
    await endOrphan(pidFile, stateFile, log)
    const onSpawn = ({ pid, url }: { pid: number; url: string }) =>
      writeFileSync(pidFile, JSON.stringify({ identity: processFacts(pid)?.identity ?? '', url }))
    node = await startFrom(stateFile, { ...options, chainId, onSpawn })
  } catch (error) {
    release()
    throw error
  }
  if (options.port !== undefined && node.port !== options.port)
    log(`Port ${options.port} is in use; the local chain listens on ${node.port} instead.`)
  let savedHead = ''
  let isStopping = false

  const save = async () => {
    const { hash } = blockHead.parse(await nodeRequest(node.url, 'eth_getBlockByNumber', ['latest', false]))
    const dumped = z.string().parse(await nodeRequest(node.url, 'anvil_dumpState', [], DUMP_TIMEOUT))
    writeChainState(stateFile, dumped)
    // The head from before the dump: a block that came in between makes the next look save again.
    savedHead = hash
  }
  let failure = ''
  const lookAfter = async () => {
    try {
      const { hash } = blockHead.parse(await nodeRequest(node.url, 'eth_getBlockByNumber', ['latest', false]))
      if (hash === savedHead) return
      await settle(node.url, settleBlocks)
      await save()
      failure = ''
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      // Once per reason: a full disk would fill the log as well.
      if (!isStopping && reason !== failure) log(`The local chain could not be saved: ${reason}. It is tried again every second.`)
      failure = reason
    }
  }
  // One look after the other: a look at a large chain may take longer than the interval.
  let looking: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout
  const lookLater = () => {
    timer = setTimeout(() => {
      looking = looking.then(lookAfter)
      void looking.then(() => isStopping || lookLater())
    }, WATCH_INTERVAL).unref()
  }
  lookLater()

  const ended = node.ended.then((end) => {
    isStopping = true
    clearTimeout(timer)
    rmSync(pidFile, { force: true })
    release()
    return end
  })
  const stop = async () => {
    if (!isStopping) {
      isStopping = true
      clearTimeout(timer)
      await looking
      await save().catch((error: unknown) =>
        log(`The local chain could not be saved at the end: ${String(error)}. It goes back to the save before.`),
      )
    }
    await node.stop()
    await ended
  }
  const saveNow = () => {
    const saved = looking.then(save)
    looking = saved.catch(() => {})
    return saved
  }
  return { url: node.url, pid: node.pid, chainId, save: saveNow, ended, stop }
}

async function startFrom(stateFile: string, options: AnvilOptions): Promise<Anvil> {
  if (!hasChainState(stateFile)) {
    const { stateFile: _none, ...fresh } = options
    return startAnvil(fresh)
  }
  const node = await startAnvil({ ...options, stateFile }).catch((error: unknown) => {
    if (error instanceof StartFault && error.code === 'anvil_did_not_start' && /state/i.test(String(error.cause))) {
      throw unreadableChainState(stateFile, error.message, error)
    }
    throw error
  })
  try {
    await neverBackInTime(node.url)
  } catch (error) {
    await node.stop()
    throw error
  }
  return node
}

/** After loading a state anvil takes the time from the wall, also when the chain (a simulated year, say) is ahead of it: its clock is then set to the last block. */
async function neverBackInTime(url: string): Promise<void> {
  const { timestamp } = blockHead.parse(await nodeRequest(url, 'eth_getBlockByNumber', ['latest', false]))
  if (Number(timestamp) * 1_000 > Date.now()) await nodeRequest(url, 'evm_setTime', [Number(timestamp) + 1])
}

/** A node whose parent was killed goes on running and knows more than the file: its state is saved, then it is ended. Its owner is dead, for we hold the claim. */
async function endOrphan(pidFile: string, stateFile: string, log: (line: string) => void): Promise<void> {
  const text = readIfThere(pidFile)
  if (text === undefined) return
  const { identity, url } = readNote(text)
  const pid = Number(identity.split(' ')[0])
  if (identity === '' || processFacts(pid)?.identity !== identity) return
  log(`The local chain of an earlier run (process ${pid}) is still running; it is saved and ended first.`)
  try {
    writeChainState(stateFile, z.string().parse(await nodeRequest(url, 'anvil_dumpState', [], DUMP_TIMEOUT)))
  } catch (error) {
    log(`It did not answer (${String(error)}); the chain goes back to its last save.`)
  }
  await endProcess(pid, [
    { signal: 'SIGTERM', waitMs: 5_000 },
    { signal: 'SIGKILL', waitMs: 5_000 },
  ])
  // Only now: whoever is killed while it ends the node leaves the note to the next.
  rmSync(pidFile, { force: true })
}

/** A note cut short by a power failure names no process; after that failure there is none to end either. */
function readNote(text: string): z.infer<typeof pidNote> {
  try {
    return pidNote.parse(JSON.parse(text))
  } catch {
    return { identity: '', url: '' }
  }
}

/** Puts as many empty blocks behind the last block with a transaction as are missing to `depth`. */
async function settle(url: string, depth: number): Promise<void> {
  const latest = blockHead.parse(await nodeRequest(url, 'eth_getBlockByNumber', ['latest', false]))
  for (let behind = 0, at = latest; behind < depth && BigInt(at.number) > 0n; behind++) {
    if (at.transactions.length > 0) {
      await nodeRequest(url, 'anvil_mine', [`0x${(depth - behind).toString(16)}`])
      return
    }
    at = blockHead.parse(await nodeRequest(url, 'eth_getBlockByNumber', [`0x${(BigInt(at.number) - 1n).toString(16)}`, false]))
  }
}
