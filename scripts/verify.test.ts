import assert from 'node:assert'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { decodeFunctionData, encodeFunctionResult, type Hex } from 'viem'
import { EMISSION_VIEWS } from './verify-chain.ts'
import { runVerify } from './verify.ts'
import { TEXTS } from './verify-texts.ts'

const vectorPath = new URL('../core/economy/statement-vector.txt', import.meta.url)
const vector = readFileSync(vectorPath, 'latin1')
const root: Hex = `0x${/"root":"0x([0-9a-f]{64})"/.exec(vector)![1]!}`
const emission = `0x${'5f'.repeat(20)}`
const BLOCK = '0x2a'

/** What the imitated node answers; a test changes what it is about. */
type Node = {
  chainId: number
  code: string
  views: Record<(typeof EMISSION_VIEWS)[number]['name'], (p: bigint) => bigint | Hex>
  status: Record<string, string>
  body: string | undefined
}
const seconds = (iso: string): bigint => BigInt(Date.parse(iso) / 1_000)
const honest = (): Node => ({
  chainId: 31_337,
  code: '0x60',
  views: {
    closedRoot: () => root,
    funded: (p) => (p === 1n ? 61_500_000_001n : 0n),
    release: () => 10n ** 15n,
    boundary: (k) => (k === 0n ? seconds('2027-01-31T00:00:00Z') : seconds('2027-02-28T00:00:00Z')),
  },
  status: { ['a'.repeat(64)]: '0x1', ['1'.repeat(64)]: '0x1' },
  body: undefined,
})
let node = honest()
const unexpected: string[] = []

/** A node that knows only what the command may ask, each call in its exact form and at one block. */
function answer(method: string, params: unknown[]): unknown {
  if (method === 'eth_chainId') return `0x${node.chainId.toString(16)}`
  if (method === 'eth_blockNumber') return BLOCK
  if (method === 'eth_getCode' && params[0] === emission && params[1] === BLOCK) return node.code
  if (method === 'eth_getTransactionReceipt') {
    const status = node.status[String(params[0]).slice(2)]
    return status === undefined ? null : { transactionHash: params[0], status, blockNumber: BLOCK, logs: [], type: '0x2' }
  }
  const call = z.object({ to: z.string(), data: z.custom<Hex>() }).parse(params[0])
  if (method === 'eth_call' && call.to === emission && params[1] === BLOCK) {
    const { functionName, args } = decodeFunctionData({ abi: EMISSION_VIEWS, data: call.data })
    const abi = EMISSION_VIEWS.filter((each) => each.name === functionName)
    return encodeFunctionResult({ abi, functionName, result: node.views[functionName](args[0]) })
  }
  unexpected.push(`${method} ${JSON.stringify(params)}`)
  return null
}

const requestForm = z.object({ id: z.number(), method: z.string(), params: z.array(z.unknown()).default([]) })
let server: Server
let rpc: string
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wepos-verify-'))
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      const { id, method, params } = requestForm.parse(JSON.parse(body))
      response.setHeader('content-type', 'application/json')
      response.end(node.body ?? JSON.stringify({ jsonrpc: '2.0', id, result: answer(method, params) }))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  assert(typeof address === 'object' && address !== null)
  rpc = `http://127.0.0.1:${address.port}`
})
afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  await rm(folder, { recursive: true, force: true })
})
beforeEach(() => {
  node = honest()
})

async function run(...args: string[]): Promise<{ code: 0 | 1; out: string[]; bad: string[] }> {
  const out: string[] = []
  const code = await runVerify(args, (line) => out.push(line))
  return { code, out, bad: out.filter((line) => line.startsWith(TEXTS.en.bad) || line.startsWith(TEXTS.zh.bad)) }
}

async function fileOf(content: string | Uint8Array): Promise<string> {
  const path = join(folder, 'statement.json')
  await writeFile(path, content, 'latin1')
  return path
}

describe('with the file alone', () => {
  test('a whole statement holds', async () => {
    const { code, out, bad } = await run(await fileOf(vector))
    expect([code, bad]).toEqual([0, []])
    expect(out.at(-1)).toBe('The statement holds by itself. Add --rpc URL to compare it with the chain.')
    expect(out).toContain(`ok      root: ${root}, recomputed from every fact, line and total`)
  })

  test('one changed digit names its line, in both languages', async () => {
    const path = await fileOf(vector.replace('"amount":"50.000000001"', '"amount":"50.000000002"'))
    const english = await run(path)
    expect(english.code).toBe(1)
    expect(english.bad[0]).toMatch(/^NOT OK {2}line 2: was changed: .*"amount":"50\.000000002".* \[entry_check\]$/)
    const chinese = await run(path, '--language', 'zh')
    expect(chinese.bad[0]).toMatch(/^不成立 {2}第 2 行：被改动：.* \[entry_check\]$/)
    expect(chinese.out.at(-1)).toBe('账单不成立。')
  })

  test.each([
    ['a truncated file', vector.slice(0, 900), '[file_truncated]'],
    ['no JSON', 'Dear members,\n', '[file_not_json]'],
    ['another encoding', Buffer.from(`\ufeff${vector}`, 'utf16le'), '[file_encoding]'],
  ])('%s is answered with a sentence and a code', async (_, content, code) => {
    const result = await run(await fileOf(content))
    expect(result.code).toBe(1)
    expect(result.bad.at(-1)).toContain(code)
    expect(result.out.join('\n')).not.toMatch(/\n\s+at /)
  })

  test('a wrong command is answered with a sentence and a code', async () => {
    for (const args of [[], ['a', 'b'], ['a', '--what'], ['a', '--rpc'], ['a', '--language', 'fr']]) {
      expect((await run(...args)).out).toEqual([expect.stringMatching(/^Usage: .* \[usage\]$/)])
    }
    expect((await run('--language', 'zh')).out).toEqual([expect.stringMatching(/^用法：.* \[usage\]$/)])
    expect(await run(join(folder, 'none.json'))).toMatchObject({ code: 1, out: [expect.stringMatching(/\[file_missing\]$/)] })
    expect(await run(folder)).toMatchObject({ code: 1, out: [expect.stringMatching(/\[file_not_readable\]$/)] })
    expect(await run('x', '--rpc', 'ftp://a')).toMatchObject({ code: 1, out: [expect.stringMatching(/\[rpc_form\]$/)] })
  })

  test('the statement before must lead to this one', async () => {
    const { code, bad } = await run(await fileOf(vector), '--previous', await fileOf(vector))
    expect(code).toBe(1)
    expect(bad[0]).toBe('NOT OK  statement before, "period": says 1, the statement before leads to 2 [previous_differs]')
  })
})

describe('with a chain', () => {
  const verify = async (): ReturnType<typeof run> => run(await fileOf(vector), '--rpc', rpc)

  test('a statement that the chain confirms holds', async () => {
    const { code, out, bad } = await verify()
    expect([code, bad, unexpected]).toEqual([0, [], []])
    expect(out).toContain(`ok      chain, "root": ${root}, the same on the chain`)
    expect(out.at(-1)).toBe('The statement holds, and the chain confirms it.')
  })

  test.each<[string, (node: Node) => void, RegExp]>([
    [
      'another root',
      (node) => (node.views.closedRoot = () => `0x${'2'.repeat(64)}`),
      /"root": the statement says 0xa5.*the chain says 0x22.*\[chain_differs\]/,
    ],
    ['a period not closed', (node) => (node.views.closedRoot = () => `0x${'0'.repeat(64)}`), /draft.*\[chain_not_closed\]/],
    [
      'another funding',
      (node) => (node.views.funded = () => 7n),
      /"granted": the statement says 61\.500000001, the chain says 0\.000000007/,
    ],
    ['another release', (node) => (node.views.release = () => 7n), /"release": .*\[chain_differs\]/],
    ['an absurd boundary', (node) => (node.views.boundary = () => 2n ** 255n), /"genesis": .*\[chain_differs\]/],
    ['another chain', (node) => (node.chainId = 1), /"chain id": the statement says 31337, the chain says 1 /],
    ['no contract', (node) => (node.code = '0x'), /\[chain_no_contract\]/],
    ['an unknown transaction', (node) => (node.status = { ['a'.repeat(64)]: '0x1' }), /transaction 2: .*\[chain_transaction_missing\]/],
    ['a reverted transaction', (node) => (node.status['1'.repeat(64)] = '0x0'), /transaction 2: .*\[chain_transaction_failed\]/],
  ])('%s is named', async (_, change, expected) => {
    change(node)
    const { code, bad } = await verify()
    expect([code, unexpected]).toEqual([1, []])
    expect(bad[0]).toMatch(expected)
  })

  test('a node that answers nonsense leaves a sentence and no conclusion', async () => {
    node.body = '<html>'
    const { code, out } = await verify()
    expect(code).toBe(1)
    expect(out.at(-1)).toMatch(/^The chain could not be read, so nothing is said about it: .* \[rpc_failed\]$/)
  })

  test('a file that does not hold by itself is not compared', async () => {
    const { out } = await run(await fileOf(vector.replace('"serial":5', '"serial":6')), '--rpc', rpc)
    expect(out.some((line) => line.includes('chain, '))).toBe(false)
  })
})
