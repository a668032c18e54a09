import { assert, asyncProperty, bigInt, array, integer, record } from 'fast-check'
import { createPublicClient, createTestClient, createWalletClient, http, pad, toHex, zeroHash, type Address, type Hash } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pos } from '../../core/shared/amount.ts'
import { Emission } from '../generated/Emission.ts'
import { PoSToken } from '../generated/PoSToken.ts'
import { Vault } from '../generated/Vault.ts'
import { startAnvil, type Anvil } from './anvil.ts'
import { deployContracts, type Deployment } from './deploy.ts'
import { DEV_CHAIN, devAccount } from './dev-accounts.ts'
import { EMPTY_HEAD, foldLines, packLine, type PayoutLine } from './lines.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const [distributor, payer] = [devAccount(1), devAccount(2)]

let anvil: Anvil
let deployment: Deployment
const reader = () => createPublicClient({ transport: http(anvil.url), pollingInterval: 20 })

beforeAll(async () => {
  anvil = await startAnvil(['--timestamp', String(GENESIS / 1000)])
  deployment = await deployContracts({
    transport: http(anvil.url),
    account: devAccount(0),
    genesis: GENESIS,
    distributor: distributor.address,
    payer: payer.address,
    relayer: devAccount(3).address,
    guardian: devAccount(4).address,
    adminProposer: devAccount(5).address,
    delaySeconds: 172_800,
  })
  const writer = createWalletClient({ account: distributor, chain: DEV_CHAIN, transport: http(anvil.url) })
  const emission = { address: deployment.emission, abi: Emission.abi } as const
  await mined(await writer.writeContract({ ...emission, functionName: 'open', args: [1n] }))
  const args = [1n, 1n, 1n, pos(1_000_000), pad('0x01', { size: 32 })] as const
  await mined(await writer.writeContract({ ...emission, functionName: 'fund', args }))
})
afterAll(() => anvil.stop())

async function mined(hash: Hash): Promise<void> {
  const receipt = await reader().waitForTransactionReceipt({ hash })
  expect(receipt.status).toBe('success')
}

const vault = () => ({ address: deployment.vault, abi: Vault.abi }) as const
const balanceOf = (account: Address) =>
  reader().readContract({ address: deployment.token, abi: PoSToken.abi, functionName: 'balanceOf', args: [account] })

describe('lines of Vault.pay', () => {
  it('are packed and folded as the contract does it', { timeout: 60_000 }, async () => {
    const chain = createTestClient({ mode: 'anvil', transport: http(anvil.url) })
    const writer = createWalletClient({ account: payer, chain: DEV_CHAIN, transport: http(anvil.url) })
    const line = record({
      to: integer({ min: 1_000, max: 1_020 }).map((number): Address => pad(toHex(number), { size: 20 })),
      amount: bigInt({ min: 1n, max: pos(100) }),
    })
    let head = EMPTY_HEAD
    const paid = new Map<Address, bigint>()
    const property = asyncProperty(array(line, { minLength: 1, maxLength: 30 }), async (lines: PayoutLine[]) => {
      const firstSerial = await reader().readContract({ ...vault(), functionName: 'nextSerial' })
      // Above the estimate: in which second it is mined decides whether the token adds a checkpoint of the votes.
      await mined(
        await writer.writeContract({ ...vault(), functionName: 'pay', args: [firstSerial, lines.map(packLine)], gas: 5_000_000n }),
      )
      head = foldLines(head, firstSerial, lines)
      for (const { to, amount } of lines) paid.set(to, (paid.get(to) ?? 0n) + amount)
      expect(await reader().readContract({ ...vault(), functionName: 'head' })).toBe(head)
      for (const [to, amount] of paid) expect(await balanceOf(to)).toBe(amount)
      await chain.increaseTime({ seconds: 3_600 })
    })
    await assert(property, { numRuns: 15, seed: 11 })
  })

  it('carry amounts from 1 nano to 96 bits', () => {
    const to: Address = `0x${'ab'.repeat(20)}`
    expect(toHex(packLine({ to, amount: 1n }))).toBe(`0x${'ab'.repeat(20)}${'0'.repeat(23)}1`)
    expect(toHex(packLine({ to, amount: 2n ** 96n - 1n }))).toBe(`0x${'ab'.repeat(20)}${'f'.repeat(24)}`)
    for (const amount of [0n, -1n, 2n ** 96n]) expect(() => packLine({ to, amount })).toThrow(RangeError)
  })

  it('leave the head alone when there are none', () => {
    expect(foldLines(zeroHash, 7n, [])).toBe(EMPTY_HEAD)
  })
})
