import { createHash, randomBytes } from 'node:crypto'
import { createLookupClient, createWalletProof } from '../adapters/chain/wallet-proof.ts'
import { createCheckInLook, createCheckInStore } from '../adapters/postgres/check-in-store.ts'
import { createHome, createServed, promptStore, rememberCard } from '../adapters/postgres/chat-store.ts'
import type { Database, Tx } from '../adapters/postgres/database.ts'
import { quizDesk } from '../adapters/postgres/quiz-store.ts'
import { createMembership } from '../adapters/postgres/put-out.ts'
import { dispatchStore } from '../adapters/postgres/dispatch-store.ts'
import type { EventStoreOptions } from '../adapters/postgres/event-store.ts'
import { keepUploads } from '../adapters/postgres/upload-store.ts'
import { createIdentify, type Members } from '../adapters/postgres/identify.ts'
import { detectType } from '../adapters/files/detect-type.ts'
import { hmacSha256 } from '../adapters/hashing/hmac-sha256.ts'
import { createChartDrawer } from '../adapters/charts/chart-drawer.ts'
import { drawOrLeaveOut, illustrated } from '../adapters/charts/illustrate.ts'
import { createSpeak } from '../adapters/speak.ts'
import type { Deployment } from '../contracts/script/deploy.ts'
import type { CheckInPort } from '../core/attendance/check-in.port.ts'
import { createKeepUpload } from '../core/forms/keep-upload.ts'
import type { DiagnosePort } from '../core/guild/diagnose.ts'
import type { WalletProof } from '../core/identity/identity.port.ts'
import { LAST_PERIOD, periodAt, periodEnd } from '../core/economy/release-schedule.ts'
import type { PartState } from '../core/operations/status.ts'
import type { Draw } from '../core/shared/chart.ts'
import type { ChatApp, Log } from '../core/shared/chat-app.ts'
import { createDispatch, type BoundCommand } from '../core/shared/dispatch.ts'
import type { Instant } from '../core/shared/instant.ts'
import { isPatient } from '../core/shared/field-of.ts'
import { createLanguageOf } from '../core/shared/language-of.ts'
import { createSuggest } from '../core/shared/suggest.ts'
import type { Language } from '../core/shared/text.ts'
import type { PresenceJobParts } from '../jobs/schedule.ts'
import { CATALOGUES } from './catalogues.ts'
import { bindCommands } from './commands.ts'
import { suggestionSources } from './suggestions.ts'
import { newId } from './ids.ts'
import { composeApprovals } from './review.ts'
import { composePresence } from './presence.ts'

export interface ComposeOptions {
  readonly database: Database
  readonly now: () => Instant
  readonly chain: { readonly url: string; readonly deployment: Deployment }
  readonly publicOrigin: string
  readonly language: Language
  /** `platform:userId` of accounts that the configuration makes operators. */
  readonly operators: ReadonlySet<string>
  /** The servers of the community on each platform, where the configuration names them. */
  readonly homes: Readonly<Record<string, readonly string[] | undefined>>
  readonly log: Log
  /** Makes sure that the ledger has the release of a period. */
  readonly openInLedger: (period: number, now: Instant) => Promise<void>
  readonly parts: () => Promise<readonly PartState[]>
  /** What a platform says of us in a server; left out where no bot runs. */
  readonly inspect?: DiagnosePort['inspect']
  /** Tells whoever watches over bugs; gives the id under which one can be found. */
  readonly reportBug: (error: unknown, context: object) => string
}

/** The product as chats see it, and what the outbox needs to draw cards. */
export interface Composed {
  readonly chat: ChatApp
  readonly events: EventStoreOptions
  /** Checks in who has been in a voice channel long enough. */
  readonly settling: PresenceJobParts
  /** Draws what announcements show. */
  readonly draw: Draw
  readonly members: Members
  /** Ethereum's part of linking and signing in. */
  readonly proof: WalletProof
}

const CODE_KEY = 'code-key'

/** Joins commands, stores and texts. The only place where core meets adapters; everything that starts or stops is elsewhere. */
export async function compose(options: ComposeOptions): Promise<Composed> {
  const { database, now, log } = options
  const codeKey = await readCodeKey(database)
  const { genesis } = options.chain.deployment
  const events: EventStoreOptions = {
    hmac: hmacSha256,
    genesis,
    randomBytes: (length) => randomBytes(length),
    hashCode: (event, code) => hmacSha256(codeKey, `code:${event}:${code}`),
  }
  const submit = createCheckInStore({ pool: database.pool, hmac: hmacSha256, genesis, openInLedger: options.openInLedger })
  const { token, emission, vault, pool, ecoFund, anchors, timelock, chainId } = options.chain.deployment
  const proof = createWalletProof({
    chainId,
    publicOrigin: options.publicOrigin,
    ownContracts: [token, emission, vault, pool, ecoFund, anchors, timelock],
    client: createLookupClient(options.chain.url),
  })
  const look = createCheckInLook({ pool: database.pool, hmac: hmacSha256, genesis })
  const checkIn: CheckInPort = {
    submit,
    quizzes: quizDesk(database, { genesis, proof }, look),
    hashCode: events.hashCode,
    async soleOpenEvent(at) {
      const open = await database.prisma.event.findMany({
        where: { opensAt: { lte: new Date(at) }, closesAt: { gt: new Date(at) }, closedAt: null, evidence: { notIn: ['roster', 'quiz'] } },
        select: { number: true },
        take: 2,
      })
      return open.length === 1 ? open[0]!.number : undefined
    },
    nextPeriodStart(at) {
      const period = periodAt(genesis, at)
      return period < LAST_PERIOD ? periodEnd(genesis, period) : undefined
    },
  }
  const hashAccount = (account: string) => hmacSha256(codeKey, `account:${account}`)
  const members = createIdentify({ pool: database.pool, newId, operators: options.operators, hashAccount })
  const { presence, settling } = composePresence({
    ...options,
    events,
    submit,
    identify: (account, at) => members.identify(account, { kind: 'private', chatId: account.userId }, at),
  })
  const commands: readonly BoundCommand<Tx>[] = bindCommands({
    genesis,
    publicOrigin: options.publicOrigin,
    publicLanguage: options.language,
    events,
    proof,
    hashAccount,
    links: { database, hmac: hmacSha256, codeKey, randomBytes },
    checkIn,
    settleAttendance: (at) => settling.settle(at),
    pool: database.pool,
    approvals: composeApprovals(database, genesis),
    inspect: options.inspect ?? (() => Promise.resolve(undefined)),
    parts: options.parts,
  })
  const report = (error: unknown, context: { command: string; key: string }): string => {
    const id = options.reportBug(error, context)
    log.error({ err: error, id, ...context }, 'a command failed by a bug')
    return id
  }
  const isHome = createHome(database, options.homes)
  const definitions = commands.map(({ definition }) => definition)
  const dispatch = createDispatch<Tx>(commands, {
    ...dispatchStore(database),
    ...members,
    isHome,
    now,
    newId,
    report,
    publicLanguage: options.language,
  })
  const speak = createSpeak(CATALOGUES, options.publicOrigin)
  const drawer = createChartDrawer(speak)
  return {
    events,
    settling,
    members,
    proof,
    draw: drawOrLeaveOut(drawer, { log, report }),
    chat: {
      keepUpload: createKeepUpload({
        identify: members.identify,
        detect: detectType,
        hash: (bytes) => createHash('sha256').update(bytes).digest(),
        keep: keepUploads(database),
        now,
        newId,
      }),
      dispatch: illustrated(dispatch, drawer, log),
      suggest: createSuggest(definitions, {
        ...members,
        isHome,
        now,
        sources: suggestionSources(database, { genesis, proof }, definitions),
      }),
      languageOf: createLanguageOf(members.recognise),
      commands: definitions,
      speak,
      prompts: promptStore(database, now, (prompt) => isPatient(definitions, prompt)),
      rememberCard: (subject, message) => rememberCard(database, subject, message, now()),
      report,
      log,
      publicOrigin: options.publicOrigin,
      presence,
      membership: createMembership(database, createServed(database, options.homes), now),
    },
  }
}

/** The key under which single-use codes are hashed: random, made once a community, shared by all its processes. */
async function readCodeKey({ prisma }: Database): Promise<Buffer> {
  await prisma.setting.createMany({ data: [{ key: CODE_KEY, value: randomBytes(32).toString('base64') }], skipDuplicates: true })
  return Buffer.from((await prisma.setting.findUniqueOrThrow({ where: { key: CODE_KEY } })).value, 'base64')
}
