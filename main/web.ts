import { readAccountView } from '../adapters/postgres/account-view.ts'
import { challengeStore } from '../adapters/postgres/challenge-store.ts'
import type { Database } from '../adapters/postgres/database.ts'
import type { Members } from '../adapters/postgres/identify.ts'
import { sessionStore } from '../adapters/postgres/session-store.ts'
import { accountOfWallet } from '../adapters/postgres/wallet-account.ts'
import { createDiscordSignIn } from '../adapters/sign-in/discord-sign-in.ts'
import { createTelegramSignIn } from '../adapters/sign-in/telegram-sign-in.ts'
import type { WalletProof } from '../core/identity/identity.port.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { WebDoor } from '../server/server-app.ts'
import type { Config } from './config.ts'

export interface WebOptions {
  readonly database: Database
  readonly members: Members
  readonly proof: WalletProof
  /** The real time: a session does not follow the clock of the sandbox. */
  readonly now: () => Instant
  readonly publicOrigin: string
  /** What the configuration has for signing in. */
  readonly config: Pick<Config, 'discordSignIn' | 'telegram'>
}

/** Signing in on the web. */
export function composeWeb({ database, members, proof, now, publicOrigin, config }: WebOptions): WebDoor {
  const { discordSignIn: discord, telegram } = config
  return {
    now,
    sessions: sessionStore(database),
    challenges: challengeStore(database),
    recognise: (account, place) => members.recognise(account, place),
    identify: (account, place) => members.identify(account, place, now()),
    accountView: (memberId) => readAccountView(database, memberId),
    ways: {
      discord:
        discord &&
        createDiscordSignIn({
          clientId: discord.clientId,
          clientSecret: discord.clientSecret.reveal(),
          apiUrl: discord.apiUrl,
          redirectUri: `${publicOrigin}/signin/discord/callback`,
        }),
      telegram: telegram && createTelegramSignIn(telegram.token.reveal()),
      wallet: { proof, accountOf: (address) => accountOfWallet(database, address) },
    },
  }
}
