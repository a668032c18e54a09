import { createPublicClient, getAddress, http, isAddress, isHex, size, verifyMessage, type Hex, type PublicClient } from 'viem'
import { createSiweMessage, generateSiweNonce, parseSiweMessage } from 'viem/siwe'
import type { WalletProof } from '../../core/identity/identity.port.ts'
import { Fault } from '../../core/shared/fault.ts'

const KEY_SIGNATURE_BYTES = 65

/** Wallet linking by viem: checksums (EIP-55), sign-in messages (EIP-4361), signatures of keys (EIP-191) and of contract wallets (EIP-1271, ERC-6492). */
export function createWalletProof(options: {
  chainId: number
  publicOrigin: string
  ownContracts: readonly string[]
  client: Pick<PublicClient, 'verifyMessage'>
}): WalletProof {
  const domain = new URL(options.publicOrigin).host
  return {
    chainId: options.chainId,
    domain,
    ownContracts: new Set(options.ownContracts.map((address) => address.toLowerCase())),
    readAddress(typed) {
      const text = typed.trim().replace(/^0X/, '0x')
      if (!isAddress(text, { strict: false })) return { ok: false, problem: 'form' }
      const digits = text.slice(2)
      const hasChecksum = digits !== digits.toLowerCase() && digits !== digits.toUpperCase()
      if (hasChecksum && !isAddress(text, { strict: true })) return { ok: false, problem: 'checksum' }
      return { ok: true, address: getAddress(text.toLowerCase()) }
    },
    newNonce: generateSiweNonce,
    writeMessage: ({ address, nonce, issuedAt, expiresAt, statement }) =>
      createSiweMessage({
        address: getAddress(address),
        chainId: options.chainId,
        domain,
        uri: options.publicOrigin,
        version: '1',
        nonce,
        statement,
        issuedAt: new Date(issuedAt),
        expirationTime: new Date(expiresAt),
      }),
    readMessage(message) {
      const { domain, address, chainId, nonce, expirationTime } = parseSiweMessage(message)
      return { domain, address, chainId, nonce, expiresAt: expirationTime?.getTime() }
    },
    async isSignedBy(address, message, signature) {
      if (!isHex(signature) || size(signature) < KEY_SIGNATURE_BYTES - 1) return false
      if (await isSignedByKey(getAddress(address), message, signature)) return true
      try {
        return await options.client.verifyMessage({ address: getAddress(address), message, signature })
      } catch (error) {
        throw new Fault('chain', 'the node does not answer', { retryable: true, cause: error })
      }
    },
  }
}

/**
 * A key's own signature needs no chain. It is looked at first, because a command that waits for the node holds a connection of the database meanwhile: while
 * the node hung, sixty members who linked their wallets kept everybody else waiting.
 */
async function isSignedByKey(address: Hex, message: string, signature: Hex): Promise<boolean> {
  if (size(signature) !== KEY_SIGNATURE_BYTES) return false
  try {
    return await verifyMessage({ address, message, signature })
  } catch {
    // Not a point of the curve: no key's signature, but a contract may still take it.
    return false
  }
}

/** A client for look-ups on the way of a command: short patience, because a member waits. */
export function createLookupClient(url: string): PublicClient {
  return createPublicClient({ transport: http(url, { timeout: 3_000, retryCount: 1 }) })
}
