import type { FastifyPluginCallbackZod } from 'fastify-type-provider-zod'
import { z } from 'zod'
import { CYCLE_NAMES, cycleOf, LAST_PERIOD, multiplierOf, periodEnd, periodStart, releaseOf } from '../../core/economy/release-schedule.ts'
import { TOTAL_SUPPLY } from '../../core/shared/amount.ts'
import { ProblemError, problems } from '../problem.ts'
import type { ServerApp } from '../server-app.ts'
import {
  amountJson,
  anyProblem,
  instantJson,
  leaderboardJson,
  LeaderboardJson,
  periodJson,
  PeriodJson,
  PeriodParams,
  rewardTableJson,
  RewardTableJson,
  ScheduleJson,
  supplyJson,
  SupplyJson,
} from './schemas.ts'

const DeploymentJson = z
  .object({
    chainId: z.int(),
    token: z.string(),
    emission: z.string(),
    vault: z.string(),
    pool: z.string(),
    ecoFund: z.string(),
    anchors: z.string(),
    timelock: z.string(),
  })
  .meta({ id: 'Deployment', description: 'Addresses of the contracts.' })

/** What anybody may read of the economy (spec 10, "Server"). */
export function economyRoutes(app: ServerApp): FastifyPluginCallbackZod {
  return (server, _options, ready) => {
    const tags = ['economy']

    server.get(
      '/supply',
      {
        schema: {
          tags,
          operationId: 'getSupply',
          summary: 'Where all 100 million PoS are now',
          response: { 200: SupplyJson, default: anyProblem },
        },
      },
      async (_request, reply) => {
        reply.header('cache-control', 'no-cache')
        return supplyJson(await app.reads.supply(app.now()), TOTAL_SUPPLY)
      },
    )

    server.get(
      '/schedule',
      {
        schema: {
          tags,
          operationId: 'getSchedule',
          summary: 'The fixed release schedule: 13 periods',
          response: { 200: z.array(ScheduleJson), default: anyProblem },
        },
      },
      async () => {
        const { genesis } = await app.reads.supply(app.now())
        return Array.from({ length: LAST_PERIOD }, (_, index) => index + 1).map((period) => ({
          period,
          cycle: cycleOf(period),
          name: CYCLE_NAMES[cycleOf(period)]!,
          multiplier: Number(multiplierOf(period)),
          release: amountJson(releaseOf(period)),
          startsAt: instantJson(periodStart(genesis, period)),
          endsAt: instantJson(periodEnd(genesis, period)),
        }))
      },
    )

    server.get(
      '/periods',
      {
        schema: {
          tags,
          operationId: 'getPeriods',
          summary: 'All periods, future ones included',
          response: { 200: z.array(PeriodJson), default: anyProblem },
        },
      },
      async (_request, reply) => {
        reply.header('cache-control', 'no-cache')
        return (await app.reads.periods(app.now())).map(periodJson)
      },
    )

    server.get(
      '/periods/:number',
      {
        schema: {
          tags,
          operationId: 'getPeriod',
          summary: 'One period',
          params: PeriodParams,
          response: { 200: PeriodJson, default: anyProblem },
        },
      },
      async (request, reply) => {
        const period = (await app.reads.periods(app.now())).find(({ number }) => number === request.params.number)
        if (period === undefined) throw new ProblemError(problems.periodUnknown())
        reply.header('cache-control', 'no-cache')
        return periodJson(period)
      },
    )

    server.get(
      '/rewards',
      {
        schema: {
          tags,
          operationId: 'getRewards',
          summary: 'What every kind of contribution pays, as base and with the multiplier of now',
          response: { 200: RewardTableJson, default: anyProblem },
        },
      },
      async (_request, reply) => {
        reply.header('cache-control', 'no-cache')
        return rewardTableJson(await app.reads.rewards(app.now()))
      },
    )

    server.get(
      '/leaderboard',
      {
        schema: {
          tags,
          operationId: 'getLeaderboard',
          summary: 'Members who earned most; those who hide are left out',
          querystring: z.object({ limit: z.coerce.number().int().min(1).max(100).default(20) }),
          response: { 200: z.array(LeaderboardJson), default: anyProblem },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-cache')
        return (await app.reads.leaderboard(request.query.limit)).map(leaderboardJson)
      },
    )

    server.get(
      '/deployment',
      {
        schema: {
          tags,
          operationId: 'getDeployment',
          summary: 'The contracts on chain, null while there are none',
          response: { 200: DeploymentJson.nullable(), default: anyProblem },
        },
      },
      async () => app.deployment ?? null,
    )
    ready()
  }
}
