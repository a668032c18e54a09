import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { z } from 'zod'
import { processFacts } from '../process/local-process.ts'
import { type LocalNode, type LocalNodeOptions, startLocalNode } from './local-node.ts'
import { nodeRequest } from './node-request.ts'

// Two of anvil's well-known development accounts.
const ALICE = '0xf39Fd6e51aad88F6F4ce6aB8827279cffFb92266'
const BOB = '0x70997970C51812dc3A010C7d01b50e0d17dc79C8'
const HUNDRED_YEARS_ON = 4_900_000_000

let folder: string
let running: LocalNode[] = []
let lines: string[] = []

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wepos-chain-'))
  lines = []
})
afterEach(async () => {
  await Promise.all(running.map((node) => node.stop()))
  running = []
  rmSync(folder, { recursive: true, force: true })
})

async function start(over: Partial<LocalNodeOptions> = {}): Promise<LocalNode> {
  const node = await startLocalNode({ stateFile: join(folder, 'chain.json'), log: (line) => lines.push(line), ...over })
  running.push(node)
  return node
}

/** A payment in a block: anvil answers with the hash as soon as the transaction waits for one. */
async function pay(node: { url: string }, gas?: string): Promise<string> {
  const payment = { from: ALICE, to: BOB, value: '0x1', ...(gas === undefined ? {} : { gas }) }
  const hash = z.string().parse(await nodeRequest(node.url, 'eth_sendTransaction', [payment]))
  await expect.poll(() => nodeRequest(node.url, 'eth_getTransactionReceipt', [hash]), { timeout: 10_000, interval: 5 }).not.toBeNull()
  return hash
}
const number = z.string().transform(Number)
const paymentsOf = async (node: { url: string }) => number.parse(await nodeRequest(node.url, 'eth_getTransactionCount', [ALICE, 'latest']))
const blocksOf = async (node: { url: string }) => number.parse(await nodeRequest(node.url, 'eth_blockNumber'))
const block = z.object({ timestamp: number, hash: z.string() })
const blockAt = async (node: { url: string }, tag: string) => block.parse(await nodeRequest(node.url, 'eth_getBlockByNumber', [tag, false]))

test('a restart continues the chain: balances, receipts of old blocks, and time that never runs backwards', async () => {
  const first = await start({ genesisTimestamp: 1_800_000_000 })
  expect((await blockAt(first, '0x0')).timestamp).toBe(1_800_000_000)
  const receiptOf = await pay(first)
  // A chain of a simulated year is ahead of the clock on the wall.
  await nodeRequest(first.url, 'evm_setNextBlockTimestamp', [HUNDRED_YEARS_ON])
  await pay(first)
  await first.stop()
  await first.stop()
  expect(processFacts(first.pid)).toBeUndefined()

  const second = await start()
  expect(await paymentsOf(second)).toBe(2)
  expect(await nodeRequest(second.url, 'eth_getTransactionReceipt', [receiptOf])).toMatchObject({ status: '0x1', blockNumber: '0x1' })
  await pay(second)
  expect((await blockAt(second, 'latest')).timestamp).toBeGreaterThan(HUNDRED_YEARS_ON)
})

test('the chain id is the one asked for, and a transaction may use at most 16,777,216 gas', async () => {
  const node = await start({ chainId: 4_242 })
  expect(await nodeRequest(node.url, 'eth_chainId')).toBe('0x1092')
  await expect(pay(node, '0x1000001')).rejects.toThrow(/gas/)
  await expect(pay(node, '0x1000000')).resolves.toMatch(/^0x/)
})

test('the chain is saved by itself after a block', async () => {
  const node = await start()
  await pay(node)
  await expect.poll(() => JSON.parse(savedText()) as unknown, { timeout: 20_000 }).toMatchObject({ transactions: [expect.anything()] })
})

function savedText(): string {
  try {
    return readFileSync(join(folder, 'chain.json'), 'utf8')
  } catch {
    return '{}'
  }
}

test('a node that is killed goes back to its last save, and the caller is told that it ended', async () => {
  const first = await start()
  await pay(first)
  await first.save()
  process.kill(first.pid, 'SIGKILL')
  expect(await first.ended).toMatchObject({ asked: false })
  const second = await start()
  expect(await paymentsOf(second)).toBe(1)
})

/** Runs a program that has `start`, which takes what it logs, in a process of its own. */
function runProgram(body: string) {
  const program = `import { startLocalNode } from ${JSON.stringify(join(import.meta.dirname, 'local-node.ts'))}
    import { nodeRequest } from ${JSON.stringify(join(import.meta.dirname, 'node-request.ts'))}
    const start = (log) => startLocalNode({ stateFile: ${JSON.stringify(join(folder, 'chain.json'))}, log })
    ${body}`
  return spawn(process.execPath, ['--input-type=module', '--eval', program], { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] })
}

/** A node whose program was killed after a payment; its process number. */
async function leaveBehind(): Promise<number> {
  const parent = runProgram(`
    const node = await start(console.error)
    await nodeRequest(node.url, 'eth_sendTransaction', [{ from: '${ALICE}', to: '${BOB}', value: '0x1' }])
    await nodeRequest(node.url, 'evm_mine')
    console.log(node.pid)
    setInterval(() => {}, 1000)`)
  const [said] = await once(parent.stdout, 'data')
  parent.kill('SIGKILL')
  await once(parent, 'exit')
  const orphan = Number(String(said))
  expect(processFacts(orphan)).toBeDefined()
  return orphan
}

test('a node left behind by a killed run loses nothing: it is saved, ended and continued', async () => {
  const orphan = await leaveBehind()
  const node = await start()
  expect(processFacts(orphan)).toBeUndefined()
  expect(await paymentsOf(node)).toBe(1)
  expect(lines.join('\n')).toContain(`process ${orphan}`)
})

test('a node left behind is found again by the run after one that was killed while it ended it', async () => {
  const orphan = await leaveBehind()
  await once(runProgram(`await start(() => process.kill(process.pid, 'SIGKILL'))`), 'exit')
  expect(processFacts(orphan)).toBeDefined()
  const node = await start()
  expect(processFacts(orphan)).toBeUndefined()
  expect(await paymentsOf(node)).toBe(1)
})

test('on a chain without idle blocks a transaction still reaches its confirmation depth', async () => {
  const node = await start({ settleBlocks: 3 })
  await pay(node)
  await expect.poll(() => blocksOf(node), { timeout: 20_000 }).toBe(4)
  await pay(node)
  await expect.poll(() => blocksOf(node), { timeout: 20_000 }).toBe(8)
})

test('a port in use is replaced by a free one, and the log says so', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  const taken = typeof address === 'object' && address !== null ? address.port : 0
  try {
    const node = await start({ port: taken })
    expect(node.url).not.toContain(`:${taken}`)
    expect(lines.join('\n')).toContain(`Port ${taken} is in use`)
  } finally {
    other.close()
  }
})

test('a second start over the same chain is refused', async () => {
  await start()
  await expect(start()).rejects.toMatchObject({ code: 'data_in_use' })
})

test.each([
  ['cut short', '{"block":{"num'],
  ['something else', '[1,2,3]'],
  ['a state that anvil does not know', '{"block":{"number":"x","timestamp":"y"},"accounts":{}}'],
])('a state file that is %s is a fault with its name, and is left as it is', async (_what, text) => {
  writeFileSync(join(folder, 'chain.json'), text)
  await expect(start()).rejects.toMatchObject({
    code: 'chain_state_unreadable',
    message: expect.stringContaining('chain.json'),
    exitCode: 78,
  })
  expect(readFileSync(join(folder, 'chain.json'), 'utf8')).toBe(text)
})
