import type { AccountView } from '../core/identity/account.port.ts'
import type { Challenges, Sessions } from '../core/identity/session.port.ts'
import type { SignInWays } from '../core/identity/sign-in.port.ts'
import type { CampaignPort } from '../core/campaigns/campaign.port.ts'
import type { FormPages } from '../core/forms/form-pages.ts'
import type { EconomyReads, Statements } from '../core/economy/economy.port.ts'
import type { DeskReads } from '../core/review/desk.port.ts'
import type { PermitDeposits } from '../core/settlement/permit-deposit.ts'
import type { Actor, ChatAccount, ChatPlace } from '../core/shared/actor.ts'
import type { ChatApp } from '../core/shared/chat-app.ts'
import type { Instant } from '../core/shared/instant.ts'
import type { Notice } from '../core/shared/outbox.ts'
import type { Persona } from '../core/shared/persona.ts'
import type { Language } from '../core/shared/text.ts'

/** The composed product as pages and routes see it. Implemented in `main/compose.ts`; the server knows no database and no chain. */
export interface ServerApp extends Pick<
  ChatApp,
  'dispatch' | 'keepUpload' | 'commands' | 'prompts' | 'speak' | 'report' | 'log' | 'publicOrigin'
> {
  readonly reads: EconomyReads
  readonly statements: Statements
  now(): Instant
  /** Language for those who ask for none of ours. */
  readonly language: Language
  /** State of every part that answers depend on. Must not reject; a part that does not answer in time is `ok: false`. */
  readiness(): Promise<readonly ReadinessPart[]>
  readonly metrics: Metrics
  /** Undefined while nothing is deployed. */
  readonly deployment: Deployment | undefined
  /** Deposits without gas; undefined where nothing can be sent to the chain. */
  readonly deposits: PermitDeposits | undefined
  readonly web: WebDoor
  readonly desk: DeskReads
  readonly forms: FormPages
  /** What pages read of campaigns. */
  readonly campaigns: Pick<CampaignPort, 'find' | 'list'>
  /** Undefined when Telegram delivers nothing here: then its route does not exist. */
  readonly telegram: TelegramDoor | undefined
  /** Undefined when the sandbox is off: then its routes do not exist. */
  readonly sandbox: Sandbox | undefined
  /** Addresses or CIDR ranges of proxies whose X-Forwarded-For is believed; empty: none, and everyone is who connects. */
  readonly trustedProxies: readonly string[]
}

/** Signing in on the web. */
export interface WebDoor {
  /** The real time: a session does not follow a clock that is set forward. */
  now(): Instant
  readonly sessions: Sessions
  readonly challenges: Challenges
  /** The member of a chat account with the roles of this moment, if there is one. */
  recognise(account: ChatAccount, place: ChatPlace): Promise<Actor | undefined>
  /** The same; a member is made when there is none, as by the first command in a private chat (spec 02). */
  identify(account: ChatAccount, place: ChatPlace): Promise<Actor>
  readonly ways: SignInWays
  /** What a member sees of themselves. */
  accountView(memberId: string): Promise<AccountView>
}

/** Where updates of Telegram come in. */
export interface TelegramDoor {
  /** Whether a delivery knows path and secret; found out in a time that tells nothing. */
  isOurs(path: string, secret: string): Promise<boolean>
  /** Stores an update; durable when it resolves. `known`: it came before. `strange`: no update at all. */
  take(body: unknown): Promise<'stored' | 'known' | 'strange'>
}

export interface ReadinessPart {
  /** One word, such as `database`. */
  readonly part: string
  readonly ok: boolean
  /** For operators; names no secret. */
  readonly detail: string
}

/** The process's prom-client registry, made by main. */
export interface Metrics {
  readonly contentType: string
  text(): Promise<string>
  /** One answered request; `route` is the pattern, never the address itself, and `unmatched` for addresses of no route. */
  observeRequest(request: { readonly method: string; readonly route: string; readonly status: number; readonly seconds: number }): void
  /** Bearer token for `/metrics`; without one it is answered on this machine only. */
  readonly token: string | undefined
}

/** Where the contracts are: 0x-addresses of 20 bytes. */
export interface Deployment {
  readonly chainId: number
  readonly token: string
  readonly emission: string
  readonly vault: string
  readonly pool: string
  readonly ecoFund: string
  readonly anchors: string
  readonly timelock: string
}

export const SKIP_TARGETS = ['hour', 'day', 'period-end', 'period-close'] as const
/** How far the sandbox's clock is set forward: to the end of the hour, of the day (UTC) or of the open period, or to where the oldest ended period may be closed. */
export type SkipTarget = (typeof SKIP_TARGETS)[number]

/** A community to play with, on a clock of its own. */
export interface Sandbox {
  /** At least one; the first is who the visitor is at the start. */
  personas(): Promise<readonly Persona[]>
  /** Messages that nobody asked for just now; each is given once. */
  notices(persona: Persona): Promise<readonly Notice[]>
  /** Sets the clock forward, runs the jobs that fell due, and gives the new time. */
  skipTo(target: SkipTarget): Promise<Instant>
}
