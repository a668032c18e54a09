import { expect, test } from 'vitest'
import type { Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { defineTexts, type Text } from '../../core/shared/text.ts'
import { createSpeak } from '../../adapters/speak.ts'
import { SERVER_CATALOGUES } from '../catalogues.ts'
import { commandsOf } from './command-links.ts'
import { html } from './html.ts'
import { sayHtml, sayPlain, type Reader } from './reader.ts'
import { renderReply } from './render-reply.ts'

const markup = defineTexts(
  'markup',
  {
    usage: 'Usage: <title> & {{name}} at {{at}}',
    steps: 'Send form list, or hold status. The supply is large; submission show {{code}} tells more.',
    alone: 'supply shows it; ask {{name}}. campaign propose with campaign:{{campaign}} changes it until {{at}}.',
  },
  {
    usage: '用法：<标题> & {{name}} {{at}}',
    steps: '发送 form list，或 hold status。submission show {{code}} 可查看。',
    alone: '发送 supply 查看，问 {{name}}。campaign propose 加 campaign:{{campaign}} 可修改，{{at}} 前。',
  },
)
const COMMANDS = ['form list', 'hold status', 'submission show', 'campaign propose', 'supply'].map((name) => ({ name: name.split(' ') }))
const speak = createSpeak([sharedTexts.catalogue, markup.catalogue, ...SERVER_CATALOGUES])
const reader: Reader = {
  language: 'en',
  address: '/',
  origin: 'http://localhost',
  hasSandbox: true,
  isReviewer: false,
  commands: commandsOf(COMMANDS),
  say: (value) => sayHtml(speak, value, 'en'),
  plain: (value) => sayPlain(speak, value, 'en'),
  step: (value) => sayHtml(speak, value, 'en'),
}
const plain = (text: string) => sharedTexts.say('plain', { text })
const rendered = (reply: Partial<Reply>) =>
  renderReply(reader, speak, { reply: { audience: 'private', tone: 'info', lines: [], ...reply }, language: 'zh' }).text

const NASTY = `<img src=x onerror=alert(1)> "quoted" 'single' & {{name}} \u{E000}1\u{E001}`
const SHOWN = '&lt;img src=x onerror=alert(1)&gt; &quot;quoted&quot; &#39;single&#39; &amp; {{name}} 1'

test('every part of a reply is escaped', () => {
  const text = rendered({
    title: plain(NASTY),
    lines: [plain(NASTY)],
    fields: [{ label: plain(NASTY), value: NASTY }],
    table: { header: [plain(NASTY)], rows: [[NASTY]] },
    buttons: [{ label: plain(NASTY), command: 'x', input: {}, allowed: 'owner', token: '"><script>' } as never],
    code: '<code>',
  })
  expect(text.split(SHOWN).length - 1).toBe(7)
  expect(text).not.toMatch(/<img|<script|\u{E000}/u)
  expect(text).toContain('value="&quot;&gt;&lt;script&gt;"')
  expect(rendered({ verbatim: `  ${NASTY}\n` })).toContain('<code>  &lt;img src=x onerror=alert(1)&gt;')
})

test('a sentence of ours may hold signs of markup too, and an instant stays an element', () => {
  const text = rendered({ lines: [markup.say('usage', { name: '<b>', at: { at: Date.UTC(2027, 1, 3, 18) } })] })
  expect(text).toContain('用法：&lt;标题&gt; &amp; &lt;b&gt; <time datetime="2027-02-03T18:00:00Z">2027年2月3日 18:00 UTC</time>')
})

test('a file is a link that holds it, of a harmless type and a name that cannot break out', () => {
  const text = rendered({ file: { name: '"x".csv', mediaType: 'text/html"><script>', content: '名字,1\n' } })
  expect(text).toContain('download="&quot;x&quot;.csv"')
  const [, type, data] = /href="data:([^;]+);base64,([^"]+)"/.exec(text)!
  expect(type).toBe('application/octet-stream')
  expect(Buffer.from(data!, 'base64').toString('utf8')).toBe('名字,1\n')
})

test('buttons without a token are not shown, and far too much is cut and says so', () => {
  expect(rendered({ buttons: [{ label: plain('x'), command: 'x', input: {}, allowed: 'owner' }] })).not.toContain('<button')
  const many = rendered({ lines: Array.from({ length: 700 }, (_, index) => plain(`line ${index}`)) })
  expect(many).toContain('line 499')
  expect(many).not.toContain('line 500')
  expect(many).toContain('… + 200')
})

test('the template escapes everything but markup, and shows nothing for nothing', () => {
  expect(html`<p title="${'"<>'}">${['a&', html`<b>${1}</b>`, false, undefined]}</p>`.text).toBe(
    '<p title="&quot;&lt;&gt;">a&amp;<b>1</b></p>',
  )
})

test('a step that has a page leads there, any other command is one for the chat, and no value is taken for a step', () => {
  const linked = (line: Text, language: 'en' | 'zh') =>
    renderReply(reader, speak, { reply: { audience: 'private', tone: 'refused', lines: [line] }, language }, reader.commands).text
  const code = 'SUB-12'
  const chat = { en: '<code>hold status</code> (in the chat)', zh: '<code>hold status</code>（在聊天中）' }
  expect(linked(markup.say('steps', { code }), 'en')).toContain(
    `Send <a href="/forms">form list</a>, or ${chat.en}. The supply is large; <a href="/submissions/12">submission show SUB-12</a> tells more.`,
  )
  expect(linked(markup.say('steps', { code: '<b> form list' }), 'zh')).toContain(
    `发送 <a href="/forms">form list</a>，或 ${chat.zh}。<a href="/submissions">submission show &lt;b&gt; form list</a> 可查看。`,
  )
  const values = { name: 'form list, hold status \u{E003}', campaign: 'CMP-3', at: { at: Date.UTC(2027, 1, 3, 18) } }
  for (const [language, supply] of [
    ['en', '>supply</a> shows it; ask '],
    ['zh', '>supply</a> 查看，问 '],
  ] as const) {
    const text = linked(markup.say('alone', values), language)
    expect(text).toContain(`<a href="/"${supply}form list, hold status `)
    expect(text).toMatch(/<a href="\/campaigns\/3\/edit">campaign propose (?:with|加) campaign:CMP-3<\/a>/)
    expect(text).toContain('<time datetime="2027-02-03T18:00:00Z">')
    expect(text).not.toMatch(/[\u{E000}-\u{E003}]/u)
  }
  expect(rendered({ lines: [markup.say('steps', { code })] })).not.toContain('<a ')
})
