import { z } from 'zod'
import { defineCommand, type Run } from '../shared/command.ts'
import { textField } from '../shared/field.ts'
import { MINUTE, type Instant } from '../shared/instant.ts'
import { done, refuse, type Outcome, type Refusal, type RefusalKind } from '../shared/refusal.ts'
import type { Reply } from '../shared/reply.ts'
import type { Text } from '../shared/text.ts'
import type { WalletPort, WalletProof } from './identity.port.ts'
import type { WalletChallenge } from './identity.types.ts'
import { walletTexts } from './wallet.texts.ts'

const { say } = walletTexts

export const CHALLENGE_LIFETIME_MS = 10 * MINUTE
const ZERO_ADDRESS = '0x0000000000000000000000000000000000000000'
/** Where burned PoS lies (spec 01). */
const DEAD_ADDRESS = '0x000000000000000000000000000000000000dead'

export const walletLinkCommand = defineCommand({
  name: ['wallet', 'link'],
  summary: say('linkSummary'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ address: textField(say('address'), { max: 60 }).optional() }),
  async run({ actor, now, port }: Run<WalletPort>, { address: typed }): Promise<Outcome<LinkPage | WalletChallenge>> {
    if (typed === undefined) {
      const expiresAt = now + CHALLENGE_LIFETIME_MS
      return done({ page: await port.openLinkPage(actor.account, expiresAt), expiresAt })
    }
    const read = ownWalletAddress(port.proof, typed)
    if (!read.ok) return read
    const address = read.result
    const live = await port.walletOf(actor.memberId)
    if (live?.address === address) return no('wallet.already_linked', 'conflict', say('already'), say('alreadyNext'))
    if (live !== undefined) return no('wallet.have_one', 'conflict', say('haveOne', { address: live.address }), say('haveOneNext'))
    const owner = await port.ownerOf(address)
    if (owner !== undefined && owner !== actor.memberId) return no('wallet.taken', 'conflict', say('taken'), say('takenNext'))
    const nonce = port.proof.newNonce()
    const expiresAt = now + CHALLENGE_LIFETIME_MS
    const message = port.proof.writeMessage({
      address,
      nonce,
      issuedAt: now,
      expiresAt,
      // Wallets show the signed text as it is; English is what every wallet renders.
      statement: walletTexts.catalogue.en.statement!,
    })
    const challenge = { nonce, address, message, expiresAt }
    await port.saveChallenge(actor.memberId, challenge)
    return done(challenge)
  },
  render: (found) => ('page' in found ? pageReply(found) : signReply(found)),
})

/** Linking on a page, with the wallets of the browser. */
interface LinkPage {
  /** Opens for this member alone: whoever has the address can link a wallet to them. */
  readonly page: string
  readonly expiresAt: Instant
}

function pageReply({ page, expiresAt }: LinkPage): Reply {
  return {
    audience: 'private',
    tone: 'info',
    title: say('pageTitle'),
    lines: [say('pageAt', { page: { page } }), say('pageUntil', { at: { at: expiresAt } }), say('linkSafe'), say('pageElse')],
  }
}

function signReply({ address, message, expiresAt }: WalletChallenge): Reply {
  return {
    audience: 'private',
    tone: 'info',
    title: say('linkTitle'),
    lines: [say('linkHow', { address }), say('linkSafe'), say('linkUntil', { at: { at: expiresAt } })],
    verbatim: message,
    ask: { command: 'wallet confirm', field: 'signature', input: {} },
  }
}

/** A typed address as one to which a member may be paid: right form and checksum, neither the zero or burn address nor a contract of ours. */
function ownWalletAddress(proof: WalletProof, typed: string): Outcome<string> {
  const read = proof.readAddress(typed)
  if (!read.ok && read.problem === 'checksum')
    return no('wallet.checksum', 'invalid', say('checksumReason'), say('checksumNext'), 'address')
  if (!read.ok) return no('wallet.not_an_address', 'invalid', say('formReason'), say('formNext'), 'address')
  const lower = read.address.toLowerCase()
  if (lower === ZERO_ADDRESS || lower === DEAD_ADDRESS)
    return no('wallet.zero_address', 'invalid', say('zeroReason'), say('ownNext'), 'address')
  if (proof.ownContracts.has(lower)) return no('wallet.own_contract', 'invalid', say('contractReason'), say('ownNext'), 'address')
  return done(read.address)
}

function no(code: string, kind: RefusalKind, reason: Text, nextStep: Text, field?: string): { ok: false; refusal: Refusal } {
  return refuse({ code, kind, reason, nextStep, ...(field === undefined ? {} : { field }) })
}
