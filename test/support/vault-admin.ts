import { createWalletClient, http } from 'viem'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import { PoSToken } from '../../contracts/generated/PoSToken.ts'
import { Vault } from '../../contracts/generated/Vault.ts'
import { DEV_CHAIN } from '../../contracts/script/dev-accounts.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { SettlementWorld } from './settlement-world.ts'

/** Speaks for any account of a development chain, a contract's too. */
async function speakFor(world: SettlementWorld, address: Hex) {
  await nodeRequest(world.node.url, 'anvil_impersonateAccount', [address])
  await nodeRequest(world.node.url, 'anvil_setBalance', [address, '0xde0b6b3a7640000'])
  return createWalletClient({ account: address, chain: DEV_CHAIN, transport: http(world.node.url) })
}

/** Does as the timelock would after its delay. */
export async function setPayoutLimit(world: SettlementWorld, capacity: bigint): Promise<void> {
  const timelock = await speakFor(world, world.deployment.timelock)
  await world.mined(
    timelock.writeContract({
      address: world.deployment.vault,
      abi: Vault.abi,
      functionName: 'setLimit',
      args: [capacity, capacity / 43_200n],
      // More than is estimated: a second later there is a refill to write as well.
      gas: 300_000n,
    }),
  )
}

export async function unpauseVault(world: SettlementWorld): Promise<void> {
  const timelock = await speakFor(world, world.deployment.timelock)
  await world.mined(timelock.writeContract({ address: world.deployment.vault, abi: Vault.abi, functionName: 'unpause' }))
}

const ELSEWHERE: Hex = '0x00000000000000000000000000000000000e15e0'

/** What no contract allows and a test of the alarm needs: tokens vanish from the vault. */
export async function takeFromVault(world: SettlementWorld, amount: bigint): Promise<void> {
  const vault = await speakFor(world, world.deployment.vault)
  await world.mined(
    vault.writeContract({
      address: world.deployment.token,
      abi: PoSToken.abi,
      functionName: 'transfer',
      args: [ELSEWHERE, amount],
      gas: 300_000n,
    }),
  )
}

export async function giveToVault(world: SettlementWorld, amount: bigint): Promise<void> {
  const elsewhere = await speakFor(world, ELSEWHERE)
  const args = [world.deployment.vault, amount] as const
  await world.mined(
    elsewhere.writeContract({ address: world.deployment.token, abi: PoSToken.abi, functionName: 'transfer', args, gas: 300_000n }),
  )
}
