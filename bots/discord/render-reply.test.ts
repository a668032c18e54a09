import fc from 'fast-check'
import { ComponentType, MessageFlags, type APIMessageTopLevelComponent } from 'discord.js'
import { describe, expect, test } from 'vitest'
import { discordDocument } from '../../test/support/discord/discord-document.ts'
import { messageProblems } from '../../test/support/discord/message-limits.ts'
import { readMarkdown } from '../../test/support/discord/read-markdown.ts'
import { createSpeak } from '../../adapters/speak.ts'
import type { Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import type { TextValue } from '../../core/shared/text.ts'
import { discordTexts } from './discord.texts.ts'
import { renderReply, type RenderedMessage } from './render-reply.ts'
import { columnsOf, renderTable } from './render-table.ts'

const speak = createSpeak([sharedTexts.catalogue, discordTexts.catalogue])
const plain = (text: string) => sharedTexts.say('plain', { text })
const document = discordDocument()

const word = fc.oneof(
  fc.string({ maxLength: 30 }),
  fc.string({ unit: 'grapheme', maxLength: 2_000 }),
  fc.constant('**`[<@1>\\'.repeat(400)),
  fc.constant(''),
)
const value: fc.Arbitrary<TextValue> = fc.oneof(
  word,
  fc.bigInt({ min: 0n, max: 10n ** 17n }),
  fc.integer(),
  fc.integer({ min: 0, max: 4e12 }).map((at) => ({ at })),
  word.map(plain),
)
const text = word.map(plain)
const some = <T>(arbitrary: fc.Arbitrary<T>, maxLength: number): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength, size: 'max' })
const button = fc.record({
  label: text,
  command: fc.constant('balance'),
  input: fc.constant({}),
  allowed: fc.constantFrom('owner' as const, 'anyone' as const),
  token: fc.uuid(),
})
const replies: fc.Arbitrary<Reply> = fc.record(
  {
    audience: fc.constantFrom('private' as const, 'public' as const),
    tone: fc.constantFrom('done' as const, 'info' as const, 'refused' as const, 'fault' as const),
    title: text,
    lines: some(text, 60),
    fields: some(fc.record({ label: text, value }), 40),
    table: fc.record({ header: fc.constant([plain('A'), plain('B')]), rows: some(fc.tuple(value, value), 60) }),
    verbatim: fc.oneof(word, fc.string({ maxLength: 6_000 }), fc.constantFrom('a```b', '\nx', 'x\n', '   ', '\r\n')),
    file: fc.record({ name: word, mediaType: fc.constant('text/csv'), content: word }),
    buttons: some(button, 60),
    code: fc.string({ maxLength: 200 }),
  },
  { requiredKeys: ['audience', 'tone', 'lines'] },
)

/** What Discord would refuse in a message: by the hand-written limits of the fake, and by Discord's own document where it is at hand. */
function problemsOf({ components, files }: RenderedMessage): unknown[] {
  const body = {
    components,
    flags: MessageFlags.IsComponentsV2,
    allowed_mentions: { parse: [] },
    attachments: files.map(({ name }, index) => ({ id: String(index), filename: name })),
  }
  const judged =
    document
      ?.operation('POST', '/channels/100000000000000001/messages')
      ?.checkRequest('/channels/100000000000000001/messages', new URLSearchParams(), body) ?? []
  return [...messageProblems(body, 'follow-up', false, new Set(files.map(({ name }) => name))), ...judged]
}

const textsOf = ({ components }: RenderedMessage): string[] =>
  components[0].components.flatMap((part) => (part.type === ComponentType.TextDisplay ? [part.content] : []))

describe('any reply', () => {
  test('stays inside every limit of Discord, in both languages, with and without a question', () => {
    fc.assert(
      fc.property(
        replies,
        fc.constantFrom('en' as const, 'zh' as const),
        fc.option(fc.constant('a1:en:x:y'), { nil: undefined }),
        (reply, language, ask) => {
          const message = renderReply(reply, language, speak, ask)
          expect(problemsOf(message)).toEqual([])
          expect(message.components[0].components.some(isAsk)).toBe(ask !== undefined)
        },
      ),
      { numRuns: 300 },
    )
  })

  test('gives a text to be copied back exactly, as code or as a file', () => {
    const texts = fc
      .oneof(word, fc.string({ maxLength: 4_000 }), fc.constantFrom('a```b', '\nx', 'x\n\n', '  ', 'a\r\nb', '`', 'js\nlet a'))
      .filter((each) => each !== '')
    fc.assert(
      fc.property(texts, (verbatim) => {
        const message = renderReply({ audience: 'private', tone: 'info', lines: [], verbatim }, 'en', speak)
        const [file] = message.files
        const shown = file === undefined ? readMarkdown(textsOf(message)[0] ?? '').text : file.data.toString('utf8')
        expect(shown).toBe(file === undefined ? verbatim : verbatim.toWellFormed())
      }),
      { numRuns: 500 },
    )
  })
})

const isAsk = (part: APIMessageTopLevelComponent | { type: ComponentType }): boolean =>
  'components' in part && part.components.some((each) => 'custom_id' in each && each.custom_id === 'a1:en:x:y')

describe('a reply', () => {
  const reply: Reply = {
    audience: 'private',
    tone: 'refused',
    title: plain('A *title*'),
    lines: [plain('one'), plain('two')],
    fields: [{ label: plain('Available'), value: 1_500_000_000n }],
    code: 'input.missing',
  }

  test('reads from the title down to its code', () => {
    const texts = textsOf(renderReply(reply, 'en', speak))
    expect(texts).toEqual(['### A \\*title\\*', 'one\ntwo', '**Available:** 1.50 PoS', '-# `input.missing`'])
    expect(textsOf(renderReply(reply, 'zh', speak))[2]).toBe('**Available**：1.50 PoS')
    expect(renderReply(reply, 'en', speak).components[0].accent_color).not.toBe(
      renderReply({ ...reply, tone: 'done' }, 'en', speak).components[0].accent_color,
    )
  })

  test('shows an announcement whole, also when every sign of it needs an escape', () => {
    const [head, body] = ['It reaches one chat.', '*'.repeat(1_500)]
    const { components } = renderReply(
      { audience: 'private', tone: 'info', title: plain('Preview'), lines: [head, body].map(plain) },
      'en',
      speak,
    )
    expect(JSON.stringify(components).match(/\\\\\*/g)).toHaveLength(1_500)
  })

  test('says how much is left out, in the language of the reader', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => plain(`line ${index}`))
    const last = (language: 'en' | 'zh'): string => textsOf(renderReply({ ...reply, lines }, language, speak)).at(-1) ?? ''
    const shown = textsOf(renderReply({ ...reply, lines }, 'en', speak))[1]?.split('\n').length ?? 0
    expect(shown).toBeGreaterThan(100)
    expect(last('en')).toContain(`… ${1_000 - shown} more do not fit here.`)
    expect(last('zh')).toContain('未显示')
  })

  test('buttons without a token are not shown: nobody could press them', () => {
    const unissued = { label: plain('x'), command: 'x', input: {}, allowed: 'owner' } as const
    const { components } = renderReply({ ...reply, buttons: [unissued, { ...unissued, token: 't' }] }, 'en', speak)
    const rows = components[0].components.filter((part) => part.type === ComponentType.ActionRow)
    expect(rows.map((row) => row.components.map((each) => ('custom_id' in each ? each.custom_id : '')))).toEqual([['b1:t']])
  })

  test('a file keeps its content, under a name that Discord leaves as it is', () => {
    const { files } = renderReply({ ...reply, file: { name: '../报表 June.csv', mediaType: 'text/csv', content: 'a,b' } }, 'en', speak)
    expect(files.map(({ name, data }) => [name, data.toString()])).toEqual([['June.csv', 'a,b']])
  })

  test('with nothing to say is still a message', () => {
    expect(problemsOf(renderReply({ audience: 'private', tone: 'done', lines: [] }, 'en', speak))).toEqual([])
  })
})

describe('a table', () => {
  const header = [plain('Member'), plain('Reward')]

  test('that a phone can show is aligned, numbers to the right', () => {
    const rows = [
      ['Ann', 1_000_000_000n],
      ['Bartholomew', 1_234_560_000_000n],
    ]
    expect(renderTable({ header, rows }, 'en', speak)).toEqual({
      head: ['Member             Reward'],
      lines: ['Ann                 1 PoS', 'Bartholomew  1,234.56 PoS'],
      fence: true,
    })
  })

  test.each<[string, TextValue[]]>([
    ['is too wide', ['x'.repeat(40), 1]],
    ['has wide signs before its last column', ['成员', 1]],
    ['holds an instant', ['Ann', { at: 0 }]],
    ['holds a backtick', ['a`b', 1]],
  ])('that %s comes as a list', (_why, row) => {
    const { fence, lines } = renderTable({ header, rows: [row] }, 'en', speak)
    expect(fence).toBe(false)
    expect(lines[0]).toMatch(/^- \*\*.+\*\* — Reward: /)
  })

  test('counts wide signs and emoji as two columns, marks as none', () => {
    expect(['成员', 'é', 'e\u0301', '👨‍👩‍👧', 'ｆ', 'ab'].map(columnsOf)).toEqual([4, 1, 1, 2, 2, 2])
  })
})
