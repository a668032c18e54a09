import { createWalletClient, http } from 'viem'
import { privateKeyToAccount } from 'viem/accounts'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import { openChainClient } from '../../adapters/chain/chain-client.ts'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { Vault } from '../../contracts/generated/Vault.ts'
import { DEV_CHAIN } from '../../contracts/script/dev-accounts.ts'
import { MAX_WITHDRAWAL } from '../../core/economy/withdraw.rules.ts'
import { exactAmount, NANO_PER_POS, pos } from '../../core/shared/amount.ts'
import { amountOf, forEachAtOnce, type Actors } from './act.ts'
import type { World } from './open-world.ts'
import type { Person } from './people.ts'
import type { Tally } from './tally.ts'

/** Commands that each take a transaction of their own; more at once would only wait for connections. */
const WRITES_AT_ONCE = 8
const POLL_MS = 20
const GAS_MONEY = 10n ** 17n

/** Links wallets by signatures of their keys (EIP-4361); those in `automatic` are then paid without asking. */
export async function linkWallets(actors: Actors, tally: Tally, people: readonly Person[], automatic: ReadonlySet<Person>): Promise<void> {
  await forEachAtOnce(people, WRITES_AT_ONCE, async (person) => {
    const wallet = privateKeyToAccount(person.walletKey)
    const asked = await actors.succeed(person, 'wallet link', { address: wallet.address })
    const signature = await wallet.signMessage({ message: asked.reply.verbatim ?? '' })
    await actors.succeed(person, 'wallet confirm', { signature })
    if (automatic.has(person)) await actors.succeed(person, 'payout auto', { on: 'on' })
    tally.wallets += 1
  })
}

/** Everybody withdraws half of what they can, in whole PoS; who has less than 2 PoS keeps it. */
export async function withdrawHalf(actors: Actors, tally: Tally, people: readonly Person[]): Promise<void> {
  await forEachAtOnce(people, WRITES_AT_ONCE, async (person) => {
    const withdrawable = amountOf(await actors.give(person, 'balance'), 'economy.withdrawable')
    const half = (withdrawable / 2n / NANO_PER_POS) * NANO_PER_POS
    const amount = half < MAX_WITHDRAWAL ? half : MAX_WITHDRAWAL
    if (amount === 0n) return
    await actors.succeed(person, 'withdraw', { amount: exactAmount(amount) })
    tally.withdrawals += 1
    tally.withdrawn += amount
  })
}

/** Above the estimate: in which second it is mined decides whether the token adds a checkpoint of the votes. */
const DEPOSIT_GAS = 300_000n

/** Sends PoS from own wallets back into the vault, by transactions that their owners sign. */
export async function deposit(world: World, tally: Tally, people: readonly Person[]): Promise<void> {
  const client = openChainClient(world.nodeUrl)
  const { token, vault } = world.deployment
  for (const person of people) {
    const account = privateKeyToAccount(person.walletKey)
    const held = await client.readContract({ address: token, abi: PoSToken.abi, functionName: 'balanceOf', args: [account.address] })
    const amount = held / 3n
    if (amount < pos(1)) continue
    await nodeRequest(world.nodeUrl, 'anvil_setBalance', [account.address, `0x${GAS_MONEY.toString(16)}`])
    const own = createWalletClient({ account, chain: DEV_CHAIN, transport: http(world.nodeUrl) })
    const approve = await own.writeContract({ address: token, abi: PoSToken.abi, functionName: 'approve', args: [vault, amount] })
    await client.waitForTransactionReceipt({ hash: approve, pollingInterval: POLL_MS })
    const sent = await own.writeContract({ address: vault, abi: Vault.abi, functionName: 'deposit', args: [amount], gas: DEPOSIT_GAS })
    const { status } = await client.waitForTransactionReceipt({ hash: sent, pollingInterval: POLL_MS })
    if (status !== 'success') throw new Error(`a deposit of ${person.account.userId} was reverted`)
    tally.deposits += 1
  }
}
