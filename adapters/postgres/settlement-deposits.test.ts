import { createWalletClient, http } from 'viem'
import { afterEach, expect, test } from 'vitest'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { DEV_CHAIN, devAccount } from '../../contracts/script/dev-accounts.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY } from '../../core/shared/instant.ts'
import { nodeRequest } from '../chain/node-request.ts'
import { GENESIS, startSettlementWorld, type SettlementWorld, type TestMember } from '../../test/support/settlement-world.ts'

let world: SettlementWorld
afterEach(() => world.stop())

const later = GENESIS + 3 * DAY

/** A member with 100 PoS in an own wallet, on a chain where five blocks confirm. */
async function begin(options: { wallet?: boolean } = {}): Promise<TestMember> {
  world = await startSettlementWorld({ confirmations: 5 })
  await world.at(GENESIS)
  await world.settlement.openPeriods(GENESIS)
  const member = await world.member(options)
  await world.grant(member, pos(100), GENESIS)
  await world.at(later)
  await world.settlement.fund(later)
  await world.withdraw(member, pos(100), later)
  await world.settlement.payout(later)
  await world.settlement.watchChain(later)
  return member
}

const send = async (raw: unknown): Promise<`0x${string}`> =>
  (await nodeRequest(world.node.url, 'eth_sendRawTransaction', [raw])) as `0x${string}`
const deposits = () => world.database.prisma.deposit.findMany({ orderBy: [{ block: 'asc' }, { logIndex: 'asc' }] })

test('a deposit is seen at once, credited when it is deep enough, and once', async () => {
  const ann = await begin()
  await world.deposit(ann, pos(30))
  expect(await world.settlement.watchChain(later)).toEqual({ recorded: 0, shown: 1, credited: 0 })
  expect(await deposits()).toMatchObject([{ amount: pos(30), memberId: ann.id, creditedAt: null }])
  await world.mine(3)
  expect(await world.settlement.watchChain(later)).toMatchObject({ credited: 0 })
  await world.mine(1)
  expect(await world.settlement.watchChain(later)).toEqual({ recorded: 1, shown: 0, credited: 1 })
  expect(await world.settlement.watchChain(later)).toEqual({ recorded: 0, shown: 0, credited: 0 })
  expect(await world.balance(`member:${ann.id}`)).toBe(pos(30))
  expect(await world.balance('chain')).toBe(pos(70))
  expect(await world.settlement.reserves(later)).toMatchObject({ ok: true })
  expect(await world.disagreements()).toEqual([])
})

test('PoS simply sent to the vault are a deposit; a transfer of nothing that a stranger made in a member’s name is none', async () => {
  const ann = await begin()
  const { token, vault } = world.deployment
  const transport = http(world.node.url)
  const [stranger, own] = [devAccount(9), ann.wallet].map((account) => createWalletClient({ account, chain: DEV_CHAIN, transport }))
  await world.mined(stranger!.sendTransaction({ to: ann.wallet.address, value: 10n ** 17n }))
  const onToken = { address: token, abi: PoSToken.abi } as const
  await world.mined(stranger!.writeContract({ ...onToken, functionName: 'transferFrom', args: [ann.wallet.address, vault, 0n] }))
  // Above the estimate: in which second it is mined decides whether the token adds a checkpoint of the votes.
  await world.mined(own!.writeContract({ ...onToken, functionName: 'transfer', args: [vault, pos(30)], gas: 300_000n }))
  await world.mine(5)
  expect(await world.settlement.watchChain(later)).toEqual({ recorded: 1, shown: 0, credited: 1 })
  expect(await world.balance(`member:${ann.id}`)).toBe(pos(30))
  expect(await world.balance('chain')).toBe(pos(70))
  expect(await world.disagreements()).toEqual([])
})

test('a deposit that a reorganisation removes vanishes and is not credited; one that comes back is, once', async () => {
  const ann = await begin()
  await world.deposit(ann, pos(30))
  await world.settlement.watchChain(later)
  const raw = await world.client.request({
    method: 'eth_getRawTransactionByHash' as 'eth_chainId',
    params: [(await deposits())[0]!.txHash] as never,
  })
  await nodeRequest(world.node.url, 'anvil_reorg', [1, []])
  await world.mine(1)
  expect(await world.settlement.watchChain(later)).toMatchObject({ shown: 0, credited: 0 })
  expect(await deposits()).toEqual([])
  await world.mine(5)
  expect(await world.settlement.watchChain(later)).toMatchObject({ credited: 0 })
  await world.mined(send(raw))
  await world.mine(5)
  expect(await world.settlement.watchChain(later)).toMatchObject({ recorded: 1, credited: 1 })
  expect(await world.balance(`member:${ann.id}`)).toBe(pos(30))
})

test('a reorganisation deeper than the confirmations puts the cursor back, tells operators, and credits nothing twice', async () => {
  const ann = await begin()
  await world.deposit(ann, pos(30))
  await world.mine(5)
  expect(await world.settlement.watchChain(later)).toMatchObject({ credited: 1 })
  const [row] = await deposits()
  const raw = await world.client.request({ method: 'eth_getRawTransactionByHash' as 'eth_chainId', params: [row!.txHash] as never })
  await nodeRequest(world.node.url, 'anvil_reorg', [6, []])
  expect(await world.client.getTransactionReceipt({ hash: row!.txHash as `0x${string}` }).catch(() => 'gone')).toBe('gone')
  await world.mined(send(raw))
  await world.mine(12)
  await world.settlement.watchChain(later)
  await world.settlement.watchChain(later)
  expect(await world.balance(`member:${ann.id}`)).toBe(pos(30))
  const alert = await world.database.prisma.outboxRow.findFirst({ where: { subject: 'chain-went-back' } })
  expect(alert?.payload).toMatchObject({ kind: 'deposit' })
})

test('a deposit from a wallet that nobody has linked is shown to operators and credited when somebody links it', async () => {
  const ben = await begin({ wallet: false })
  await world.deposit(ben, pos(12))
  await world.mine(5)
  expect(await world.settlement.watchChain(later)).toEqual({ recorded: 1, shown: 0, credited: 0 })
  expect(await deposits()).toMatchObject([{ memberId: null, creditedAt: null }])
  const alerts = await world.database.prisma.outboxRow.findMany({ where: { subject: 'deposit-unknown' } })
  expect(alerts.map(({ payload }) => payload)).toMatchObject([{ from: ben.wallet.address.toLowerCase(), amount: pos(12).toString() }])
  await world.database.prisma.wallet.create({
    data: { address: ben.wallet.address, memberId: ben.id, linkedAt: new Date(later), payoutFrom: new Date(later) },
  })
  expect(await world.settlement.watchChain(later)).toMatchObject({ credited: 1 })
  expect(await world.balance(`member:${ben.id}`)).toBe(pos(12))
})

test('four programs that watch at once credit once', async () => {
  const ann = await begin()
  await world.deposit(ann, pos(30))
  await world.mine(5)
  const programs = await Promise.all(Array.from({ length: 4 }, () => world.another()))
  await Promise.all(programs.map((program) => program.watchChain(later)))
  await world.settlement.watchChain(later)
  expect(await world.balance(`member:${ann.id}`)).toBe(pos(30))
})
