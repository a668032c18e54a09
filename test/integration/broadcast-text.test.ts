import { TextInputStyle } from 'discord.js'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { buttonsOf, visibleText } from '../support/discord/conversation.ts'
import { readMarkdown } from '../support/discord/read-markdown.ts'
import { OLGA, startAnnounceStage, type AnnounceStage } from '../support/announce-stage.ts'

const GENESIS = Date.UTC(2027, 0, 31)
/** Every line begins or holds what one of the platforms could take for markup, a mention or a link. */
const TEXT = [
  '# We meet on Sunday',
  '',
  '- at the lake, **not** in the <b>house</b> & garden',
  '1. bring @everyone and <@300000000000000001>',
  '> https://evil.example/x `code` ||hidden||',
  '',
  '湖边见 🌻',
].join('\n')
let stage: AnnounceStage
beforeAll(async () => {
  stage = await startAnnounceStage(GENESIS)
  await stage.olga('announce route', { topic: 'news' })
  await stage.oleg('/announce_route news')
}, 60_000)
afterAll(() => stage.close())

async function settle(): Promise<void> {
  while ((await stage.deliver()) > 0);
}

test('on Discord an operator writes paragraphs into a form; what the preview shows is what goes out', async () => {
  const { discord } = stage
  const asked = await stage.olga('announce send')
  const opened = await discord.click({ user: OLGA, message: asked.messages.at(-1)!, label: 'Answer' })
  expect(JSON.stringify(opened.modal?.raw)).toContain(`"style":${TextInputStyle.Paragraph}`)
  const preview = await discord.submitModal({ user: OLGA, modal: opened.modal!, fields: { value: `  ${TEXT}\r\n\r\n` } })
  await preview.until('the preview', ({ text }) => text.includes('Preview of BC-1'))
  const shown = visibleText(preview.messages.at(-1)!)
  const pressed = await discord.click({ user: OLGA, message: preview.messages.at(-1)!, label: 'Send' })
  await pressed.until('the answer', ({ text }) => text.includes('BC-1 is on its way'))
  await settle()

  const message = discord.messages(stage.channel).at(-1)!
  const sent = visibleText(message)
  expect(shown.endsWith(`\n${sent}`)).toBe(true)
  expect(readMarkdown(sent)).toEqual({ text: TEXT, live: [] })
  expect(message).toMatchObject({ mention_everyone: false, mentions: [] })
  expect(buttonsOf(message)).toEqual([])
  expect(stage.onTelegram().at(-1)).toBe(TEXT)
  const [posted] = stage.telegram.requestsOf('sendMessage').slice(-1)
  expect(posted?.payload['text']).toContain('&lt;b&gt;house&lt;/b&gt; &amp; garden')
})

test('on Telegram a message of several lines answers the question', async () => {
  const asked = await stage.oleg('/announce_send', { chat: 'private' })
  expect(asked.text).toContain('text')
  const preview = await stage.oleg('Two lines.\n\nAnd a topic: none', { chat: 'private' })
  expect(preview.text.replaceAll('\u2060', '')).toMatch(/Preview of BC-\d\n.*\n— — —\nTwo lines\.\n\nAnd a topic: none$/s)
})

test('in one line, as in a terminal, it is sent as it is typed', async () => {
  const { community } = stage
  expect((await community.say('op', 'announce send One line  only')).text).toContain('\nOne line only')
  expect((await community.say('op', `announce send ${'a\n'.repeat(41)}`)).text).toContain('(input.too_many_lines)')
})
