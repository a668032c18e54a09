import { createWalletClient, http } from 'viem'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { Vault } from '../../contracts/generated/Vault.ts'
import { DEV_CHAIN, devAccount } from '../../contracts/script/dev-accounts.ts'
import type { PermitDeposits } from '../../core/settlement/permit-deposit.ts'
import type { SignedPermit } from '../../core/settlement/permit-deposit.types.ts'
import { pos } from '../../core/shared/amount.ts'
import { DAY, HOUR, MINUTE, SECOND } from '../../core/shared/instant.ts'
import { LATER, startPermitWorld, STRANGER, type PermitChange, type PermitWorld } from '../../test/support/permit-world.ts'
import type { TestMember } from '../../test/support/settlement-world.ts'
import { nodeRequest } from './node-request.ts'

let world: PermitWorld
let deposits: PermitDeposits
let ann: TestMember

beforeEach(async () => {
  world = await startPermitWorld()
  ann = await world.holder(pos(100))
  deposits = world.program()
})
afterEach(() => world.stop())

const accepted = async (program: PermitDeposits, permit: SignedPermit, now = LATER) => {
  const outcome = await program.relay(permit, now)
  if (!outcome.ok) throw new Error(`refused: ${outcome.refusal.code}`)
  return outcome.result
}
const codeOf = async (permit: SignedPermit, program = deposits, now = LATER) => {
  const outcome = await program.relay(permit, now)
  return outcome.ok ? 'taken' : outcome.refusal.code
}
const stageOf = async (hash: `0x${string}`) => {
  const outcome = await deposits.state(hash)
  return outcome.ok ? outcome.result.stage : outcome.refusal.code
}
const watch = () => world.settlement.watchChain(LATER)
/** Blocks whose gas costs 20 gwei, far above what the first transactions of a test offer. */
const dearBlocks = async (count: number) => {
  for (let block = 0; block < count; block += 1) {
    await nodeRequest(world.node.url, 'anvil_setNextBlockBaseFeePerGas', ['0x4a817c800'])
    await world.mine(1)
  }
}
class Killed extends Error {}
/** A program that ends at a named place. */
const dying = (place: string) =>
  world.program({
    checkpoint(name) {
      if (name === place) throw new Killed(name)
    },
  })

describe('a permit', () => {
  test('of a wallet without gas money is relayed, mined, and credited once when it is deep enough', async () => {
    expect(await world.client.getBalance({ address: ann.wallet.address })).toBe(0n)
    const sent = await accepted(deposits, await world.permit(ann, pos(30)))
    expect(sent).toMatchObject({ stage: 'sent', amount: pos(30) })
    expect(await stageOf(sent.txHash)).toBe('mined')
    expect(await watch()).toMatchObject({ credited: 0 })
    await world.mine(2)
    expect(await watch()).toMatchObject({ credited: 1 })
    expect(await watch()).toMatchObject({ credited: 0 })
    expect(await stageOf(sent.txHash)).toBe('credited')
    expect(await world.balance(`member:${ann.id}`)).toBe(pos(30))
    expect(await world.onChain(ann.wallet.address)).toBe(pos(70))
    expect(await world.disagreements()).toEqual([])
    expect(await world.settlement.reserves(LATER)).toMatchObject({ ok: true })
  })

  test('given again, before and after it is mined, late and by a member who has left, answers the same transaction', async () => {
    const permit = await world.permit(ann, pos(30))
    await world.automine(false)
    const first = await accepted(deposits, permit)
    expect(await accepted(deposits, permit)).toEqual(first)
    await world.automine(true)
    await world.mine(1)
    expect(await accepted(world.program(), permit)).toMatchObject({ txHash: first.txHash, stage: 'mined' })
    await world.database.prisma.wallet.updateMany({ data: { unlinkedAt: new Date(LATER) } })
    expect(await accepted(deposits, permit, LATER + DAY)).toMatchObject({ txHash: first.txHash, stage: 'mined' })
    expect([await world.relayed(), await world.rows()]).toEqual([1, 1])
  })

  test('given to six programs at once is one transaction', async () => {
    const permit = await world.permit(ann, pos(30))
    const answers = await Promise.all(Array.from({ length: 6 }, () => accepted(world.program(), permit)))
    expect(new Set(answers.map(({ txHash }) => txHash)).size).toBe(1)
    expect([await world.relayed(), await world.rows()]).toEqual([1, 1])
    await world.mine(2)
    await watch()
    expect(await world.balance(`member:${ann.id}`)).toBe(pos(30))
  })

  test('of each of five members at once, by as many programs, is a transaction each, with nonces one after the other', async () => {
    const members = [ann]
    for (let count = 1; count < 5; count += 1) members.push(await world.holder(pos(10)))
    const permits = await Promise.all(members.map((member) => world.permit(member, pos(10))))
    await Promise.all(permits.map((permit) => accepted(world.program(), permit)))
    const rows = await world.database.prisma.relayedDeposit.findMany({ orderBy: { relayerNonce: 'asc' } })
    expect(rows.map(({ relayerNonce }) => Number(relayerNonce))).toEqual([0, 1, 2, 3, 4])
    await world.mine(3)
    expect(await watch()).toMatchObject({ credited: 5 })
    expect(await world.disagreements()).toEqual([])
  })

  test('is one transaction also for programs that have lost their lock, and none takes the nonce of another', async () => {
    const ben = await world.holder(pos(10))
    const permits = [await world.permit(ann, pos(30)), await world.permit(ben, pos(10))]
    const programs = Array.from({ length: 6 }, () => world.program({ isUnlocked: true }))
    const answers = await Promise.all(programs.map((program, index) => accepted(program, permits[index % 2]!)))
    expect(new Set(answers.map(({ txHash }) => txHash)).size).toBe(2)
    expect([await world.relayed(), await world.rows()]).toEqual([2, 2])
    await world.mine(3)
    expect(await watch()).toMatchObject({ credited: 2 })
    expect(await world.disagreements()).toEqual([])
  })

  test('with the parity that some hardware wallets give in place of 27 and 28 is taken', async () => {
    const { signature, ...permit } = await world.permit(ann, pos(30))
    const parity = Number.parseInt(signature.slice(-2), 16) - 27
    expect(await codeOf({ ...permit, signature: `${signature.slice(0, -2) as '0x'}0${parity}` })).toBe('taken')
  })
})

describe('refused, with nothing sent and no row', () => {
  const nothing = async () => expect([await world.relayed(), await world.rows()]).toEqual([0, 0])

  test.each<[string, string, PermitChange, bigint?]>([
    ['signed by somebody else', 'signature', { signer: STRANGER }],
    ['for another chain', 'signature', { domain: { chainId: 1 } }],
    ['for another token', 'signature', { domain: { verifyingContract: STRANGER.address } }],
    ['for another version of the token', 'signature', { domain: { version: '2' } }],
    ['for another vault', 'signature', { spender: STRANGER.address }],
    ['for another amount', 'signature', { signedAmount: pos(2) }],
    ['of a nonce to come', 'other_nonce', { nonce: 1n }],
    ['that ends now', 'late', { deadline: LATER }],
    ['that is valid for more than an hour', 'too_far', { deadline: LATER + HOUR + SECOND }],
    ['of too little', 'too_small', {}, pos(1) - 1n],
    ['of more than there is', 'too_large', {}, pos(100_000_001)],
    ['of more than the wallet holds', 'too_much', {}, pos(100) + 1n],
  ])('%s', async (_what, code, change, amount = pos(30)) => {
    expect(await codeOf(await world.permit(ann, amount, change))).toBe(`deposit.${code}`)
    await nothing()
  })

  test('a signature that was changed, cut, lengthened, mirrored or made up', async () => {
    const permit = await world.permit(ann, pos(30))
    const { signature } = permit
    const order = 0xfffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141n
    const mirrored = (order - BigInt(`0x${signature.slice(66, 130)}`)).toString(16).padStart(64, '0')
    const otherV = signature.endsWith('1b') ? '1c' : '1b'
    for (const bad of [
      `${signature.slice(0, -2)}${otherV}`,
      `${signature.slice(0, 66)}${mirrored}${otherV}`,
      signature.slice(0, -2),
      `${signature}00`,
      `0x${'00'.repeat(65)}`,
      `0x${'ff'.repeat(65)}`,
    ])
      expect(await codeOf({ ...permit, signature: bad as `0x${string}` })).toBe('deposit.signature')
    await nothing()
  })

  test('a wallet that nobody has linked, or has linked no longer, and a blocked member', async () => {
    const ben = await world.holder(pos(10), { wallet: false })
    expect(await codeOf(await world.permit(ben, pos(10)))).toBe('deposit.not_linked')
    await world.database.prisma.member.update({ where: { id: ann.id }, data: { blocked: true } })
    expect(await codeOf(await world.permit(ann, pos(10)))).toBe('deposit.blocked')
    await world.database.prisma.wallet.updateMany({ where: { memberId: ann.id }, data: { unlinkedAt: new Date(LATER) } })
    expect(await codeOf(await world.permit(ann, pos(10)))).toBe('deposit.not_linked')
    await nothing()
  })

  test('nobody but the owner learns whether a wallet is linked', async () => {
    const forged = await world.permit(ann, pos(10), { signer: STRANGER })
    const ben = await world.holder(pos(10), { wallet: false })
    const alsoForged = await world.permit(ben, pos(10), { signer: STRANGER })
    expect(await codeOf(forged)).toBe(await codeOf(alsoForged))
  })

  test('a permit that somebody else has used meanwhile', async () => {
    const permit = await world.permit(ann, pos(30))
    const [r, s, v] = [permit.signature.slice(0, 66), `0x${permit.signature.slice(66, 130)}`, Number(`0x${permit.signature.slice(130)}`)]
    const args = [permit.owner, permit.amount, BigInt(permit.deadline / SECOND), v, r as '0x', s as '0x'] as const
    const other = createWalletClient({ account: devAccount(8), chain: DEV_CHAIN, transport: http(world.node.url) })
    await world.mined(
      other.writeContract({
        address: world.deployment.vault,
        abi: Vault.abi,
        functionName: 'depositWithPermit',
        args,
        gas: 400_000n,
      }),
    )
    expect(await codeOf(permit)).toBe('deposit.permit_used')
    await nothing()
    // It is a deposit all the same, and credited like every other.
    await world.mine(3)
    expect(await watch()).toMatchObject({ credited: 1 })
  })

  test('everything while the vault is paused, gas is too dear, or there is no relayer or one without coins', async () => {
    const permit = await world.permit(ann, pos(30))
    expect(await codeOf(permit, world.program({ relayer: undefined }))).toBe('deposit.relay_off')
    expect(await codeOf(permit, world.program({ feeCap: 1n }))).toBe('deposit.gas')
    await expect(world.program({ relayer: STRANGER }).relay(permit, LATER)).rejects.toMatchObject({ source: 'chain', retryable: true })
    const guardian = createWalletClient({ account: devAccount(4), chain: DEV_CHAIN, transport: http(world.node.url) })
    await world.mined(guardian.writeContract({ address: world.deployment.vault, abi: Vault.abi, functionName: 'pause' }))
    expect(await codeOf(permit)).toBe('deposit.paused')
    await nothing()
  })
})

describe('a day', () => {
  test('has five deposits of a member, also when two want the fifth place at once', async () => {
    for (let count = 1; count <= 4; count += 1) await accepted(deposits, await world.permit(ann, pos(1)))
    // Two different permits of the fifth place: at most one of them is taken.
    const fifth = [await world.permit(ann, pos(1)), await world.permit(ann, pos(2))]
    const codes = await Promise.all(fifth.map((permit) => codeOf(permit, world.program())))
    expect(codes.filter((code) => code === 'taken')).toHaveLength(1)
    expect(await codeOf(await world.permit(ann, pos(1)))).toBe('deposit.day_full')
    expect([await world.relayed(), await world.rows()]).toEqual([5, 5])

    // Of another member there is none yet, and the next day is another.
    const ben = await world.holder(pos(10))
    expect(await codeOf(await world.permit(ben, pos(1)))).toBe('taken')
    const tomorrow = await world.at(LATER + DAY)
    expect(await codeOf(await world.permit(ann, pos(1), { deadline: tomorrow + HOUR / 2 }), deposits, tomorrow)).toBe('taken')
  })

  test('has no sixth row whoever writes it', async () => {
    const sixth = (slot: number, nonce: number) =>
      world.database.pool.query(
        `INSERT INTO relayed_deposit (owner, permit_nonce, member_id, amount, deadline, day, slot, relayer, relayer_nonce, at)
         VALUES ($1, $2, $3, 1, now(), '2027-02-03', $4, $1, $2, now())`,
        [`0x${'ab'.repeat(20)}`, nonce, ann.id, slot],
      )
    for (let slot = 1; slot <= 5; slot += 1) await sixth(slot, slot)
    await expect(sixth(6, 6)).rejects.toThrow('relayed_deposit_slot_bound')
    await expect(sixth(5, 7)).rejects.toThrow('relayed_deposit_slot_once')
  })
})

describe('a program that ends', () => {
  test.each(['signed', 'sent'])('after %s leaves a deposit that the same permit finishes', async (place) => {
    const permit = await world.permit(ann, pos(30))
    await expect(dying(place).relay(permit, LATER)).rejects.toThrow(Killed)
    expect([await world.relayed(), await world.rows()]).toEqual([place === 'signed' ? 0 : 1, 1])
    const again = await accepted(world.program(), permit)
    expect(await stageOf(again.txHash)).toBe('mined')
    expect([await world.relayed(), await world.rows()]).toEqual([1, 1])
  })

  test('between storing and sending does not hold up the next member: both deposits arrive', async () => {
    await expect(dying('signed').relay(await world.permit(ann, pos(30)), LATER)).rejects.toThrow(Killed)
    const ben = await world.holder(pos(10))
    const sent = await accepted(deposits, await world.permit(ben, pos(10)))
    expect(await stageOf(sent.txHash)).toBe('mined')
    await world.mine(3)
    expect(await watch()).toMatchObject({ credited: 2 })
    expect(await world.disagreements()).toEqual([])
  })
})

describe('a transaction that is not mined', () => {
  test('is replaced under its nonce when fees have risen, and found by either hash', async () => {
    const permit = await world.permit(ann, pos(30))
    await world.automine(false)
    const first = await accepted(deposits, permit)
    await dearBlocks(5)
    expect(await world.relayed()).toBe(0)
    const replaced = await accepted(deposits, permit)
    expect(replaced.txHash).not.toBe(first.txHash)
    const attempts = await world.database.prisma.relayAttempt.findMany({ orderBy: { seq: 'asc' } })
    expect(attempts.map(({ nonce }) => Number(nonce))).toEqual([0, 0])
    expect(attempts[1]!.maxFee).toBeGreaterThan(attempts[0]!.maxFee)
    await world.mine(1)
    expect(await world.relayed()).toBe(1)
    expect(attempts.map(({ txHash }) => txHash)).toEqual([first.txHash, replaced.txHash])
    for (const { txHash } of attempts) {
      const outcome = await deposits.state(txHash as `0x${string}`)
      expect(outcome).toMatchObject({ ok: true, result: { stage: 'mined', txHash: attempts[1]!.txHash } })
    }
    expect(await accepted(deposits, permit)).toMatchObject({ stage: 'mined' })
  })

  test('is not replaced above the fee cap, and waits', async () => {
    const permit = await world.permit(ann, pos(30))
    const cap = (await world.client.getBlock()).baseFeePerGas! * 4n
    const capped = world.program({ feeCap: cap > 4_000_000_000n ? cap : 4_000_000_000n })
    await world.automine(false)
    await accepted(capped, permit)
    await dearBlocks(6)
    expect(await accepted(capped, permit)).toMatchObject({ stage: 'sent' })
    expect(await world.database.prisma.relayAttempt.count()).toBe(1)
  })

  test('keeps its nonce while the node finds it too cheap: the next one goes behind it, and both arrive', async () => {
    const ben = await world.holder(pos(10))
    const [first, second] = [await world.permit(ann, pos(30)), await world.permit(ben, pos(10))]
    await world.automine(false)
    await accepted(deposits, first)
    await dearBlocks(1)
    await accepted(deposits, second)
    const rows = await world.database.prisma.relayedDeposit.findMany({ orderBy: { id: 'asc' } })
    expect(rows.map(({ relayerNonce }) => Number(relayerNonce))).toEqual([0, 1])
    await dearBlocks(4)
    expect(await world.relayed()).toBe(0)
    // Whoever comes back helps both.
    await accepted(deposits, second)
    await dearBlocks(4)
    expect(await watch()).toMatchObject({ credited: 2 })
    expect(await world.disagreements()).toEqual([])
  })

  test('gets another nonce when something else has used its own', async () => {
    const permit = await world.permit(ann, pos(30))
    await expect(dying('signed').relay(permit, LATER)).rejects.toThrow(Killed)
    const own = createWalletClient({ account: world.relayer, chain: DEV_CHAIN, transport: http(world.node.url) })
    await world.mined(own.sendTransaction({ to: world.relayer.address, value: 1n }))
    const again = await accepted(deposits, permit)
    expect(await stageOf(again.txHash)).toBe('mined')
    expect([await world.relayed(), await world.rows()]).toEqual([2, 1])
  })

  test('after a reorganisation took it out of its block is there again when the permit is given again', async () => {
    const permit = await world.permit(ann, pos(30))
    const sent = await accepted(deposits, permit)
    await nodeRequest(world.node.url, 'anvil_reorg', [1, []])
    expect(await stageOf(sent.txHash)).toBe('sent')
    expect(await accepted(deposits, permit)).toMatchObject({ txHash: sent.txHash })
    await world.mine(3)
    expect(await watch()).toMatchObject({ credited: 1 })
    expect(await world.balance(`member:${ann.id}`)).toBe(pos(30))
  })

  test('holds its place: another permit of the same nonce waits, until the first has failed', async () => {
    const permit = await world.permit(ann, pos(30))
    await world.automine(false)
    const first = await accepted(deposits, permit)
    expect(await codeOf(await world.permit(ann, pos(40)))).toBe('deposit.under_way')
    // Its time runs out before a block takes it.
    const late = await world.at(permit.deadline + MINUTE)
    expect(await stageOf(first.txHash)).toBe('failed')
    const next = await world.permit(ann, pos(40), { deadline: late + HOUR / 2 })
    const second = await accepted(deposits, next, late)
    await world.automine(true)
    await world.mine(1)
    expect(await stageOf(first.txHash)).toBe('failed')
    expect(await stageOf(second.txHash)).toBe('mined')
    // What failed has cost gas, and keeps its place in the day.
    const rows = await world.database.prisma.relayedDeposit.findMany({ orderBy: { id: 'asc' } })
    expect(rows.map(({ slot, failedAt }) => [slot, failedAt !== null])).toEqual([
      [1, true],
      [2, false],
    ])
  })
})

test('the payer and the distributor go on as if there were no relayer', async () => {
  const before = await Promise.all([1, 2].map((index) => world.client.getTransactionCount({ address: devAccount(index).address })))
  await accepted(deposits, await world.permit(ann, pos(30)))
  const after = await Promise.all([1, 2].map((index) => world.client.getTransactionCount({ address: devAccount(index).address })))
  expect(after).toEqual(before)
})

test('an unknown transaction is told as such', async () => {
  expect(await stageOf(`0x${'12'.repeat(32)}`)).toBe('deposit.unknown')
})
