import { randomBytes } from 'node:crypto'
import { createWalletClient, http, type LocalAccount } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { DEV_CHAIN, devAccount } from '../../contracts/script/dev-accounts.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import { traceWallets } from '../../core/holds/trace-wallets.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY } from '../../core/shared/instant.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld, type TestMember } from '../../test/support/settlement-world.ts'
import { nodeRequest } from '../chain/node-request.ts'
import { createTransferReader } from '../chain/transfer-reader.ts'
import { walletFlowStore } from './wallet-flow-store.ts'

const CONFIRMATIONS = 3
const NOW = GENESIS + 3 * DAY
let world: SettlementWorld
let members: readonly TestMember[]

beforeAll(async () => {
  world = await startSettlementWorld({ confirmations: CONFIRMATIONS })
  await world.at(GENESIS)
  await world.settlement.openPeriods(GENESIS)
  const made: TestMember[] = []
  for (let count = 0; count < 6; count += 1) made.push(await world.member())
  members = made
  for (const member of members) await world.grant(member, pos(100), GENESIS)
  await world.at(NOW)
  await world.settlement.fund(NOW)
  for (const member of members) await world.withdraw(member, pos(100), NOW)
  await world.settlement.payout(NOW)
  const donor = createWalletClient({ account: devAccount(9), chain: DEV_CHAIN, transport: http(world.node.url) })
  for (const { wallet } of members) await world.mined(donor.sendTransaction({ to: wallet.address, value: 10n ** 17n }))
})
afterAll(() => world.stop())

const stranger = (): LocalAccount => privateKeyToAccount(`0x${randomBytes(32).toString('hex')}`)
const short = (address: string) => `${address.slice(0, 6)}…${address.slice(-4)}`.toLowerCase()

async function transfer(from: LocalAccount, to: Hex, amount: bigint): Promise<void> {
  const wallet = createWalletClient({ account: from, chain: DEV_CHAIN, transport: http(world.node.url) })
  // Above the estimate: in which second it is mined decides whether the token adds a checkpoint of the votes.
  const send = { address: world.deployment.token, abi: PoSToken.abi, functionName: 'transfer', args: [to, amount], gas: 300_000n } as const
  await world.mined(wallet.writeContract(send))
}

const ports = () => ({
  chain: createTransferReader({ url: world.node.url, contracts: world.deployment, confirmations: CONFIRMATIONS }),
  flows: walletFlowStore(world.database),
})
const trace = () => traceWallets(ports(), NOW)
const idsOf = (some: readonly TestMember[]) => some.map(({ id }) => id).toSorted()

/** Who shares this address, as the signals say. */
async function sharing(address: string): Promise<readonly string[]> {
  const rows = await world.database.prisma.sybilSignal.findMany({ where: { subject: short(address) } })
  expect(rows.every(({ kind, figure }) => kind === 'shared-wallet' && figure === rows.length)).toBe(true)
  return rows.map(({ memberId }) => memberId).toSorted()
}

test('what five members send on to one wallet is seen once it is deep enough, and not what four do, dust, our contracts or a contract of others', async () => {
  const [purse, friend, dust, burn] = [stranger(), stranger(), stranger(), '0x000000000000000000000000000000000000dEaD'] as const
  for (const [index, { wallet }] of members.entries()) {
    if (index < 4) await transfer(wallet, friend.address, pos(1))
    await transfer(wallet, dust.address, pos(1) - 1n)
    await transfer(wallet, burn, pos(1))
    // A contract that is none of those that the product pays from: everybody may have to do with it.
    await transfer(wallet, world.deployment.ecoFund, pos(1))
  }
  for (const { wallet } of members.slice(0, 5)) await transfer(wallet, purse.address, pos(10))
  await trace()
  expect(await sharing(purse.address)).toHaveLength(0)
  await world.mine(CONFIRMATIONS - 1)
  expect(await Promise.all([trace(), trace(), trace()])).toMatchObject([{ held: 0 }, { held: 0 }, { held: 0 }])
  expect(await sharing(purse.address)).toEqual(idsOf(members.slice(0, 5)))
  expect(await world.database.prisma.sybilSignal.count()).toBe(5)
  const flows = await world.database.prisma.walletFlow.findMany({ select: { other: true } })
  const kept = new Set(flows.map(({ other }) => other))
  for (const nothing of [dust.address, burn, world.deployment.vault, world.deployment.token])
    expect(kept.has(nothing.toLowerCase())).toBe(false)
  // Nothing is new: nobody is asked about the same blocks again.
  expect(await trace()).toEqual({ asked: 0, held: 0 })

  // One more: the others’ reasons tell of six. A person’s account that lends itself a contract’s code (EIP-7702) is still a person’s.
  await nodeRequest(world.node.url, 'anvil_setCode', [purse.address, `0xef0100${world.deployment.token.slice(2)}`])
  await transfer(members[5]!.wallet, purse.address, pos(2))
  await world.mine(CONFIRMATIONS)
  await trace()
  expect(await sharing(purse.address)).toEqual(idsOf(members))
})

test('who pays into wallets is seen also when they were linked later, and with what else was seen it lets payouts wait', async () => {
  const { prisma } = world.database
  const source = stranger()
  const donor = createWalletClient({ account: devAccount(9), chain: DEV_CHAIN, transport: http(world.node.url) })
  await world.mined(donor.sendTransaction({ to: source.address, value: 10n ** 17n }))
  await transfer(members[0]!.wallet, source.address, pos(30))
  const strangers = Array.from({ length: 5 }, stranger)
  for (const { address } of strangers) await transfer(source, address, pos(1))
  await world.mine(CONFIRMATIONS)
  await trace()
  const linked: TestMember[] = []
  for (const wallet of strangers) {
    const { id } = await world.member({ wallet: false })
    linked.push({ id, wallet })
    // Known to the chain long before it is known to us.
    await prisma.wallet.create({ data: { address: wallet.address, memberId: id, linkedAt: new Date(NOW), payoutFrom: new Date(NOW) } })
  }
  const [first, second] = linked
  for (const { id } of [first!, second!])
    await prisma.sybilSignal.create({ data: { memberId: id, kind: 'new-at-event', subject: 'EVT-1', figure: 1, seenAt: new Date(NOW) } })
  await prisma.sybilSignal.create({
    data: { memberId: first!.id, kind: 'shared-answers', subject: 'SUB-1', figure: 99, seenAt: new Date(NOW) },
  })
  expect((await Promise.all([trace(), trace()])).reduce((sum, { held }) => sum + held, 0)).toBe(1)
  expect(await sharing(source.address)).toEqual(idsOf(linked))
  expect(await prisma.memberHold.findMany({ select: { memberId: true } })).toEqual([{ memberId: first!.id }])
})

test('accounts of one person are one member, a wallet of one’s own says nothing, and what was erased is gone', async () => {
  const { prisma } = world.database
  const purse = stranger()
  for (const { wallet } of members.slice(0, 5)) await transfer(wallet, purse.address, pos(1))
  await world.mine(CONFIRMATIONS)
  await prisma.member.update({ where: { id: members[4]!.id }, data: { mergedInto: members[3]!.id } })
  await trace()
  expect(await sharing(purse.address)).toEqual([])
  // The purse itself is a wallet of the first one: that leaves too few others, also when a sixth joins.
  await prisma.wallet.create({
    data: {
      address: purse.address,
      memberId: members[0]!.id,
      linkedAt: new Date(NOW),
      payoutFrom: new Date(NOW),
      unlinkedAt: new Date(NOW),
    },
  })
  await transfer(members[5]!.wallet, purse.address, pos(1))
  await world.mine(CONFIRMATIONS)
  await trace()
  expect(await sharing(purse.address)).toEqual([])
  expect(await prisma.walletFlow.count({ where: { other: purse.address.toLowerCase() } })).toBe(6)
  await prisma.wallet.delete({ where: { address: members[5]!.wallet.address } })
  expect(await prisma.walletFlow.count({ where: { other: purse.address.toLowerCase() } })).toBe(5)
})

test('a block that is replaced while it is read is read again', async () => {
  const purse = stranger()
  await transfer(members[0]!.wallet, purse.address, pos(1))
  await world.mine(CONFIRMATIONS)
  const { chain, flows } = ports()
  let replaced = false
  const found = await traceWallets(
    {
      flows,
      chain: {
        ...chain,
        async transfers(wallets, from, to) {
          const seen = await chain.transfers(wallets, from, to)
          if (!replaced) await nodeRequest(world.node.url, 'anvil_reorg', [CONFIRMATIONS + 1, []])
          replaced = true
          return seen
        },
      },
    },
    NOW,
  )
  expect(found.asked).toBe(0)
  expect(await world.database.prisma.walletFlow.count({ where: { other: purse.address.toLowerCase() } })).toBe(0)
})
