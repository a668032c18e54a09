import { expect, test } from 'vitest'
import { privateKeyToAccount } from 'viem/accounts'
import { createWalletProof } from './wallet-proof.ts'

const account = privateKeyToAccount(`0x${'1'.repeat(64)}`)
const other = privateKeyToAccount(`0x${'2'.repeat(64)}`)

function proofWith(verifyMessage: () => Promise<boolean>) {
  return createWalletProof({ chainId: 1, publicOrigin: 'https://pos.example.org', ownContracts: [], client: { verifyMessage } })
}

const noNode = proofWith(() => Promise.reject(new Error('no answer')))

test('a key’s own signature is recognised while the node does not answer', async () => {
  expect(await noNode.isSignedBy(account.address, 'hello', await account.signMessage({ message: 'hello' }))).toBe(true)
})

test.each([
  ['of another key', async () => other.signMessage({ message: 'hello' })],
  ['of another text', async () => account.signMessage({ message: 'goodbye' })],
  ['that no key can make', () => Promise.resolve(`0x${'ff'.repeat(65)}`)],
  ['of a contract', () => Promise.resolve(`0x${'ab'.repeat(200)}`)],
])('a signature %s is the node’s to judge, and a fault when it does not answer', async (_name, sign) => {
  const signature = await sign()
  await expect(noNode.isSignedBy(account.address, 'hello', signature)).rejects.toMatchObject({ source: 'chain', retryable: true })
  expect(await proofWith(() => Promise.resolve(true)).isSignedBy(account.address, 'hello', signature)).toBe(true)
  expect(await proofWith(() => Promise.resolve(false)).isSignedBy(account.address, 'hello', signature)).toBe(false)
})
