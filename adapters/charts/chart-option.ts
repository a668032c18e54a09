import type { EChartsCoreOption } from 'echarts/core'
import type { ChartTone } from '../../core/shared/chart.ts'
import type { Language } from '../../core/shared/text.ts'

/** A chart whose words are spoken and whose numbers are what a drawing needs: what travels to the thread that draws. */
export interface DrawRequest {
  readonly kind: 'columns' | 'bars'
  readonly language: Language
  readonly title: string
  readonly categories: readonly string[]
  readonly series: readonly { readonly name: string; readonly tone: ChartTone; readonly values: readonly (number | null)[] }[]
  /** Said of every value beside a bar, such as `PoS`; empty for counts. */
  readonly unit: string
}

export const WIDTH = 1_200
export const HEIGHT = 675
/** Families in the order in which a sign is looked for; the renderer takes the first that has it. */
export const FAMILIES = ['Noto Sans', 'Noto Sans SC', 'Noto Emoji'] as const

const FONT = FAMILIES.join(', ')
const INK = '#1d2622'
const SOFT = '#59645d'
const LINE = '#e2ddd0'
const PAPER = '#fbfaf6'
/** Told apart by lightness too, for eyes that see few colours. */
const FILL: Readonly<Record<ChartTone, string>> = { granted: '#17694f', burned: '#c2562b', open: '#8fc4ab', future: '#ddd7c9' }
const TITLE_SIZE = 34
const TEXT_SIZE = 24
const EDGE = 40

/** The drawing as ECharts takes it. Letters are large: a phone shows the picture at a third of its width. */
export function chartOption({ kind, language, title, categories, series, unit }: DrawRequest): EChartsCoreOption {
  const compact = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-US', { notation: 'compact', maximumFractionDigits: 1 })
  const whole = new Intl.NumberFormat(language === 'zh' ? 'zh-CN' : 'en-US', { maximumFractionDigits: 2 })
  const text = { fontFamily: FONT, fontSize: TEXT_SIZE, color: SOFT }
  const hasLegend = series.length > 1
  const category = {
    type: 'category',
    data: categories,
    axisLine: { lineStyle: { color: LINE } },
    axisTick: { show: false },
    axisLabel: { ...text, interval: 0, hideOverlap: true, ...(kind === 'bars' ? { color: INK } : {}) },
  }
  const value = {
    type: 'value',
    splitNumber: 4,
    minInterval: 1,
    splitLine: { lineStyle: { color: LINE } },
    axisLabel: { ...text, show: kind === 'columns', formatter: (amount: number) => compact.format(amount) },
  }
  const label = {
    show: kind === 'bars',
    position: 'right',
    ...text,
    color: INK,
    formatter: ({ value: amount }: { value: number }) => `${whole.format(amount)}${unit === '' ? '' : ` ${unit}`}`,
  }
  return {
    animation: false,
    backgroundColor: PAPER,
    textStyle: text,
    title: { text: title, left: EDGE, top: 28, textStyle: { fontFamily: FONT, fontSize: TITLE_SIZE, fontWeight: 'normal', color: INK } },
    legend: {
      show: hasLegend,
      left: EDGE,
      top: 92,
      itemGap: 32,
      itemWidth: 26,
      itemHeight: 18,
      textStyle: { ...text, color: INK },
    },
    grid: {
      left: EDGE,
      right: kind === 'bars' ? 240 : EDGE,
      top: hasLegend ? 150 : 110,
      bottom: 30,
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    xAxis: kind === 'columns' ? category : value,
    // The first category stands on top.
    yAxis: kind === 'columns' ? value : { ...category, inverse: true },
    series: series.map(({ name, tone, values }) => ({
      name,
      type: 'bar',
      ...(kind === 'columns' ? { stack: 'all' } : {}),
      barWidth: '62%',
      itemStyle: { color: FILL[tone] },
      label,
      data: values,
    })),
  }
}
