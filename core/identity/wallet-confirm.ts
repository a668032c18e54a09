import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { verbatimField } from '../shared/field.ts'
import { DAY, type Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome, type Refusal } from '../shared/refusal.ts'
import type { Text } from '../shared/text.ts'
import type { WalletPort, WalletProof } from './identity.port.ts'
import type { Wallet, WalletChallenge } from './identity.types.ts'
import { readSignature } from './read-signature.ts'
import { walletTexts } from './wallet.texts.ts'

const { say } = walletTexts

interface Linked {
  readonly wallet: Wallet
  readonly waits: boolean
}

export const walletConfirmCommand = defineCommand({
  name: ['wallet', 'confirm'],
  summary: say('confirmSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ signature: verbatimField(say('signature'), { max: 6_000 }) }),
  async run({ actor, now, port }: Run<WalletPort>, { signature: typed }): Promise<Outcome<Linked>> {
    const given = readSignature(typed)
    if (given === undefined) return no('wallet.not_a_signature', say('notSignature'), say('notSignatureNext'), 'signature')
    const challenge = await port.waitingChallenge(actor.memberId)
    if (challenge === undefined) return no('wallet.no_challenge', say('noChallenge'), say('noChallengeNext'))
    const mismatch = given.message === undefined ? undefined : compareMessage(port.proof, given.message, challenge, now)
    if (mismatch !== undefined) return mismatch
    if (now >= challenge.expiresAt) return no('wallet.expired', say('expired'), say('expiredNext'))
    if (!(await port.proof.isSignedBy(challenge.address, challenge.message, given.signature)))
      return no('wallet.bad_signature', say('badSignature', { address: challenge.address }), say('badSignatureNext'))
    if (!(await port.useChallenge(challenge.nonce, now))) return no('wallet.no_challenge', say('noChallenge'), say('noChallengeNext'))
    const owner = await port.ownerOf(challenge.address)
    if (owner !== undefined && owner !== actor.memberId) return no('wallet.taken', say('taken'), say('takenNext'))
    const live = await port.walletOf(actor.memberId)
    if (live !== undefined) return no('wallet.have_one', say('haveOne', { address: live.address }), say('haveOneNext'))
    const waits = await port.hadWallet(actor.memberId)
    const wallet = { address: challenge.address, linkedAt: now, payoutFrom: waits ? now + DAY : now }
    await port.link(actor.memberId, wallet)
    await port.warn(actor.memberId, actor.account, say('noticeLinked', { address: wallet.address }), now)
    return done({ wallet, waits })
  },
  render: ({ wallet, waits }) => ({
    audience: 'private',
    tone: 'done',
    lines: [say('linked', { address: wallet.address }), waits ? say('linkedFrom', { at: { at: wallet.payoutFrom } }) : say('linkedNow')],
  }),
})

/** Says what of a pasted message differs from the one that was asked for: the first thing that would betray a foreign site comes first. */
function compareMessage(
  proof: WalletProof,
  message: string,
  challenge: WalletChallenge,
  now: Instant,
): { ok: false; refusal: Refusal } | undefined {
  if (message.trim() === challenge.message.trim()) return undefined
  const found = proof.readMessage(message)
  if (found.domain !== undefined && found.domain !== proof.domain)
    return no('wallet.other_domain', say('domain', { found: found.domain.slice(0, 100), expected: proof.domain }), say('domainNext'))
  if (found.chainId !== undefined && found.chainId !== proof.chainId)
    return no('wallet.other_chain', say('chain', { found: String(found.chainId), expected: String(proof.chainId) }), say('signNext'))
  if (found.expiresAt !== undefined && now >= found.expiresAt) return no('wallet.expired', say('expired'), say('expiredNext'))
  if (found.nonce !== challenge.nonce) return no('wallet.other_nonce', say('nonce'), say('signNext'))
  if (found.address?.toLowerCase() !== challenge.address.toLowerCase()) return no('wallet.other_address', say('address_'), say('signNext'))
  return no('wallet.changed_text', say('changed'), say('signNext'))
}

function no(code: string, reason: Text, nextStep: Text, field?: string): { ok: false; refusal: Refusal } {
  return refuse({ code, kind: 'invalid', reason, nextStep, ...(field === undefined ? {} : { field }) })
}
