import { z } from 'zod'
import { exactAmount, type Amount } from '../../core/shared/amount.ts'
import type { PeriodView, SupplyView, LeaderboardRow } from '../../core/economy/economy.types.ts'
import { REWARD_KINDS, type RewardRange, type RewardTableView } from '../../core/economy/reward-table.rules.ts'
import type { Instant } from '../../core/shared/instant.ts'
import { LAST_PERIOD } from '../../core/economy/release-schedule.ts'

// The shapes of the public API: what is sent, what is checked and what /docs says are these objects and nothing else.

export const AmountJson = z
  .object({
    pos: z.string().regex(/^-?\d+(\.\d{1,9})?$/),
    nano: z.string().regex(/^-?\d{1,19}$/),
  })
  .meta({ id: 'Amount', description: 'Value: exact decimal text in PoS, and the same in nano. 1 PoS = 1,000,000,000 nano.' })
export const InstantJson = z.iso.datetime().meta({ id: 'Instant', description: 'UTC, with milliseconds.' })
export const HashJson = z.string().regex(/^0x[0-9a-f]{64}$/)

export const ProblemJson = z
  .object({
    type: z.string().meta({ description: 'Address of a page that explains the code.' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().optional(),
    code: z.string().meta({ description: 'Stable; for programs.' }),
    nextStep: z.string().meta({ description: 'What to do, in the language of Accept-Language.' }),
    instance: z.string().meta({ description: 'The id of this request, as in the header X-Request-Id and in our log.' }),
  })
  .meta({ id: 'Problem', description: 'Why a request was not answered (RFC 9457).' })
/** For every route: errors are of one shape. */
export const anyProblem = {
  description: 'The request was not answered.',
  content: { 'application/problem+json': { schema: ProblemJson } },
}

const ReserveJson = z
  .object({
    at: InstantJson,
    block: z.int(),
    vaultBalance: AmountJson,
    liabilities: AmountJson,
    fundingDue: AmountJson.meta({ description: 'Granted, but still to be funded into the vault within 48 hours.' }),
    ok: z.boolean(),
  })
  .meta({ id: 'Reserve', description: 'What the vault held on chain at a block against what it owes.' })

export const SupplyJson = z
  .object({
    at: InstantJson,
    genesis: InstantJson,
    currentPeriod: z.int().min(0).max(14).meta({ description: '0 before genesis, 14 after the last period.' }),
    total: AmountJson,
    released: AmountJson,
    granted: AmountJson,
    burned: AmountJson,
    pool: AmountJson,
    ecoFund: AmountJson,
    unreleased: AmountJson,
    grantable: AmountJson.meta({ description: 'Released in a period that is not closed and not granted yet.' }),
    circulating: AmountJson.meta({ description: 'members + leaving + chain' }),
    members: AmountJson,
    leaving: AmountJson,
    chain: AmountJson,
    reserve: ReserveJson.nullable(),
  })
  .meta({ id: 'Supply', description: 'Where all 100 million PoS are.' })

export const ScheduleJson = z
  .object({
    period: z.int(),
    cycle: z.int(),
    name: z.string(),
    multiplier: z.int(),
    release: AmountJson,
    startsAt: InstantJson,
    endsAt: InstantJson,
  })
  .meta({ id: 'ScheduledPeriod' })

export const PeriodJson = z
  .object({
    number: z.int(),
    state: z.enum(['future', 'open', 'draft', 'closed']),
    startsAt: InstantJson,
    endsAt: InstantJson,
    closesAt: InstantJson.meta({ description: '72 hours after the end: from then on it may be closed.' }),
    multiplier: z.int(),
    release: AmountJson,
    granted: AmountJson,
    grants: z.int(),
    unfunded: z.int().meta({ description: 'Rewards that found nothing left.' }),
    burned: AmountJson.nullable(),
    corrected: AmountJson.meta({ description: 'Taken back from what was granted, in lines of the statement; burned besides.' }),
    statementRoot: HashJson.nullable(),
    transactions: z.array(z.object({ name: z.string(), hash: z.string() })),
  })
  .meta({ id: 'Period' })

export const LeaderboardJson = z
  .object({ rank: z.int(), memberId: z.string(), name: z.string(), earned: AmountJson })
  .meta({ id: 'LeaderboardRow' })

const RewardRangeJson = z
  .object({ lowest: AmountJson, highest: AmountJson })
  .meta({ id: 'RewardRange', description: 'Lowest and highest are equal for a fixed reward; inside a range reviewers choose.' })

export const RewardTableJson = z
  .object({
    at: InstantJson,
    period: z.int().min(0).max(14).meta({ description: '0 before genesis, 14 after the last period.' }),
    multiplier: z.int(),
    rewards: z.array(
      z.object({
        kind: z.enum(REWARD_KINDS),
        base: RewardRangeJson.meta({ description: 'Before the multiplier.' }),
        paid: RewardRangeJson.nullable().meta({ description: 'For a contribution made now; null after the last period.' }),
        since: InstantJson.nullable().meta({ description: 'When it was set; null while the default holds.' }),
      }),
    ),
  })
  .meta({ id: 'RewardTable', description: 'What every kind of contribution pays. A change never reaches back.' })

export const PeriodParams = z.object({
  number: z.coerce
    .number()
    .int()
    .min(1)
    .max(LAST_PERIOD)
    .meta({ description: `1 to ${LAST_PERIOD}` }),
})

export function amountJson(amount: Amount): z.output<typeof AmountJson> {
  return { pos: exactAmount(amount), nano: amount.toString() }
}

export function instantJson(at: Instant): string {
  return new Date(at).toISOString()
}

export function periodJson(period: PeriodView): z.output<typeof PeriodJson> {
  return {
    ...period,
    startsAt: instantJson(period.startsAt),
    endsAt: instantJson(period.endsAt),
    closesAt: instantJson(period.closesAt),
    release: amountJson(period.release),
    granted: amountJson(period.granted),
    burned: period.burned === null ? null : amountJson(period.burned),
    corrected: amountJson(period.corrected),
    transactions: [...period.transactions],
  }
}

export function supplyJson(supply: SupplyView, total: Amount): z.output<typeof SupplyJson> {
  const { reserve } = supply
  return {
    at: instantJson(supply.at),
    genesis: instantJson(supply.genesis),
    currentPeriod: supply.currentPeriod,
    total: amountJson(total),
    released: amountJson(supply.released),
    granted: amountJson(supply.granted),
    burned: amountJson(supply.burned),
    pool: amountJson(supply.pool),
    ecoFund: amountJson(supply.ecoFund),
    unreleased: amountJson(supply.unreleased),
    grantable: amountJson(supply.grantable),
    circulating: amountJson(supply.circulating),
    members: amountJson(supply.members),
    leaving: amountJson(supply.leaving),
    chain: amountJson(supply.chain),
    reserve: reserve && {
      at: instantJson(reserve.at),
      block: reserve.block,
      vaultBalance: amountJson(reserve.vaultBalance),
      liabilities: amountJson(reserve.liabilities),
      fundingDue: amountJson(reserve.fundingDue),
      ok: reserve.ok,
    },
  }
}

export function leaderboardJson(row: LeaderboardRow): z.output<typeof LeaderboardJson> {
  return { ...row, earned: amountJson(row.earned) }
}

export function rewardTableJson({ at, period, multiplier, rewards }: RewardTableView): z.output<typeof RewardTableJson> {
  return {
    at: instantJson(at),
    period,
    multiplier,
    rewards: rewards.map(({ kind, base, paid, since }) => ({
      kind,
      base: rewardRangeJson(base),
      paid: paid && rewardRangeJson(paid),
      since: since === null ? null : instantJson(since),
    })),
  }
}

function rewardRangeJson({ lowest, highest }: RewardRange): z.output<typeof RewardRangeJson> {
  return { lowest: amountJson(lowest), highest: amountJson(highest) }
}
