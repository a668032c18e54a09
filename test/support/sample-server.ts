import { LAST_PERIOD, multiplierOf, periodAt, periodEnd, periodStart, releaseOf } from '../../core/economy/release-schedule.ts'
import { rewardTableAt, type RewardRate } from '../../core/economy/reward-table.rules.ts'
import type { LeaderboardRow, PeriodView, ReserveView, SupplyView } from '../../core/economy/economy.types.ts'
import type { Hex } from '../../core/economy/merkle-hex.ts'
import type { PermitDeposits } from '../../core/settlement/permit-deposit.ts'
import { permitRefusals } from '../../core/settlement/permit-deposit.refusals.ts'
import { offeredDeadline } from '../../core/settlement/permit-deposit.rules.ts'
import type { SignedPermit } from '../../core/settlement/permit-deposit.types.ts'
import { pos } from '../../core/shared/amount.ts'
import type { Notice } from '../../core/shared/outbox.ts'
import { DAY, HOUR, type Instant } from '../../core/shared/instant.ts'
import { done, refuse, type Refusal } from '../../core/shared/refusal.ts'
import { personaAccount, type Persona } from '../../core/shared/persona.ts'
import { SERVER_CATALOGUES } from '../../server/catalogues.ts'
import type { ReadinessPart, ServerApp } from '../../server/server-app.ts'
import { SAMPLE_DESK } from './sample-desk.ts'
import { SAMPLE_FORM_PAGES } from './sample-form-pages.ts'
import { sampleWeb } from './sample-web.ts'
import { createSampleApp, type SampleApp } from './sample-app.ts'

export const SAMPLE_PERSONAS: readonly Persona[] = [
  { id: 'hui', name: 'Hui', role: 'host', language: 'en' },
  { id: 'ann', name: 'Ann', role: 'member', language: 'en' },
  { id: 'bob', name: 'Bob <b>"x"', role: 'member', language: 'en' },
  { id: 'lin', name: '林晓', role: 'member', language: 'zh' },
  { id: 'olu', name: 'Olu', role: 'operator', language: 'en' },
]
export const GENESIS = Date.UTC(2026, 10, 1)
/** In period 4: 1 and 2 are closed, 3 is a draft. */
export const SAMPLE_TODAY: Instant = Date.UTC(2027, 1, 2, 18)
export const ROOT = `0x${'ab'.repeat(32)}`

/** What a test may change between requests. */
export interface SampleWorld {
  now: Instant
  reserve: ReserveView | null
  rows: LeaderboardRow[]
  /** Changes of the reward table. */
  rates: RewardRate[]
  parts: ReadinessPart[]
  /** Thrown by every read of the economy while it is set. */
  trouble: Error | undefined
  /** Chunks of every statement; a function so that it can throw. */
  statement: () => AsyncIterable<Uint8Array>
  /** What the next deposit by permit is refused with, and those that were taken. */
  depositRefusal: Refusal | undefined
  permits: SignedPermit[]
  opened: number
  skips: string[]
  /** Messages that wait, by persona. */
  notices: Map<string, Notice[]>
  observed: { route: string; status: number }[]
}

/** A server's app in memory: the sample product to chat with, and an economy of three and a half periods to look at. */
export function createSampleServer(change: Partial<ServerApp> = {}): { app: ServerApp; chat: SampleApp; world: SampleWorld } {
  const chat = createSampleApp({ catalogues: SERVER_CATALOGUES })
  for (const persona of SAMPLE_PERSONAS) chat.grant(personaAccount(persona), persona.role)
  const world: SampleWorld = {
    now: SAMPLE_TODAY,
    reserve: {
      at: SAMPLE_TODAY - HOUR,
      block: 48_211,
      vaultBalance: pos(4_403_120),
      liabilities: pos(4_403_120),
      fundingDue: pos(12_450),
      ok: true,
    },
    rows: [
      { rank: 1, memberId: 'm1', name: '林晓', earned: pos(48_210) },
      { rank: 2, memberId: 'm2', name: '<script>alert(1)</script>', earned: pos(31_005) },
      { rank: 3, memberId: 'm3', name: 'Ann "quoted" & \u202eevil', earned: 12_500_000_001n },
    ],
    rates: [],
    parts: [
      { part: 'database', ok: true, detail: 'answers' },
      { part: 'chain', ok: true, detail: 'block 48211' },
    ],
    trouble: undefined,
    statement: async function* () {
      yield Buffer.from('{"wepos":')
      yield Buffer.from('"statement"}\n')
    },
    depositRefusal: undefined,
    permits: [],
    opened: 0,
    skips: [],
    notices: new Map(),
    observed: [],
  }
  const readable = <Value>(value: () => Value): Promise<Value> =>
    world.trouble === undefined ? Promise.resolve(value()) : Promise.reject(world.trouble)
  const app: ServerApp = {
    ...chat,
    publicOrigin: 'http://localhost:8080',
    reads: {
      supply: (now) => readable(() => supplyAt(now, world.reserve)),
      periods: (now) => readable(() => periodsAt(now)),
      rewards: (now) => readable(() => rewardTableAt(GENESIS, now, world.rates)),
      leaderboard: (limit) => readable(() => world.rows.slice(0, limit)),
      balance: () => Promise.reject(new Error('no page reads a balance')),
      history: () => Promise.reject(new Error('no page reads a history')),
    },
    statements: {
      open: (period, now) =>
        readable(() => {
          world.opened += 1
          const state = periodsAt(now).find(({ number }) => number === period)?.state
          return state === 'closed' || state === 'draft' ? { isFinal: state === 'closed', chunks: world.statement() } : undefined
        }),
    },
    now: () => world.now,
    language: 'en',
    readiness: () => Promise.resolve(world.parts),
    metrics: {
      contentType: 'text/plain; version=0.0.4; charset=utf-8',
      text: () => Promise.resolve('wepos_up 1\n'),
      observeRequest: ({ route, status }) => void world.observed.push({ route, status }),
      token: undefined,
    },
    deployment: {
      chainId: 31_337,
      token: `0x${'1'.repeat(40)}`,
      emission: `0x${'2'.repeat(40)}`,
      vault: `0x${'3'.repeat(40)}`,
      pool: `0x${'4'.repeat(40)}`,
      ecoFund: `0x${'5'.repeat(40)}`,
      anchors: `0x${'6'.repeat(40)}`,
      timelock: `0x${'7'.repeat(40)}`,
    },
    deposits: sampleDeposits(world),
    desk: SAMPLE_DESK,
    ...SAMPLE_FORM_PAGES,
    web: sampleWeb({ now: () => world.now, recognise: chat.recognise }),
    telegram: undefined,
    sandbox: {
      personas: () => Promise.resolve(SAMPLE_PERSONAS),
      notices: ({ id }) => Promise.resolve(world.notices.get(id)?.splice(0) ?? []),
      skipTo(target) {
        world.skips.push(target)
        world.now += target === 'hour' ? HOUR : DAY
        return Promise.resolve(world.now)
      },
    },
    trustedProxies: [],
    ...change,
  }
  return { app, chat, world }
}

/** Takes every permit into a block at once. */
function sampleDeposits(world: SampleWorld): PermitDeposits {
  const txHash: Hex = `0x${'9a'.repeat(32)}`
  return {
    isRelaying: true,
    terms: (_owner, now) =>
      Promise.resolve({
        vault: `0x${'3'.repeat(40)}`,
        domain: { name: 'WePoS', version: '1', chainId: 31_337, verifyingContract: `0x${'1'.repeat(40)}` },
        nonce: 0n,
        balance: pos(250),
        deadline: offeredDeadline(now),
        confirmations: 2,
      }),
    relay(permit) {
      if (world.depositRefusal !== undefined) return Promise.resolve(refuse(world.depositRefusal))
      world.permits.push(permit)
      return Promise.resolve(done({ stage: 'sent', txHash, amount: permit.amount, block: undefined }))
    },
    state(wanted) {
      const taken = wanted === txHash ? world.permits.at(-1) : undefined
      if (taken === undefined) return Promise.resolve(refuse(permitRefusals.unknown()))
      return Promise.resolve(done({ stage: 'mined', txHash, amount: taken.amount, block: 48_212 }))
    },
  }
}

const GRANTED = [pos(962_410), pos(1_733_905), pos(1_802_300), pos(212_450)]

function periodsAt(now: Instant): PeriodView[] {
  const current = periodAt(GENESIS, now)
  return Array.from({ length: LAST_PERIOD }, (_, index) => {
    const number = index + 1
    const release = releaseOf(number)
    const granted = number <= current ? (GRANTED[index] ?? 0n) : 0n
    const closesAt = periodEnd(GENESIS, number) + 3 * DAY
    const state = number > current ? 'future' : number === current ? 'open' : now >= closesAt ? 'closed' : 'draft'
    return {
      number,
      state,
      startsAt: periodStart(GENESIS, number),
      endsAt: periodEnd(GENESIS, number),
      closesAt,
      multiplier: Number(multiplierOf(number)),
      release,
      granted,
      grants: Number(granted / pos(40)),
      unfunded: number === 1 ? 12 : 0,
      burned: state === 'closed' ? release - granted : null,
      corrected: number === 2 && state === 'closed' ? pos(40) : 0n,
      statementRoot: state === 'closed' ? ROOT : null,
      transactions:
        state === 'closed'
          ? [
              { name: 'open', hash: `0x${'cd'.repeat(32)}` },
              { name: 'close', hash: `0x${'ef'.repeat(32)}` },
            ]
          : [],
    }
  })
}

function supplyAt(now: Instant, reserve: ReserveView | null): SupplyView {
  const begun = periodsAt(now).filter(({ state }) => state !== 'future')
  const sum = (amounts: readonly bigint[]) => amounts.reduce((before, amount) => before + amount, 0n)
  const released = sum(begun.map(({ release }) => release))
  const granted = sum(begun.map(({ granted }) => granted))
  const burned = sum(begun.map(({ burned }) => burned ?? 0n))
  return {
    at: now,
    genesis: GENESIS,
    currentPeriod: periodAt(GENESIS, now),
    released,
    granted,
    burned,
    pool: pos(9_000_000),
    ecoFund: 0n,
    unreleased: pos(91_000_000) - released,
    grantable: released - granted - burned,
    circulating: granted,
    members: granted - pos(400_000),
    leaving: pos(100_000),
    chain: pos(300_000),
    reserve,
  }
}
