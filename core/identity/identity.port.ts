import type { ChatAccount, Platform, Role } from '../shared/actor.ts'
import type { Instant } from '../shared/instant.ts'
import type { Language, Text } from '../shared/text.ts'
import type { FoundMember, Wallet, WalletChallenge } from './identity.types.ts'

/** What identity needs of the database; runs inside the command's transaction. */
export interface IdentityPort {
  setLanguage(memberId: string, language: Language): Promise<void>
  /** What comes at an hour of the member's clock follows. */
  setTimeZone(memberId: string, timeZone: string, now: Instant): Promise<void>
  /** Whether public lists leave the member out. */
  setHidden(memberId: string, hidden: boolean): Promise<void>
  findMember: FindMember
  grantRole(memberId: string, role: Role, grantedBy: string, at: Instant): Promise<'granted' | 'had-it'>
  revokeRole(memberId: string, role: Role): Promise<'revoked' | 'had-none'>
}

/** Finds who is meant by `<@id>`, `@name` or a member id; `many` when a name is carried by several accounts. */
export type FindMember = (platform: Platform, reference: string) => Promise<FoundMember | 'many' | undefined>

export interface WalletPort {
  /** The live wallet. */
  walletOf(memberId: string): Promise<Wallet | undefined>
  /** Whether the member ever had a live wallet before: then a new one waits. */
  hadWallet(memberId: string): Promise<boolean>
  /** The member who proved to own an address at any time. */
  ownerOf(address: string): Promise<string | undefined>
  /** The address of a page on which this account's member links a wallet, until then; an earlier one opens no more. */
  openLinkPage(account: ChatAccount, expiresAt: Instant): Promise<string>
  /** Replaces earlier challenges of the member that were not used. */
  saveChallenge(memberId: string, challenge: WalletChallenge): Promise<void>
  /** The member's challenge that was not used. */
  waitingChallenge(memberId: string): Promise<WalletChallenge | undefined>
  /** False when another request used it first. */
  useChallenge(nonce: string, now: Instant): Promise<boolean>
  link(memberId: string, wallet: Wallet): Promise<void>
  unlink(memberId: string, now: Instant): Promise<Wallet | undefined>
  /** A message in the member's inbox, and a direct one to every chat account but the one that did it. */
  warn(memberId: string, by: ChatAccount, text: Text, now: Instant): Promise<void>
  readonly proof: WalletProof
}

/** Fields of a sign-in message that are compared with what was asked (EIP-4361). */
export interface SignInMessage {
  readonly domain?: string | undefined
  readonly address?: string | undefined
  readonly chainId?: number | undefined
  readonly nonce?: string | undefined
  readonly expiresAt?: Instant | undefined
}

/** Ethereum's part of wallet linking, by a library. */
export interface WalletProof {
  readonly chainId: number
  /** The authority part of the public address, as wallets show it. */
  readonly domain: string
  /** Contracts of ours, lower case: none of them can be a member's wallet. */
  readonly ownContracts: ReadonlySet<string>
  /** Checks the form and the EIP-55 checksum; an address in one case only has none and is accepted. */
  readAddress(typed: string): { ok: true; address: string } | { ok: false; problem: 'form' | 'checksum' }
  newNonce(): string
  writeMessage(fields: { address: string; nonce: string; issuedAt: Instant; expiresAt: Instant; statement: string }): string
  readMessage(message: string): SignInMessage
  /** EIP-191 signature of a key, or EIP-1271 of a contract wallet. */
  isSignedBy(address: string, message: string, signature: string): Promise<boolean>
}
