import { FIRST_PERIOD, LAST_PERIOD, periodAt, periodEnd } from '../economy/release-schedule.ts'
import { CLOSE_AFTER_MS, CLOSE_AT_LATEST_MS } from '../economy/close.rules.ts'
import { FRESH_GRANT_MS } from '../economy/withdraw.rules.ts'
import type { Instant } from '../shared/instant.ts'
import type { ChainPort, Checkpoint, SettlementStore } from './settlement.port.ts'
import { AUTO_PAYOUT_EVERY } from './settlement.rules.ts'
import type { ReserveFinding, SignerReport } from './settlement.types.ts'
import { reconcile, settleSigner } from './settle-signer.ts'
import { watchDeposits } from './watch-deposits.ts'

export interface SettlementOptions {
  readonly store: SettlementStore
  readonly chain: ChainPort
  /** Start of period 1. */
  readonly genesis: Instant
  /** Called between steps; a test ends the process there. */
  readonly checkpoint?: Checkpoint
}

/**
 * Everything between the ledger and the chain. Each function may be run late, twice, or on many machines at once, and may be ended anywhere: the next run
 * finishes what is left with the same single effect.
 * All reject with a `Fault`: of source `chain` or `database` when those do not answer, of source `settlement` (not retryable) when a signer is halted.
 */
export interface Settlement {
  /** Releases every period that has begun, in the ledger and on chain. */
  openPeriods(now: Instant): Promise<{ opened: number; signer: SignerReport }>
  /** Only the ledger's part of opening `period` and those before it: what a first grant of a period needs. */
  readonly openInLedger: (period: number, now: Instant) => Promise<void>
  /** Numbers what was granted 48 hours ago, and what a dispute has granted, and moves it into the vault. */
  fund(now: Instant): Promise<{ numbered: number; signer: SignerReport }>
  /**
   * Drafts the statements of ended periods, and 72 hours after the end burns the rest and closes, one period after the other. Open disputes hold the close up,
   * until seven days after the end at the latest.
   */
  closePeriods(now: Instant): Promise<{ drafted: number; closed: number; signer: SignerReport }>
  /** Pays what waits, within what the vault lets go; adds the automatic payouts once a day. */
  payout(now: Instant): Promise<{ automatic: number; lines: number; halted: string | undefined; signer: SignerReport }>
  watchChain(now: Instant): Promise<{ recorded: number; shown: number; credited: number }>
  /** Compares what the vault holds with what is owed; a shortfall halts payouts until it is gone. */
  reserves(now: Instant): Promise<ReserveFinding>
  isDue: SettlementStore['isDue']
  /** Lets a halted signer go on, after an operator has looked. */
  resume: SettlementStore['resume']
}

/** Rounds of numbering in one run; each takes thousands of grants or hundreds of payout lines. */
const MAX_ROUNDS = 1_000

export function createSettlement({ store, chain, genesis, checkpoint = () => {} }: SettlementOptions): Settlement {
  const ports = { chain, intents: store, checkpoint }
  const begun = (now: Instant): number => Math.min(LAST_PERIOD, periodAt(genesis, now))

  async function numberGrants(now: Instant): Promise<number> {
    let numbered = 0
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const count = await store.numberGrants(now - FRESH_GRANT_MS, now)
      if (count === 0) break
      await checkpoint('numbered')
      numbered += count
    }
    return numbered
  }

  async function openInLedger(period: number, now: Instant): Promise<number> {
    if (Math.min(period, begun(now)) < FIRST_PERIOD) return 0
    return store.openInLedger(Math.min(period, begun(now)), now)
  }

  return {
    async openInLedger(period, now) {
      await openInLedger(period, now)
    },
    async openPeriods(now) {
      const opened = await openInLedger(LAST_PERIOD, now)
      await checkpoint('opened')
      return { opened, signer: await settleSigner(ports, 'distributor', now) }
    },
    async fund(now) {
      const numbered = await numberGrants(now)
      return { numbered, signer: await settleSigner(ports, 'distributor', now) }
    },
    async closePeriods(now) {
      await openInLedger(LAST_PERIOD, now)
      const drafted = await draftEnded(now)
      await lapseOverdue(now)
      await numberGrants(now)
      let signer = await settleSigner(ports, 'distributor', now)
      let closed = 0
      for (const period of await store.unclosed(begun(now))) {
        if (now < periodEnd(genesis, period.number) + CLOSE_AFTER_MS || period.openEnds + period.openDisputes > 0) break
        const burned = await store.seal(period.number, now)
        if (burned === undefined) break
        await checkpoint('burned')
        await store.close(period.number, burned, now)
        await checkpoint('closed')
        closed += 1
      }
      if (closed > 0) signer = await settleSigner(ports, 'distributor', now)
      return { drafted, closed, signer }
    },
    async payout(now) {
      const halted = await store.payoutsHalted()
      let automatic = 0
      let lines = 0
      if (halted === undefined) {
        automatic = await store.addAutoPayouts(Math.floor(now / AUTO_PAYOUT_EVERY) * AUTO_PAYOUT_EVERY, now)
        await checkpoint('auto-payouts')
        lines = await numberPayouts(now)
      }
      return { automatic, lines, halted, signer: await settleSigner(ports, 'payer', now, halted === undefined) }
    },
    watchChain: (now) => watchDeposits({ chain, deposits: store, checkpoint }, now),
    async reserves(now) {
      for (const signer of ['distributor', 'payer'] as const)
        await store.withSigner(signer, async () => reconcile(ports, signer, await chain.position(await store.expiryRoots(signer)), now))
      return store.checkReserves(await chain.position([]), now)
    },
    isDue: (work, now) => store.isDue(work, now),
    resume: (signer) => store.resume(signer),
  }

  async function draftEnded(now: Instant): Promise<number> {
    const ended = (await store.unclosed(begun(now))).filter(({ number, isDrafted }) => !isDrafted && now >= periodEnd(genesis, number))
    for (const { number } of ended) {
      await store.draft(number, now)
      await checkpoint('drafted')
    }
    return ended.length
  }

  async function lapseOverdue(now: Instant): Promise<void> {
    for (const { number, openDisputes } of await store.unclosed(begun(now)))
      if (openDisputes > 0 && now >= periodEnd(genesis, number) + CLOSE_AT_LATEST_MS) {
        await store.lapseDisputes(number, now)
        await checkpoint('lapsed')
      }
  }

  async function numberPayouts(now: Instant): Promise<number> {
    // Nothing is numbered for a signer that can not send: the lines would be bound to the addresses of today.
    if ((await store.haltReason('payer')) !== undefined || !(await store.isDue('payout', now))) return 0
    const room = await chain.room()
    let lines = 0
    for (let round = 0; round < MAX_ROUNDS; round += 1) {
      const count = await store.numberPayout(room, chain.refusedRecipients, now)
      if (count === 0) break
      await checkpoint('batched')
      lines += count
    }
    return lines
  }
}
