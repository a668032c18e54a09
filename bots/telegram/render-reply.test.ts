import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { createSpeak } from '../../adapters/speak.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { Reply } from '../../core/shared/reply.ts'
import type { TextValue } from '../../core/shared/text.ts'
import { parseHtml } from '../../test/support/telegram/parse-html.ts'
import { renderReply, type RenderedReply } from './render-reply.ts'
import { telegramTexts } from './telegram.texts.ts'

const speak = createSpeak([sharedTexts.catalogue, telegramTexts.catalogue])
const plain = (text: TextValue) => sharedTexts.say('plain', { text })
const render = (reply: Partial<Reply>, shape: 'one' | 'several' = 'several', language: 'en' | 'zh' = 'en'): RenderedReply =>
  renderReply(
    { reply: { audience: 'private', tone: 'info', lines: [], ...reply }, language, timeZone: 'Asia/Shanghai' },
    { speak, publicOrigin: 'https://pos.example.org', shape },
  )
const only = (reply: Partial<Reply>) => parseHtml(render(reply).texts[0])

describe('what a reply looks like', () => {
  it('marks the tone, sets the title bold, shows the code small', () => {
    const { text, entities } = only({ tone: 'refused', title: plain('No'), lines: [plain('a'), plain('b')], code: 'x.y' })
    expect(text).toBe('⚠️ No\na\nb\n\nx.y')
    expect(entities).toEqual([
      { type: 'bold', offset: 3, length: 2 },
      { type: 'code', offset: 11, length: 3 },
    ])
  })

  it('shows a picture in a single message where the words fit below it, and never on a card', () => {
    const shown = (reply: Partial<Reply>) =>
      renderReply(
        {
          reply: { audience: 'public', tone: 'info', lines: [], ...reply },
          language: 'en',
          timeZone: 'UTC',
          picture: { data: new Uint8Array(1), alt: 'bars' },
        },
        { speak, publicOrigin: 'https://pos.example.org', shape: 'one' },
      )
    const [short, long] = [{ lines: [plain('x'.repeat(1_024))] }, { lines: [plain('x'.repeat(1_025))] }]
    expect(shown(short)).toMatchObject({ fitsCaption: true, picture: new Uint8Array(1) })
    expect(shown(long)).not.toHaveProperty('picture')
    expect(shown({ ...short, card: 'EVT-1' })).not.toHaveProperty('picture')
  })

  it('writes fields, amounts and instants in the language and zone of the reader', () => {
    const fields = [
      { label: plain('时间'), value: { at: Date.UTC(2027, 1, 3, 18) } },
      { label: plain('数量'), value: 1_500_000_000n },
    ]
    expect(parseHtml(render({ fields }, 'several', 'zh').texts[0]).text).toBe('时间：2027-02-04 02:00 (Asia/Shanghai)\n数量：1.50 PoS')
  })

  it('lines a table up by the width of its characters', () => {
    const rows = [
      ['小明', 1_000_000_000n],
      ['Bob', 12_000_000_000n],
    ]
    const { text, entities } = only({ table: { header: [plain('Name'), plain('Won')], rows } })
    expect(text).toBe('Name     Won\n小明   1 PoS\nBob   12 PoS')
    expect(entities.map(({ type }) => type)).toEqual(['pre'])
  })

  it('writes a table that is too wide for a phone as lines', () => {
    const table = { header: [plain('Name'), plain('Text'), plain('N')], rows: [['A', 'x'.repeat(40), 7]] }
    expect(only({ table }).text).toBe(`• A — Text: ${'x'.repeat(40)} · N: 7`)
  })

  it('keeps links to our own pages that the product names, and to nothing else', () => {
    const page = 'https://pos.example.org/statements/3'
    const values = [page, page, 'https://evil.example/x', 'see evil.com', '@ann', '/balance', '#tag']
    const lines = values.map((value, index) => plain(index === 0 ? { page: value } : value))
    const shown = only({ lines }).text.split('\n')
    expect(shown[0]).toBe(page)
    expect(shown.slice(1).map((line) => line.includes('\u2060'))).toEqual([true, true, true, true, true, true])
    expect(shown.join('\n').replaceAll('\u2060', '')).toBe(values.join('\n'))
  })

  it('makes a link of nothing that a member writes, whatever it says', () => {
    const page = 'https://pos.example.org/wallet/link#token'
    const written = fc.oneof(
      fc.constantFrom(page, `<a href="${page}">x</a>`),
      fc.string({ maxLength: 40 }).map((end) => `${page}${end}`),
    )
    fc.assert(
      fc.property(written, (text) => {
        const links = only({ lines: [plain(text)] })
        expect(links.text).not.toContain('://')
        expect(links.entities).toEqual([])
      }),
    )
  })

  it('gives a long text to copy as a file, a short one as it is', () => {
    const verbatim = 'line\n'.repeat(1_000)
    expect(render({ verbatim })).toMatchObject({
      texts: ['… The text is in the file text.\u2060txt.'],
      files: [{ name: 'text.txt', content: verbatim }],
    })
    expect(render({ verbatim: ' a <b> & c' }).texts[0]).toBe('<pre><code> a &lt;b&gt; &amp; c</code></pre>')
  })

  it('makes file names harmless', () => {
    const file = { name: '../a"b\r\n.csv', mediaType: 'text/csv', content: 'x' }
    expect(render({ file }).files[0]?.name).toBe('.._a_b__.csv')
  })

  it('says how many lines and buttons have no place', () => {
    const lines = Array.from({ length: 9_000 }, (_, index) => plain(`Row ${index + 1}`))
    const { texts } = render({ lines })
    expect(texts).toHaveLength(3)
    const shown = texts.map((text) => parseHtml(text).text)
    const missing = Number(/… ([\d,]+) more lines/.exec(shown[2] ?? '')?.[1]?.replaceAll(',', ''))
    expect(
      shown
        .join('\n')
        .split('\n')
        .filter((line) => line.startsWith('Row')).length + missing,
    ).toBe(9_000)
    const buttons = Array.from({ length: 60 }, (_, index) => ({
      label: plain(`B${index}`),
      command: 'x',
      input: {},
      allowed: 'anyone' as const,
      token: `t${index}`,
    }))
    const many = render({ buttons })
    expect(many.keyboard?.inline_keyboard.flat()).toHaveLength(48)
    expect(many.texts[0]).toContain('… 12 more buttons')
  })
})

describe('any reply', () => {
  const word = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 60 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
    fc.constantFrom(
      '<b>',
      '</pre>',
      '&lt;',
      '&#60;',
      '&',
      '"',
      '\n',
      '\ud800',
      '\u202e',
      '字'.repeat(300),
      'x'.repeat(5_000),
      'a\n'.repeat(900),
    ),
  )
  const text = word.map(plain)
  const value = fc.oneof(
    word,
    fc.integer(),
    fc.bigInt({ min: 0n, max: 10n ** 17n }),
    fc.record({ at: fc.integer({ min: 0, max: 4e12 }) }),
    text,
  )
  const table = fc.integer({ min: 1, max: 4 }).chain((columns) => {
    const row = <T>(cell: fc.Arbitrary<T>) => fc.array(cell, { minLength: columns, maxLength: columns })
    return fc.record({ header: row(text), rows: fc.array(row(value), { maxLength: 60 }) })
  })
  const button = fc.record({
    label: text,
    command: fc.constant('x'),
    input: fc.constant({}),
    allowed: fc.constant('anyone' as const),
    token: fc.string({ unit: fc.constantFrom('a', 'b', '_'), minLength: 1, maxLength: 64 }),
  })
  const optional = <Value>(name: string, value: fc.Arbitrary<Value>) =>
    fc.option(value).map((given) => (given === null ? {} : { [name]: given }))
  const reply = fc
    .tuple(
      fc.record({ tone: fc.constantFrom('done', 'info', 'refused', 'fault'), lines: fc.array(text, { maxLength: 40 }) }),
      optional('title', text),
      optional('fields', fc.array(fc.record({ label: text, value }), { maxLength: 40 })),
      optional('table', table),
      optional('verbatim', word),
      optional('file', fc.record({ name: word, mediaType: fc.constant('text/plain'), content: word })),
      optional('buttons', fc.array(button, { maxLength: 120 })),
      optional('code', fc.constantFrom('a.b', 'fault.database')),
    )
    .map((parts) => Object.assign({}, ...parts) as Partial<Reply>)

  it('fits the limits of the platform and is HTML that it reads', () => {
    fc.assert(
      fc.property(reply, fc.constantFrom('one' as const, 'several' as const), (given, shape) => {
        const { texts, files, keyboard, fitsCaption } = render(given, shape)
        expect(texts.length).toBeLessThanOrEqual(shape === 'one' ? 1 : 3)
        for (const html of texts) {
          const shown = parseHtml(html).text
          expect(shown.trim()).not.toBe('')
          expect(shown.length).toBeLessThanOrEqual(4_096)
          expect(html.isWellFormed()).toBe(true)
        }
        expect(fitsCaption ? parseHtml(texts[0]).text.length : 0).toBeLessThanOrEqual(1_024)
        expect(files.length).toBeLessThanOrEqual(shape === 'one' ? 0 : 2)
        for (const { name } of files) expect(name).toMatch(/^[^\p{Cc}"\\/]{1,80}$/u)
        const rows = keyboard?.inline_keyboard ?? []
        expect(rows.flat().length).toBeLessThanOrEqual(100)
        for (const row of rows) expect(row.length).toBeLessThanOrEqual(8)
        for (const each of rows.flat()) expect(each.text.trim()).not.toBe('')
      }),
      { numRuns: 400 },
    )
  })

  it('shows every word of a user as that word: what is written is what is read', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (typed) => {
        const shown = only({ lines: [plain(`[${typed}]`)] }).text.replaceAll('\u2060', '')
        expect(shown).toBe(`[${typed.replaceAll('\u2060', '')}]`)
      }),
      { numRuns: 300 },
    )
  })
})
