import { strict as assert } from 'node:assert'
import { ComponentType, InteractionType, type APIMessage } from 'discord-api-types/v10'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { BUILTIN_FORMS } from '../../core/forms/builtin-forms.ts'
import type { Conversation } from '../support/discord/conversation.ts'
import type { ModalView } from '../support/discord/modal.ts'
import { HOME, MEMBER, OPERATOR, READER } from '../support/discord/community-house.ts'
import { textInput } from '../hostile/hostile-house.ts'
import { BOB, openBoth, type Both } from './both-chats.ts'

const PAGE_1 = 'Answer page 1 of 2'
const CONTENT = BUILTIN_FORMS.find(({ definition }) => definition.title.en === 'Content submission')?.definition
const SOUND = {
  title: 'An answer',
  kind: ['video'],
  link: 'https://video.example/1',
}
let both: Both
beforeEach(async () => {
  both = await openBoth()
})
afterEach(async () => {
  await both[Symbol.asyncDispose]()
})

const drafts = async () =>
  (await both.house.database.prisma.formDraft.findMany({ orderBy: { memberId: 'asc' } })).map(({ version, answers }) =>
    JSON.stringify({ version, answers }),
  )
async function openPage(user = MEMBER): Promise<{ message: APIMessage; modal: ModalView }> {
  const talk = await both.house.give(user, 'form fill', { form: 'FRM-4' })
  const message = talk.messages[0]
  assert.ok(message !== undefined)
  const { modal } = await both.house.fake.click({ user, message, label: PAGE_1 })
  assert.ok(modal !== undefined)
  return { message, modal }
}
/** A page that no honest client sends back. */
async function forged(message: APIMessage, customId: string, components: readonly unknown[], user = MEMBER): Promise<Conversation> {
  const talk = await both.house.fake.forge({
    user,
    guild: HOME,
    channel: message.channel_id,
    type: InteractionType.ModalSubmit,
    data: { custom_id: customId, components },
    message,
  })
  return talk.until('the answer', ({ text }) => text !== '')
}
const importForm = (change: (json: string) => string) =>
  both.house.give(OPERATOR, 'form import', {
    file: both.house.fake.upload({ name: 'form.json', content: change(JSON.stringify(CONTENT)) }),
    replaces: 'FRM-4',
  })

test('a page changes the draft of whoever sends it back alone, never the one it was opened from', async () => {
  const { message, modal } = await openPage()
  const before = await drafts()
  const talk = await forged(message, modal.customId, [textInput('title', 'Somebody else’s words')], READER)
  expect(talk.text).toContain('form.no_draft')
  expect(await drafts()).toEqual(before)
})

test('a forged page: of no form, with too few fields, with fields that nobody asked, with far too many, with values of another kind', async () => {
  const { message, modal } = await openPage()
  const before = await drafts()
  expect((await forged(message, 'p1:FRM-999', [textInput('title', 'x')])).text).toContain('form.unknown')
  expect((await forged(message, 'p1:__proto__', [textInput('title', 'x')])).text).toContain('button.gone')
  expect((await forged(message, modal.customId, [])).text).toContain('form.not_asked')
  expect((await forged(message, modal.customId, [textInput('constructor', 'x')])).text).toContain('form.not_asked')
  const many = Array.from({ length: 400 }, (_, index) => textInput(`x${index}`, 'x'))
  expect((await forged(message, modal.customId, many)).text).toContain('form.page_unreadable')
  expect(await drafts()).toEqual(before)

  const upload = { type: ComponentType.Label, id: 1, component: { type: ComponentType.FileUpload, id: 2, custom_id: 'file', values: [] } }
  await forged(message, modal.customId, [textInput('title', 'Kept all the same'), upload])
  expect((await drafts())[0]).toContain('Kept all the same')
  expect((await drafts())[0]).not.toContain('"file"')
})

test('a form that is closed while it is filled in keeps what was typed, and takes nothing in', async () => {
  const { message, modal } = await openPage()
  await both.house.give(OPERATOR, 'form close', { form: 'FRM-4' })
  const page = await both.house.fake.submitModal({ user: MEMBER, modal, fields: { ...SOUND, title: 'Typed too late' } })
  expect(page.text.length).toBeGreaterThan(0)
  expect((await drafts())[0]).toContain('Typed too late')
  await forged(message, modal.customId, [textInput('own', 'yes')])
  expect((await both.house.give(MEMBER, 'form fill', { form: 'FRM-4' })).text).toContain('form.closed')
  expect((await both.house.give(MEMBER, 'form send', { form: 'FRM-4' })).text).toContain('form.closed')
  expect((await both.type('/form_send FRM-4')).text).toContain('form.closed')
  expect(await both.house.database.prisma.submission.count()).toBe(0)
})

test('a new version while a page is open: answers to unchanged questions are kept, and the member is told', async () => {
  const { modal } = await openPage()
  await importForm((json) => json.replace('"Title"', '"Its title"'))
  const page = await both.house.fake.submitModal({ user: MEMBER, modal, fields: SOUND })
  expect(page.text).toContain('The form has changed since you began.')
  expect((await drafts())[0]).toContain('"version":2')
  expect((await drafts())[0]).toContain('https://video.example/1')
})

test('a button of an old question never answers the one that is asked now, and none that it no longer offers', async () => {
  await both.type('/form_fill FRM-4')
  const kind = await both.type('How I stake')
  const video = kind.buttons.find(({ text }) => text === 'Video')?.data ?? ''
  await both.press(kind, 'Video')
  await importForm((json) => json.replaceAll('"video"', '"film"').replaceAll('"Video"', '"Film"'))
  const { messages, edited } = await both.telegram.press({ user: BOB, message: kind, data: video, forged: true })
  expect([...messages, ...edited].map(({ text }) => text).join('\n')).toContain('What it is')
  const [draft = ''] = await drafts()
  expect(draft).toContain('How I stake')
  expect(draft).not.toContain('"link"')
  expect((await both.house.give(MEMBER, 'form send', { form: 'FRM-4' })).text).not.toContain('Send in')
})

test('a file that is not taken: on Telegram it is told why and what to do, whatever its size or kind, and the question waits on', async () => {
  await both.type('/form_fill FRM-4')
  await both.press(await both.type('How I stake'), 'Video')
  expect((await both.type('https://video.example/1')).text).toContain('The file itself')
  const send = async (name: string, fileSize?: number) => {
    const lying = { file_id: 'file-1', file_unique_id: 'u', file_name: name, file_size: fileSize ?? 4 }
    const document = { name, bytes: Buffer.from('\u0089PNG') }
    const fields = fileSize === undefined ? {} : { fields: { document: lying } }
    return (await both.telegram.send({ user: BOB, text: '', document, ...fields })).text.replaceAll('\u2060', '')
  }
  expect(await send('picture.png')).toContain('The file “picture.png” is of no kind that I take.')
  expect(await send('film.mp4', 100 * 1024 * 1024)).toContain('upload.too_large')
  const expiring = await both.type('https://cdn.discordapp.com/attachments/1/2/film.mp4?ex=1')
  expect(expiring.text).toContain('stops working after about a day')
  expect((await both.type('https://drive.example/film.mp4')).text).toContain('Question 5 of 6')
})
