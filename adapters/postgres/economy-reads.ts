import type { EconomyReads, EconomyViewPort } from '../../core/economy/economy.port.ts'
import type { PeriodState, PeriodView, ReserveView } from '../../core/economy/economy.types.ts'
import {
  LAST_PERIOD,
  multiplierOf,
  periodAt,
  periodEnd,
  periodStart,
  releaseOf,
  TOTAL_RELEASE,
} from '../../core/economy/release-schedule.ts'
import { rewardTableAt } from '../../core/economy/reward-table.rules.ts'
import { CLOSE_AFTER_MS } from '../../core/economy/close.rules.ts'
import { FRESH_GRANT_MS } from '../../core/economy/withdraw.rules.ts'
import { memberAccount, periodAccount, TRANSFER_KINDS, type TransferKind } from '../../core/ledger/ledger.types.ts'
import { TOTAL_SUPPLY } from '../../core/shared/amount.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { Prisma } from '../../prisma/generated/client.ts'
import type { Tx } from './database.ts'
import { liveWallet } from './identity-store.ts'
import { leaderboard, rankOf } from './rank-reads.ts'
import { ratesUntil } from './reward-table-store.ts'

const COMMON_ACCOUNTS = ['unreleased', 'pool', 'eco-fund', 'leaving', 'chain', 'burned'] as const
const PERIOD_ACCOUNTS = Array.from({ length: LAST_PERIOD }, (_, index) => periodAccount(index + 1))

interface AccountSums {
  unreleased: bigint
  pool: bigint
  ecoFund: bigint
  leaving: bigint
  chain: bigint
  burned: bigint
  grantable: bigint
  members: bigint
}

/** What commands and pages read of the economy. Sums come from maintained balances; only a period's own lines are counted. */
export function economyReads(tx: Tx, genesis: Instant): EconomyReads & Pick<EconomyViewPort, 'ownPart'> {
  return {
    async supply(now) {
      const [sums, reserve, burned] = await Promise.all([accountSums(tx), latestReserve(tx), burnedAtClose(tx)])
      const released = TOTAL_RELEASE - sums.unreleased
      return {
        at: now,
        genesis,
        currentPeriod: periodAt(genesis, now),
        released,
        granted: released - sums.grantable - burned,
        burned: sums.burned,
        pool: sums.pool,
        ecoFund: sums.ecoFund,
        unreleased: sums.unreleased,
        grantable: sums.grantable,
        circulating: sums.members + sums.leaving + sums.chain,
        members: sums.members,
        leaving: sums.leaving,
        chain: sums.chain,
        reserve,
      }
    },
    periods: (now) => readPeriods(tx, genesis, now),
    rewards: async (now) => rewardTableAt(genesis, now, await ratesUntil(tx, now)),
    leaderboard: (limit) => leaderboard(tx, Math.min(limit, 100)),
    async balance(memberId, now) {
      const account = memberAccount(memberId)
      // One after the other: a withdrawal reads this inside its transaction, which has one connection.
      const row = await tx.account.findUnique({ where: { name: account } })
      const fresh = await tx.reward.aggregate({
        where: { memberId, status: 'granted', at: { gt: new Date(now - FRESH_GRANT_MS) } },
        _sum: { amount: true },
      })
      const leaving = await tx.withdrawal.aggregate({ where: { memberId, paidAt: null }, _sum: { amount: true } })
      const wallet = await liveWallet(tx, memberId)
      const member = await tx.member.findUnique({ where: { id: memberId }, select: { autoPayout: true } })
      const rank = await rankOf(tx, memberId)
      const balance = row?.balance ?? 0n
      const free = balance - (fresh._sum.amount ?? 0n)
      return {
        balance,
        earned: row?.earned ?? 0n,
        withdrawable: free > 0n ? free : 0n,
        leaving: leaving._sum.amount ?? 0n,
        rank,
        wallet: wallet?.address ?? null,
        autoPayout: member?.autoPayout ?? false,
      }
    },
    async history(memberId, limit) {
      const account = memberAccount(memberId)
      const rows = await tx.$queryRaw<{ at: Date; amount: bigint; kind: string; reference: string }[]>(Prisma.sql`
        SELECT at, amount, kind, reference FROM (
          (SELECT seq, at, amount, kind, reference FROM transfer WHERE credit_account = ${account} ORDER BY seq DESC LIMIT ${limit})
          UNION ALL
          (SELECT seq, at, -amount, kind, reference FROM transfer WHERE debit_account = ${account} ORDER BY seq DESC LIMIT ${limit})
        ) both_sides ORDER BY seq DESC LIMIT ${limit}`)
      return rows.map(({ at, amount, kind, reference }) => ({ at: at.getTime(), amount, kind: kindOf(kind), reference }))
    },
    async ownPart(memberId, period) {
      const own = await tx.reward.aggregate({
        where: { memberId, period, status: 'granted' },
        _sum: { amount: true },
        _count: true,
      })
      const taken = await tx.correction.aggregate({ where: { memberId, period }, _sum: { amount: true } })
      return { amount: own._sum.amount ?? 0n, count: own._count, corrected: taken._sum.amount ?? 0n }
    },
  }
}

/**
 * The few accounts that are not a member's are read; what members hold is the rest of the total supply, so that a page does not add up a million rows.
 * That the sum over all accounts is the total supply is checked by the reserves job.
 */
async function accountSums(tx: Tx): Promise<AccountSums> {
  const rows = await tx.account.findMany({ where: { name: { in: [...COMMON_ACCOUNTS, ...PERIOD_ACCOUNTS] } } })
  const balance = (name: string) => rows.find((row) => row.name === name)?.balance ?? 0n
  const grantable = PERIOD_ACCOUNTS.reduce((sum, name) => sum + balance(name), 0n)
  const [unreleased, pool, ecoFund] = [balance('unreleased'), balance('pool'), balance('eco-fund')]
  const [leaving, chain, burned] = [balance('leaving'), balance('chain'), balance('burned')]
  const members = TOTAL_SUPPLY - unreleased - pool - ecoFund - leaving - chain - burned - grantable
  return { unreleased, pool, ecoFund, leaving, chain, burned, grantable, members }
}

/** What closing periods has burned; expired balances, burned too, had been granted before. */
async function burnedAtClose(tx: Tx): Promise<bigint> {
  const sum = await tx.period.aggregate({ _sum: { burned: true } })
  return sum._sum.burned ?? 0n
}

export async function latestReserve(tx: Tx): Promise<ReserveView | null> {
  const check = await tx.reserveCheck.findFirst({ orderBy: { at: 'desc' } })
  return check === null ? null : { ...check, at: check.at.getTime(), block: Number(check.block) }
}

async function readPeriods(tx: Tx, genesis: Instant, now: Instant): Promise<readonly PeriodView[]> {
  const [periods, counts, corrections, intents] = await Promise.all([
    tx.period.findMany(),
    countOpen(tx),
    tx.correction.groupBy({ by: 'period', _sum: { amount: true } }),
    tx.chainIntent.findMany({
      where: { state: 'settled', kind: { in: ['open', 'fund', 'close', 'expire'] } },
      orderBy: { id: 'asc' },
      select: { kind: true, period: true, txHash: true },
    }),
  ])
  return Array.from({ length: LAST_PERIOD }, (_, index) => {
    const number = index + 1
    const row = periods.find((period) => period.number === number)
    const counted = counts.find(({ period }) => period === number)
    const rest = row?.burned ?? counted?.rest ?? 0n
    const endsAt = periodEnd(genesis, number)
    return {
      number,
      state: stateOf(row?.closedAt ?? null, periodStart(genesis, number), endsAt, now),
      startsAt: periodStart(genesis, number),
      endsAt,
      closesAt: endsAt + CLOSE_AFTER_MS,
      multiplier: Number(multiplierOf(number)),
      release: releaseOf(number),
      granted: row === undefined ? 0n : row.release - rest,
      grants: row?.grants ?? counted?.grants ?? 0,
      unfunded: row?.unfunded ?? counted?.unfunded ?? 0,
      burned: row?.burned ?? null,
      corrected: corrections.find(({ period }) => period === number)?._sum.amount ?? 0n,
      statementRoot: row?.statementRoot == null ? null : `0x${Buffer.from(row.statementRoot).toString('hex')}`,
      transactions: intents
        .filter(({ period, txHash }) => txHash !== null && period === number)
        .map(({ kind, txHash }) => ({ name: kind, hash: txHash! })),
    }
  })
}

interface OpenPeriod {
  readonly period: number
  /** Of its release: not granted, burned already or still there. */
  readonly rest: bigint
  readonly grants: number
  readonly unfunded: number
}

/** Of the one or two periods that are not closed; what a closed one had is kept with it. */
async function countOpen(tx: Tx): Promise<readonly OpenPeriod[]> {
  return tx.$queryRaw(Prisma.sql`
    SELECT p.number AS period,
           coalesce((SELECT balance FROM account WHERE name = 'period:' || p.number), 0)
         + coalesce((SELECT amount FROM transfer WHERE id = 'burn:' || p.number), 0) AS rest,
           (SELECT count(*)::int FROM reward r WHERE r.period = p.number AND r.status = 'granted') AS grants,
           (SELECT count(*)::int FROM reward r WHERE r.period = p.number AND r.status = 'unfunded')
         + (SELECT count(*)::int FROM reward r WHERE r.carried_from = p.number) AS unfunded
    FROM period p WHERE p.closed_at IS NULL`)
}

function stateOf(closedAt: Date | null, startsAt: Instant, endsAt: Instant, now: Instant): PeriodState {
  if (closedAt !== null) return 'closed'
  if (now < startsAt) return 'future'
  return now < endsAt ? 'open' : 'draft'
}

function kindOf(text: string): TransferKind {
  const kind = TRANSFER_KINDS.find((known) => known === text)
  if (kind === undefined) throw new Error(`a transfer has the unknown kind ${text}`)
  return kind
}
