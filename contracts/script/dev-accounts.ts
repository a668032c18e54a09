import { defineChain } from 'viem'
import { mnemonicToAccount, type HDAccount } from 'viem/accounts'

/** The words every anvil starts with. Known to the whole world: never for a chain whose tokens are worth anything. */
const ANVIL_WORDS = 'test test test test test test test test test test test junk'

/** Account number `index` (0-9 are funded) of a development chain started by `startAnvil`. */
export function devAccount(index: number): HDAccount {
  return mnemonicToAccount(ANVIL_WORDS, { addressIndex: index })
}

/** The chain of `startAnvil` as viem wants it described; `viem/chains` would cost a second and a half to import. */
export const DEV_CHAIN = defineChain({
  id: 31_337,
  name: 'anvil',
  nativeCurrency: { name: 'Ether', symbol: 'ETH', decimals: 18 },
  rpcUrls: { default: { http: [] } },
})
