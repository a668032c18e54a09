import { afterAll, beforeAll, expect, test } from 'vitest'
import { devAccount } from '../../contracts/script/dev-accounts.ts'
import { startTestNode, type TestNode } from '../../test/support/chain.ts'
import { nodeRequest } from './node-request.ts'
import { createSettlementChain, type Waiting } from './settlement-chain.ts'

let node: TestNode
beforeAll(async () => {
  node = await startTestNode()
})
afterAll(() => node.stop())

const nowhere = '0x00000000000000000000000000000000000000aa'

function chainWith(waiting: Waiting, signal?: AbortSignal) {
  return createSettlementChain({
    url: node.url,
    contracts: { chainId: 31_337, block: 1, token: nowhere, emission: nowhere, vault: nowhere, pool: nowhere },
    accounts: { distributor: devAccount(1), payer: devAccount(2) },
    confirmations: 2,
    waiting,
    ...(signal === undefined ? {} : { signal }),
  })
}

test('a development chain makes the block that is waited for, and none when it is there already', async () => {
  const chain = chainWith({ kind: 'mine' })
  const { number } = await chain.newestBlock()
  const waiter = chain.waiter()
  expect(await waiter.nextBlock(number)).toBe(true)
  expect(await waiter.nextBlock(number)).toBe(true)
  expect((await chain.newestBlock()).number).toBe(number + 1)
})

test('waiting for a block ends when it comes, or with the patience', async () => {
  const chain = chainWith({ kind: 'poll', everyMs: 10, patienceMs: 20_000 })
  const { number } = await chain.newestBlock()
  const waiting = chain.waiter().nextBlock(number)
  await nodeRequest(node.url, 'anvil_mine', ['0x1'])
  expect(await waiting).toBe(true)
  const impatient = chainWith({ kind: 'poll', everyMs: 10, patienceMs: 30 })
  expect(await impatient.waiter().nextBlock(number + 1)).toBe(false)
})

test('a graceful stop ends all waiting at once', async () => {
  const stop = new AbortController()
  const chain = chainWith({ kind: 'poll', everyMs: 60_000, patienceMs: 600_000 }, stop.signal)
  const waiting = chain.waiter().nextBlock((await chain.newestBlock()).number)
  stop.abort()
  expect(await waiting).toBe(false)
})
