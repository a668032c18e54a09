import { getAddress, type LocalAccount } from 'viem'
import { parseSiweMessage } from 'viem/siwe'
import type { BrowserContext, Page } from 'playwright-core'
import { z } from 'zod'

/** A wallet of a browser, as strict as MetaMask: what that refuses is refused here with the same code (EIP-1193, EIP-1474, EIP-3326). */
export interface StrictWallet {
  /** The account it uses; another one is not authorised until the page asks. */
  account: LocalAccount
  /** Chains that it knows; the first is active at the start. */
  readonly chains: Set<number>
  active: number
  /** What the person at the wallet does with the next question of a method: declines it, or looks at another one first. */
  readonly declines: Set<string>
  readonly isBusy: Set<string>
  /** Every method that was asked, in order. */
  readonly asked: string[]
  /** Every message that was shown for signing. */
  readonly shown: Record<string, unknown>[]
  /** Every text that was shown for signing. */
  readonly texts: string[]
  /** The person chooses another account in the wallet. */
  changeAccount(page: Page, account: LocalAccount): Promise<void>
}

class Refused extends Error {
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}

const TypedField = z.strictObject({ name: z.string(), type: z.string().regex(/^(address|bool|string|bytes\d*|u?int\d*)$/) })
const TypedData = z.strictObject({
  types: z.record(z.string(), z.array(TypedField)).refine((types) => 'EIP712Domain' in types),
  primaryType: z.string(),
  domain: z.record(z.string(), z.union([z.string(), z.number()])),
  message: z.record(z.string(), z.unknown()),
})
const SwitchParams = z.tuple([z.strictObject({ chainId: z.string().regex(/^0x[1-9a-f][0-9a-f]*$/) })])

/** Puts a wallet into every page of a context. `announces`: by EIP-6963, as all do today; otherwise only as `window.ethereum`. */
export async function addStrictWallet(
  context: BrowserContext,
  options: { account: LocalAccount; chainId: number; announces?: boolean },
): Promise<StrictWallet> {
  const authorised = new Set<string>()
  const own = (account: LocalAccount) => account.address.toLowerCase()
  const wallet: StrictWallet = {
    account: options.account,
    chains: new Set([options.chainId]),
    active: options.chainId,
    declines: new Set(),
    isBusy: new Set(),
    asked: [],
    shown: [],
    texts: [],
    async changeAccount(page, account) {
      wallet.account = account
      authorised.clear()
      await page.evaluate(() =>
        (window as unknown as { strictWalletEmit: (name: string, value: unknown) => void }).strictWalletEmit('accountsChanged', []),
      )
    },
  }
  const person = (method: string) => {
    if (wallet.isBusy.delete(method)) throw new Refused(-32_002, `Request of type '${method}' already pending.`)
    if (wallet.declines.delete(method)) throw new Refused(4001, 'User rejected the request.')
  }

  async function signTyped(params: unknown): Promise<string> {
    const [address, json] = z.tuple([z.string(), z.string()]).parse(params)
    if (!authorised.has(address.toLowerCase()))
      throw new Refused(4100, 'The requested account and/or method has not been authorized by the user.')
    const data = TypedData.safeParse(JSON.parse(json))
    if (!data.success) throw new Refused(-32_602, `Data must conform to EIP-712 schema. ${z.prettifyError(data.error)}`)
    const { types, primaryType, domain, message } = data.data
    if (Number(domain['chainId']) !== wallet.active)
      throw new Refused(-32_602, `Provided chainId "${String(domain['chainId'])}" must match the active chainId "${wallet.active}"`)
    const { EIP712Domain, ...own } = types
    const fields = own[primaryType]
    if (fields === undefined) throw new Refused(-32_602, `primaryType ${primaryType} is not among the types`)
    if (EIP712Domain!.map(({ name }) => name).join() !== Object.keys(domain).join())
      throw new Refused(-32_602, 'the domain is not of its type')
    for (const { name, type } of fields) {
      const value = message[name]
      const isGood = type === 'address' ? /^0x[0-9a-fA-F]{40}$/.test(String(value)) : /^\d+$/.test(String(value))
      if (!isGood) throw new Refused(-32_602, `${name} is no ${type}`)
    }
    wallet.shown.push(message)
    person('eth_signTypedData_v4')
    return wallet.account.signTypedData({ domain, types: own, primaryType, message })
  }

  /** A sign-in text is compared with the page that shows it, as wallets do (EIP-4361, "Wallet Implementer Guidelines"). */
  async function signText(page: string, params: unknown): Promise<string> {
    const read = z.tuple([z.string().regex(/^0x(?:[0-9a-f]{2})+$/), z.string()]).safeParse(params)
    if (!read.success) throw new Refused(-32_602, 'personal_sign takes the text as hexadecimal, and the account.')
    const [hex, address] = read.data
    if (!authorised.has(address.toLowerCase()))
      throw new Refused(4100, 'The requested account and/or method has not been authorized by the user.')
    const text = Buffer.from(hex.slice(2), 'hex').toString('utf8')
    const { domain, uri, address: named } = parseSiweMessage(text)
    if (domain !== new URL(page).host || uri !== new URL(page).origin)
      throw new Refused(4001, `The text is for ${domain}, the page is ${page}`)
    if (named !== getAddress(address)) throw new Refused(-32_602, 'The text names another account.')
    wallet.texts.push(text)
    person('personal_sign')
    return wallet.account.signMessage({ message: text })
  }

  async function answer(page: string, method: string, params: unknown): Promise<unknown> {
    wallet.asked.push(method)
    if (method === 'eth_chainId') return `0x${wallet.active.toString(16)}`
    if (method === 'eth_accounts') return authorised.has(own(wallet.account)) ? [own(wallet.account)] : []
    if (method === 'eth_requestAccounts') {
      person(method)
      authorised.add(own(wallet.account))
      return [own(wallet.account)]
    }
    if (method === 'wallet_switchEthereumChain') {
      const parsed = SwitchParams.safeParse(params)
      if (!parsed.success) throw new Refused(-32_602, 'Expected 0x-prefixed, unpadded, non-zero hexadecimal string chainId.')
      const wanted = Number(parsed.data[0].chainId)
      if (!wallet.chains.has(wanted)) throw new Refused(4902, `Unrecognized chain ID "${parsed.data[0].chainId}".`)
      person(method)
      wallet.active = wanted
      return null
    }
    if (method === 'eth_signTypedData_v4') return signTyped(params)
    if (method === 'personal_sign') return signText(page, params)
    throw new Refused(4200, `The method "${method}" is not supported here.`)
  }

  await context.exposeBinding('strictWalletAnswer', async ({ frame }, method: string, params: unknown) => {
    try {
      return { result: await answer(frame.url(), method, params) }
    } catch (error) {
      if (error instanceof Refused) return { error: { code: error.code, message: error.message } }
      return { error: { code: -32_603, message: String(error) } }
    }
  })
  await context.addInitScript(inject, options.announces ?? true)
  return wallet
}

/** Runs in the page before its own scripts. */
function inject(announces: boolean): void {
  const world = window as unknown as {
    strictWalletAnswer: (method: string, params: unknown) => Promise<{ result?: unknown; error?: { code: number; message: string } }>
    strictWalletEmit: (name: string, value: unknown) => void
    ethereum: unknown
  }
  const listeners: [string, (value: unknown) => void][] = []
  const provider = Object.freeze({
    async request({ method, params }: { method: string; params?: unknown }) {
      const { result, error } = await world.strictWalletAnswer(method, params)
      if (error !== undefined) throw Object.assign(new Error(error.message), { code: error.code })
      return result
    },
    on: (name: string, listener: (value: unknown) => void) => void listeners.push([name, listener]),
  })
  world.strictWalletEmit = (name, value) => {
    for (const [wanted, listener] of listeners) if (wanted === name) listener(value)
  }
  if (!announces) {
    world.ethereum = provider
    return
  }
  const icon =
    'data:image/svg+xml,%3Csvg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"%3E%3Ccircle cx="4" cy="4" r="4"/%3E%3C/svg%3E'
  const info = Object.freeze({ uuid: '350670db-19fa-4704-a166-e52e178b59d2', name: 'Strict <b>Wallet', icon, rdns: 'example.strict' })
  const announce = () => dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail: Object.freeze({ info, provider }) }))
  addEventListener('eip6963:requestProvider', announce)
  announce()
}
