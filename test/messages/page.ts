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
    ({ language, discord, telegram, buttons, problems }) => `<div class="pair" lang="${language}">
<div class="discord ${tone}">${textsOf(discord).map(discordHtml).join('')}${buttonsHtml(buttons)}</div>
<div class="telegram">${telegram.map((html) => `<div class="bubble">${html}</div>`).join('')}${buttonsHtml(buttons)}</div>
${problems.map((problem) => `<p class="problem">${escape(problem)}</p>`).join('')}</div>`,
  )
  const tag = code === undefined ? '' : ` <small>${escape(code)}</small>`
  return `<article><h3>${escape(heading)}${tag}</h3>${cells.join('')}</article>`
}

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
    .map((part, index) =>
      index % 2 === 1 ? `<pre>${escape(part.replace(/^\n|\n$/g, ''))}</pre>` : part.split('\n').map(lineHtml).join(''),
    )
    .join('')
}

function lineHtml(line: string): string {
  if (line === '') return ''
  const [tag, text] = line.startsWith('### ') ? ['h4', line.slice(4)] : line.startsWith('-# ') ? ['small', line.slice(3)] : ['p', line]
  const shown = escape(text)
    .replaceAll(
      /&lt;t:(\d+):f&gt;/g,
      (_all, seconds: string) => `<time>${new Date(Number(seconds) * 1_000).toISOString().slice(0, 16).replace('T', ' ')}</time>`,
    )
    .replaceAll(/\*\*(.+?)\*\*/g, '<b>$1</b>')
    .replaceAll(/`([^`]+)`/g, '<code>$1</code>')
    .replaceAll(/\\(?=[\\*_~`|&@[:#+-])/g, '')
  return `<${tag}>${shown}</${tag}>`
}

const STYLE = `body{font:15px/1.45 system-ui,"Noto Sans SC",sans-serif;max-width:1500px;margin:2rem auto;padding:0 1rem;color:#1d2330;background:#f6f7f9}
article{margin:1.2rem 0;border-top:1px solid #d9dde4;padding-top:.6rem}h3{font:600 14px ui-monospace,monospace;margin:.2rem 0 .6rem}h3 small{color:#8a5a00}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:1rem;margin-bottom:.7rem}.pair>*{min-width:0}
.discord{background:#2b2d31;color:#dbdee1;border-left:4px solid #3b7dd8;border-radius:6px;padding:.6rem .9rem}.discord.done{border-color:#2e9e5b}.discord.refused{border-color:#d9931e}.discord.fault{border-color:#c93c3c}
.discord p,.discord h4{margin:.15rem 0}.discord h4{font-size:17px}.discord small{color:#949ba4;display:block}pre{white-space:pre-wrap;overflow-wrap:anywhere;margin:.3rem 0;background:#0001;padding:.3rem .5rem;border-radius:4px}.discord pre{background:#1e1f22}
.bubble{background:#fff;border-radius:12px;padding:.6rem .9rem;white-space:pre-wrap;overflow-wrap:anywhere;box-shadow:0 1px 2px #0002;margin-bottom:.4rem}
.buttons span{display:inline-block;border-radius:5px;background:#4e5058;color:#fff;padding:.25rem .7rem;margin:.3rem .3rem 0 0;font-size:13px}.telegram .buttons span{background:#dcebfa;color:#1a5fa8}
.problem{grid-column:1/-1;color:#b00020;font-weight:600}`
