import { z } from 'zod'
import type { Chart } from '../shared/chart.ts'
import { defineCommand, type Run } from '../shared/command.ts'
import { choiceField } from '../shared/field.ts'
import { done, refuse } from '../shared/refusal.ts'
import { attendanceChart, leaderboardChart, MOST_EVENTS, supplyChart } from './chart.rules.ts'
import type { ChartPort } from './chart.port.ts'
import { chartTexts } from './charts.texts.ts'

const { say } = chartTexts
const MEMBERS = 10

export const chartCommand = defineCommand({
  name: ['chart'],
  summary: say('summary'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({ kind: choiceField(say('kind'), ['supply', 'leaderboard', 'attendance']) }),
  async run({ now, port }: Run<ChartPort>, { kind }) {
    const chart: Chart | undefined =
      kind === 'supply'
        ? supplyChart(await port.periods(now))
        : kind === 'leaderboard'
          ? leaderboardChart(await port.leaderboard(MEMBERS))
          : attendanceChart(await port.attendance(now, MOST_EVENTS))
    if (chart === undefined)
      return refuse({ code: 'chart.nothing', kind: 'not_found', reason: say('nothing'), nextStep: say('nothingNext') })
    return done(chart)
  },
  // The words stand below the picture as well: they are what a terminal and a screen reader get.
  render: (chart) => ({ audience: 'public', tone: 'info', title: chart.title, lines: [chart.alt], chart }),
})
