import type { ChatAccount } from '../shared/actor.ts'
import type { Instant } from '../shared/instant.ts'
import type { WalletProof } from './identity.port.ts'

/** Signing in with Discord (OAuth 2, authorization code with PKCE). */
export interface DiscordSignIn {
  /** Where the browser asks Discord. @param verifier secret until the code comes back */
  authorizeUrl(state: string, verifier: string): string
  /** Whose account the code stands for; undefined when Discord does not take the code. Nothing of Discord's is kept. @throws Fault when Discord does not answer */
  accountOf(code: string, verifier: string): Promise<ChatAccount | undefined>
}

/** What Telegram says about who is there, found true. */
export interface TelegramProof {
  readonly account: ChatAccount
  /** By which the proof is known, so that it is used once; SHA-256 in hex. */
  readonly hash: string
  /** From then on it is too old. */
  readonly until: Instant
}

/** Signing in with Telegram: the login page's answer, or the data that a Mini App is opened with. */
export interface TelegramSignIn {
  /** The public number of the bot. */
  readonly botId: string
  /** @param data JSON as the login page gives it */
  readLogin(data: string, now: Instant): TelegramProof | 'wrong' | 'old'
  /** @param initData as in `Telegram.WebApp.initData` */
  readInitData(initData: string, now: Instant): TelegramProof | 'wrong' | 'old'
}

/** Signing in with a wallet that is linked to a member. */
export interface WalletSignIn {
  readonly proof: WalletProof
  /** A chat account of the member whose live wallet this is. @param address checksummed */
  accountOf(address: string): Promise<ChatAccount | undefined>
}

/** The ways that the configuration offers. */
export interface SignInWays {
  readonly discord: DiscordSignIn | undefined
  readonly telegram: TelegramSignIn | undefined
  readonly wallet: WalletSignIn
}
