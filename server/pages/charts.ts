import type { ECharts, EChartsCoreOption } from 'echarts/core'
import type { Amount } from '../../core/shared/amount.ts'
import type { PeriodView, SupplyView } from '../../core/economy/economy.types.ts'
import type { Language, Text } from '../../core/shared/text.ts'
import { pageTexts } from './page.texts.ts'

const { say } = pageTexts

export const CHARTS = ['periods', 'totals'] as const
export const THEMES = ['light', 'dark'] as const
export const SIZES = ['wide', 'narrow'] as const
/** One drawing: what, in which language, for which background and width. */
export interface ChartKind {
  readonly name: (typeof CHARTS)[number]
  readonly language: Language
  readonly theme: (typeof THEMES)[number]
  readonly size: (typeof SIZES)[number]
}
export interface ChartData {
  readonly supply: SupplyView
  readonly periods: readonly PeriodView[]
}

// The colours of the style sheet, which a picture cannot see.
const PALETTE = {
  light: {
    ink: '#1d2622',
    soft: '#59645d',
    line: '#e2ddd0',
    granted: '#17694f',
    open: '#8fc4ab',
    burned: '#b4532a',
    future: '#ddd7c9',
    pool: '#b08a1e',
  },
  dark: {
    ink: '#e8ebe5',
    soft: '#a3ada6',
    line: '#2c3531',
    granted: '#4fb18c',
    open: '#2f6a55',
    burned: '#e0875c',
    future: '#333c38',
    pool: '#d9b64f',
  },
} as const
const SHAPE = { wide: { width: 960, height: 380, text: 13 }, narrow: { width: 400, height: 340, text: 13 } } as const
// Without quotation marks: the drawing puts it into an attribute as it is.
const FONT = 'system-ui, -apple-system, Segoe UI, PingFang SC, Noto Sans SC, Noto Sans CJK SC, Microsoft YaHei, sans-serif'

/** Draws a chart as SVG text. `speak` says its labels. */
export async function drawChart(kind: ChartKind, data: ChartData, speak: (text: Text) => string): Promise<string> {
  const init = await loadEcharts()
  const { width, height } = SHAPE[kind.size]
  const chart: ECharts = init(null, null, { renderer: 'svg', ssr: true, width, height })
  try {
    chart.setOption(kind.name === 'periods' ? periodsOption(kind, data, speak) : totalsOption(kind, data, speak))
    return chart.renderToSVGString()
  } finally {
    chart.dispose()
  }
}

/** Loaded at the first drawing: half a second that a start does not have to wait for. */
async function loadEcharts() {
  const [core, { BarChart, LineChart, ScatterChart }, { GridComponent, LegendComponent }, { SVGRenderer }] = await Promise.all([
    import('echarts/core'),
    import('echarts/charts'),
    import('echarts/components'),
    import('echarts/renderers'),
  ])
  core.use([BarChart, LineChart, ScatterChart, GridComponent, LegendComponent, SVGRenderer])
  return core.init
}

function periodsOption(kind: ChartKind, { periods }: ChartData, speak: (text: Text) => string): EChartsCoreOption {
  const color = PALETTE[kind.theme]
  const bar = (name: string, fill: string, amounts: readonly Amount[], edge = 0) => ({
    name,
    type: 'bar',
    stack: 'release',
    barWidth: '62%',
    // Pale fills are told from the background by their edge.
    itemStyle: { color: fill, borderColor: color.soft, borderWidth: edge },
    data: amounts.map((amount) => (amount === 0n ? null : forDrawing(amount))),
  })
  return {
    ...frame(kind, periods),
    series: [
      bar(
        speak(say('granted')),
        color.granted,
        periods.map(({ granted }) => granted),
      ),
      bar(
        speak(say('burned')),
        color.burned,
        periods.map(({ burned }) => burned ?? 0n),
      ),
      bar(
        speak(say('grantable')),
        color.open,
        periods.map((period) => (isRunning(period) ? period.release - period.granted : 0n)),
        1,
      ),
      bar(
        speak(say('scheduled')),
        color.future,
        periods.map(({ state, release }) => (state === 'future' ? release : 0n)),
        1,
      ),
    ],
  }
}

function totalsOption(kind: ChartKind, { supply, periods }: ChartData, speak: (text: Text) => string): EChartsCoreOption {
  const color = PALETTE[kind.theme]
  const totals = runningTotals(periods)
  const today = totals.length - 1
  const line = (name: string, stroke: string, amounts: readonly Amount[], dashed = false) => ({
    name,
    type: 'line',
    symbol: 'circle',
    symbolSize: 6,
    lineStyle: { width: 2.5, color: stroke, type: dashed ? 'dashed' : 'solid' },
    itemStyle: { color: stroke },
    data: amounts.map(forDrawing),
  })
  const point = (name: string, fill: string, symbol: string, amount: Amount) => ({
    name,
    type: 'scatter',
    symbol,
    symbolSize: 13,
    itemStyle: { color: fill, borderColor: color.ink, borderWidth: 1 },
    data: [[Math.max(0, today), forDrawing(amount)]],
  })
  return {
    ...frame(kind, periods),
    series: [
      line(
        speak(say('releasedTotal')),
        color.soft,
        totals.map(({ released }) => released),
        true,
      ),
      line(
        speak(say('grantedTotal')),
        color.granted,
        totals.map(({ granted }) => granted),
      ),
      line(
        speak(say('burnedTotal')),
        color.burned,
        totals.map(({ burned }) => burned),
      ),
      point(speak(say('circulatingToday')), color.open, 'diamond', supply.circulating),
      point(speak(say('poolToday')), color.pool, 'rect', supply.pool),
    ],
  }
}

/** What was released, granted and burned up to each period that has begun, in order. */
export function runningTotals(
  periods: readonly PeriodView[],
): readonly { number: number; released: Amount; granted: Amount; burned: Amount }[] {
  let [released, granted, burned] = [0n, 0n, 0n]
  return periods
    .filter(({ state }) => state !== 'future')
    .map((period) => {
      released += period.release
      granted += period.granted
      burned += (period.burned ?? 0n) + period.corrected
      return { number: period.number, released, granted, burned }
    })
}

function isRunning({ state }: PeriodView): boolean {
  return state === 'open' || state === 'draft'
}

/** Axes, legend and letters that both charts share. */
function frame({ language, theme, size }: ChartKind, periods: readonly PeriodView[]): EChartsCoreOption {
  const color = PALETTE[theme]
  const { text } = SHAPE[size]
  const compact = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-US', { notation: 'compact', maximumFractionDigits: 1 })
  return {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: text, color: color.soft },
    grid: { left: language === 'zh' ? 64 : 48, right: 12, top: size === 'wide' ? 52 : 78, bottom: 30 },
    legend: {
      top: 0,
      left: 0,
      right: 0,
      itemGap: size === 'wide' ? 22 : 12,
      itemWidth: 14,
      itemHeight: 10,
      padding: 4,
      textStyle: { color: color.ink, fontSize: text, fontFamily: FONT },
    },
    xAxis: {
      type: 'category',
      data: periods.map(({ number }) => String(number)),
      axisLine: { lineStyle: { color: color.line } },
      axisTick: { show: false },
      axisLabel: { color: color.soft, fontSize: text, interval: 0 },
    },
    yAxis: {
      type: 'value',
      splitNumber: 4,
      splitLine: { lineStyle: { color: color.line } },
      axisLabel: { color: color.soft, fontSize: text, formatter: (value: number) => compact.format(value) },
    },
  }
}

/** Whole PoS as the number that a drawing needs; nothing is computed from it. */
function forDrawing(amount: Amount): number {
  return Number(amount / 1_000_000_000n)
}
