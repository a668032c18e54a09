import type { Picture } from '../../core/shared/chart.ts'
import type { Rendering } from './render-message.ts'

/** One message of the page: what led to it, and how it looks. */
export interface Entry {
  readonly chapter: string
  readonly heading: string
  readonly tone: string
  readonly code: string | undefined
  readonly renderings: readonly Rendering[]
}

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** One page that a person reads through: each message in both languages, as Discord's text (left) and as Telegram shows it (right). */
export function messagesPage(entries: readonly Entry[]): string {
  const chapters = [...new Set(entries.map(({ chapter }) => chapter))]
  const links = chapters.map((chapter) => `<a href="#${escape(chapter)}">${escape(chapter)}</a>`).join(' · ')
  const sections = chapters.map((chapter) => {
    const own = entries.filter((entry) => entry.chapter === chapter)
    return `<section id="${escape(chapter)}"><h2>${escape(chapter)} (${own.length})</h2>${own.map(entryHtml).join('')}</section>`
  })
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Every message of WePoS</title><style>${STYLE}</style>
<h1>Every message of WePoS</h1><p>${entries.length} messages, each in English and Chinese, for Discord and for Telegram. ${links}</p>${sections.join('')}</html>`
}

function entryHtml({ heading, tone, code, renderings }: Entry): string {
  const cells = renderings.map(
    ({ language, discord, telegram, picture, buttons, problems }) => `<div class="pair" lang="${language}">
<div class="discord"><div class="card ${tone}">${textsOf(discord).map(discordHtml).join('')}${pictureHtml(picture)}${buttonsHtml(buttons)}</div></div>
<div class="telegram">${telegram.map((html, index) => `<div class="bubble">${index === 0 ? pictureHtml(picture) : ''}${html}</div>`).join('')}${buttonsHtml(buttons)}</div>
${problems.map((problem) => `<p class="problem">${escape(problem)}</p>`).join('')}</div>`,
  )
  const tag = code === undefined ? '' : ` <small>${escape(code)}</small>`
  return `<article data-heading="${escape(heading).replaceAll('"', '&quot;')}"><h3>${escape(heading)}${tag}</h3>${cells.join('')}</article>`
}

const pictureHtml = (picture: Picture | undefined) =>
  picture === undefined
    ? ''
    : `<img alt="${escape(picture.alt).replaceAll('"', '&quot;')}" src="data:image/png;base64,${Buffer.from(picture.data).toString('base64')}">`

const buttonsHtml = (labels: readonly string[]) =>
  labels.length === 0 ? '' : `<div class="buttons">${labels.map((label) => `<span>${escape(label)}</span>`).join('')}</div>`

/** Contents of the text displays, in order. */
function textsOf(components: unknown): string[] {
  if (!Array.isArray(components)) return []
  return components.flatMap((component: { content?: string; components?: unknown }) =>
    component.content === undefined ? textsOf(component.components) : [component.content],
  )
}

/** The little of Discord's markdown that our messages use. */
function discordHtml(content: string): string {
  const fences = content.split('```')
  return fences
    .map((part) => part.replace(/^\n|\n$/g, ''))
    .map((part, index) => (index % 2 === 1 ? `<pre>${escape(part)}</pre>` : part === '' ? '' : part.split('\n').map(lineHtml).join('')))
    .join('')
}

function lineHtml(line: string): string {
  if (line === '') return '<p></p>'
  const [tag, text] = line.startsWith('### ') ? ['h4', line.slice(4)] : line.startsWith('-# ') ? ['small', line.slice(3)] : ['p', line]
  const shown = escape(text)
    .replaceAll(
      /&lt;t:(\d+):f&gt;/g,
      (_all, seconds: string) => `<time>${new Date(Number(seconds) * 1_000).toISOString().slice(0, 16).replace('T', ' ')}</time>`,
    )
    .replaceAll(/\*\*(.+?)\*\*/g, '<b>$1</b>')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\\(?=[\\*_~`|&@[:#+.-])/g, '')
  return `<${tag}>${shown}</${tag}>`
}

/** Our own letters, where the machine that shows the page has none; beside `data/messages`, where the page is written. */
const FONTS = '../../adapters/charts/fonts'
const STYLE = `@font-face{font-family:"Noto Sans";src:url(${FONTS}/NotoSans.subset.ttf)}@font-face{font-family:"Noto Sans SC";src:url(${FONTS}/NotoSansSC-Regular.subset.ttf)}@font-face{font-family:"Noto Emoji";src:url(${FONTS}/NotoEmoji.subset.ttf)}
body{font:15px/1.45 "Noto Sans","Noto Sans SC","Noto Emoji",sans-serif;max-width:1500px;margin:2rem auto;padding:0 1rem;color:#1d2330;background:#f6f7f9}
article{margin:1.2rem 0;border-top:1px solid #d9dde4;padding-top:.6rem}h3{font:600 14px ui-monospace,monospace;margin:.2rem 0 .6rem}h3 small{color:#8a5a00}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin-bottom:.7rem;align-items:start}.pair>*{min-width:0}
.discord,.telegram{padding:.9rem;border-radius:8px}.discord{background:#313338}.telegram{background:#c9dbe6}
.card{max-width:560px;box-sizing:border-box;background:#2b2d31;color:#dbdee1;border:1px solid #3f4147;border-left:4px solid #3b7dd8;border-radius:6px;padding:.7rem 1rem}.card.done{border-left-color:#2e9e5b}.card.refused{border-left-color:#d9931e}.card.fault{border-left-color:#c93c3c}
.card p,.card h4{margin:.15rem 0;overflow-wrap:anywhere}.card h4{font-size:17px}.card small{color:#949ba4;display:block}.card p:empty{height:.7rem}pre{font:13px/1.5 ui-monospace,"DejaVu Sans Mono","Noto Sans SC",monospace;white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0;background:#0001;padding:.3rem .5rem;border-radius:4px}.card pre{background:#1e1f22}.card code{background:#1e1f22;border-radius:3px;padding:0 .25rem}.card time{background:#3f4147;border-radius:3px;padding:0 .2rem}
img{display:block;width:100%;border-radius:8px;margin:.5rem 0}.bubble img{width:calc(100% + 1.4rem);margin:-.45rem -.7rem .45rem;border-radius:12px 12px 4px 4px}
.bubble{width:fit-content;max-width:460px;box-sizing:border-box;background:#fff;border-radius:14px 14px 14px 4px;padding:.45rem .7rem;white-space:pre-wrap;overflow-wrap:anywhere;box-shadow:0 1px 2px #0003;margin-bottom:.25rem}.bubble pre{margin:0}
.buttons span{display:inline-block;border-radius:8px;background:#4e5058;color:#fff;padding:.35rem .9rem;margin:.5rem .4rem 0 0;font-size:14px}.telegram .buttons{max-width:460px;display:grid;gap:.25rem}.telegram .buttons span{margin:0;text-align:center;background:#5f7f93cc}
.problem{grid-column:1/-1;color:#b00020;font-weight:600}`
