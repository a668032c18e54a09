import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import { MINUTE } from '../../core/shared/instant.ts'
import { startTestNode, type TestNode } from '../support/chain.ts'
import { NO_CHAIN, startCommunity, type Community } from '../support/community.ts'
import { freshDatabase } from '../support/postgres.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const account = privateKeyToAccount(generatePrivateKey())
const other = privateKeyToAccount(generatePrivateKey())
let community: Community
let node: TestNode

beforeAll(async () => {
  node = await startTestNode()
  community = await startCommunity(GENESIS, await freshDatabase(), node.url)
})
afterAll(async () => {
  await community.close()
  await node.stop()
})

async function challenge(who: string, address: string): Promise<string> {
  const asked = await community.say(who, `wallet link ${address}`)
  expect(asked.text).toContain('Sign this text')
  return asked.reply.verbatim ?? ''
}

describe('linking a wallet by signature', () => {
  it('refuses what can not be a member’s wallet', async () => {
    const upper = `0x${account.address.slice(2).toUpperCase()}`
    const flipped = account.address.replace(/[a-fA-F]/, (letter) =>
      letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
    )
    for (const [address, code] of [
      ['hello', 'not_an_address'],
      [flipped, 'checksum'],
      ['0x0000000000000000000000000000000000000000', 'zero_address'],
      ['0x000000000000000000000000000000000000dEaD', 'zero_address'],
      [NO_CHAIN.deployment.token, 'own_contract'],
      [NO_CHAIN.deployment.vault, 'own_contract'],
    ] as const)
      expect((await community.say('ann', `wallet link ${address}`)).text).toContain(`(wallet.${code})`)
    expect((await community.say('ann', `wallet link ${upper}`)).text).toContain('Sign this text')
  })

  it('names what is wrong with a signed text that is not the one asked for', async () => {
    const message = await challenge('ann', account.address)
    const answers: [string, string][] = [
      [message.replace('localhost:8080', 'evil.example'), 'other_domain'],
      [message.replace('Chain ID: 31337', 'Chain ID: 1'), 'other_chain'],
      [message.replace(/Nonce: \w+/, 'Nonce: abcdefgh12345678'), 'other_nonce'],
      [message.replace(/Expiration Time: \S+/, 'Expiration Time: 2020-01-01T00:00:00.000Z'), 'expired'],
      [message.replace(account.address, other.address), 'other_address'],
      [message.replace('moves nothing', 'moves everything'), 'changed_text'],
    ]
    for (const [text, code] of answers) {
      const signature = await account.signMessage({ message: text })
      const pasted = JSON.stringify({ address: account.address, msg: text, sig: signature })
      expect((await community.say('ann', `wallet confirm ${pasted}`)).text).toContain(`(wallet.${code})`)
    }
    expect((await community.say('ann', `wallet confirm ${await other.signMessage({ message })}`)).text).toContain('(wallet.bad_signature)')
    expect((await community.say('ann', 'wallet confirm 0x1234')).text).toContain('(wallet.not_a_signature)')
  })

  it('refuses after ten minutes', async () => {
    const message = await challenge('ann', account.address)
    community.clock.now += 11 * MINUTE
    expect((await community.say('ann', `wallet confirm ${await account.signMessage({ message })}`)).text).toContain('(wallet.expired)')
  })

  it('links with the right signature, once, and to one member only', async () => {
    const message = await challenge('ann', account.address)
    const signature = await account.signMessage({ message })
    expect((await community.say('ann', signature)).text).toContain(`Wallet linked: ${account.address}`)
    expect((await community.say('ann', `wallet confirm ${signature}`)).text).toContain('(wallet.no_challenge)')
    expect((await community.say('ann', `wallet link ${other.address}`)).text).toContain('(wallet.have_one)')
    expect((await community.say('bob', `wallet link ${account.address.toLowerCase()}`)).text).toContain('(wallet.taken)')
    const inbox = (await community.say('ann', 'inbox')).text
    expect(inbox).toContain(`A wallet was linked to your account: ${account.address}`)
    expect(await community.database.prisma.outboxRow.count({ where: { topic: 'private' } })).toBe(0)
  })

  it('lets a changed wallet wait a day', async () => {
    expect((await community.say('ann', 'wallet unlink')).text).toContain('Wallet taken off')
    const message = await challenge('ann', other.address)
    const linked = await community.say('ann', `${message}\n${await other.signMessage({ message })}`)
    expect(linked.text).toContain('payouts to it start 2027-02-01')
  })

  it('accepts the signature of a contract wallet, and refuses one that says no (EIP-1271)', async () => {
    // PUSH32 answer, MSTORE at 0, RETURN 32 bytes: a contract that gives the same answer to every question.
    const answering = (answer: string) => `0x7f${answer.padEnd(64, '0')}60005260206000f3`
    const signature = `0x${'ab'.repeat(65)}`
    const agrees = '0x000000000000000000000000000000000000A11c'
    const denies = '0x000000000000000000000000000000000000dE41'
    await nodeRequest(node.url, 'anvil_setCode', [agrees, answering('1626ba7e')])
    await nodeRequest(node.url, 'anvil_setCode', [denies, answering('ffffffff')])
    await challenge('cyd', denies.toLowerCase())
    expect((await community.say('cyd', signature)).text).toContain('(wallet.bad_signature)')
    await challenge('cyd', agrees.toLowerCase())
    expect((await community.say('cyd', signature)).text).toContain('Wallet linked')
  })
})
