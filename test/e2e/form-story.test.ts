import { strict as assert } from 'node:assert'
import { ComponentType } from 'discord-api-types/v10'
import { afterEach, expect, test } from 'vitest'
import { MINUTE } from '../../core/shared/instant.ts'
import { MEMBER, OPERATOR } from '../support/discord/community-house.ts'
import { PDF, PNG, SVG, ZIP } from '../support/sample-files.ts'
import { BOB, openBoth, type Both } from './both-chats.ts'

let both: Both | undefined
afterEach(async () => {
  await both?.[Symbol.asyncDispose]()
  both = undefined
})

test('a form is begun on Telegram, survives a restart, and is finished on Discord by the same member', async () => {
  both = await openBoth()
  const { house } = both
  const first = await both.type('/form_fill FRM-4')
  expect(first.text).toContain('Question 1 of 6: Title')
  expect(first.buttons.map(({ text }) => text)).toEqual(['Later'])
  const short = await both.type('x')
  expect(short.text).toContain('The answer to “Title” is too short.')
  expect((await both.type('/balance')).text).toContain('Balance')
  const kind = await both.type('How I stake')
  expect(kind.text).toContain('Question 2 of 6: What it is')
  const link = await both.press(kind, 'Video')
  expect(link.text).toContain('Question 3 of 6: Where it was published')

  await both.restart()
  const wrong = await both.type('http://video.example/1')
  expect(wrong.text).toContain('must begin with https://')
  const file = await both.type('https://video.example/1')
  expect(file.text).toContain('Question 4 of 6: The file itself')

  const talk = await house.give(MEMBER, 'form fill', { form: 'FRM-4' })
  expect(talk.ephemeral).toBe(true)
  expect(talk.buttons.map(({ label }) => label)).toEqual(['Answer page 1 of 2', 'Throw away'])
  const opened = await house.fake.click({ user: MEMBER, message: talk.messages[0]!, label: 'Answer page 1 of 2' })
  const modal = opened.modal
  assert.ok(modal !== undefined)
  expect(modal.title).toBe('Content submission (1/2)')
  expect(modal.fields.map(({ label, value, preset }) => [label, value, preset])).toEqual([
    ['Title', 'How I stake', []],
    ['What it is', '', ['video']],
    ['Where it was published', 'https://video.example/1', []],
    ['The file itself', '', []],
    ['Or a link: The file itself', '', []],
  ])
  const next = await house.fake.submitModal({ user: MEMBER, modal, fields: {} })
  const page2 = await house.fake.click({ user: MEMBER, message: next.messages[0]!, label: 'Answer page 2 of 2' })
  assert.ok(page2.modal !== undefined)
  const again = await house.fake.submitModal({ user: MEMBER, modal: page2.modal, fields: { about: 'too short', own: ['yes'] } })
  expect(again.text).toContain('What it is about')
  expect(again.text).toContain('at least 20 are needed')
  const reopened = await house.fake.click({ user: MEMBER, message: again.messages[0]!, label: 'Answer page 2 of 2' })
  assert.ok(reopened.modal !== undefined)
  expect(reopened.modal.fields.map(({ value }) => value)).toContain('too short')
  const summary = await house.fake.submitModal({
    user: MEMBER,
    modal: reopened.modal,
    fields: { about: 'A video about how I chose a node and why.' },
  })
  for (const words of ['How I stake', 'Video', 'A video about how I chose a node', 'Is it your own work'])
    expect(summary.text).toContain(words)
  const sent = await house.fake.click({ user: MEMBER, message: summary.messages[0]!, label: 'Send in' })
  await sent.until('the answer', ({ text }) => text.includes('SUB-1'))
  expect(sent.text).toContain('is in review')
  expect(await house.database.prisma.reviewItem.count({ where: { subject: 'SUB-1', state: 'open' } })).toBe(1)
  expect((await both.type('/submission_show SUB-1')).text).toContain('in review')
})

test('the quiz of an event is begun on Telegram, failed there, and passed on Discord from the card, for one check-in', async () => {
  both = await openBoth()
  const { house } = both
  const words = (text: string) => ({ en: text, zh: text })
  const quiz = {
    title: words('Staking quiz'),
    intro: words('Two questions.'),
    fields: [
      { kind: 'short-text', id: 'who', label: words('Who spoke'), expected: { answers: ['Dr Hidden'], points: 1 } },
      { kind: 'yes-no', id: 'safe', label: words('Is stake ever at risk'), expected: { answers: ['yes'], points: 1 } },
    ],
    passMark: 2,
    reward: { kind: 'none' },
    review: { rule: 'none' },
  }
  await house.composed.chat.dispatch({
    account: { platform: 'discord', userId: OPERATOR, name: 'olga' },
    place: { kind: 'private', chatId: OPERATOR },
    command: 'form import',
    input: { file: JSON.stringify(quiz) },
    key: 'import',
  })
  await house.give(OPERATOR, 'form open', { form: 'FRM-5' })
  const made = await house.give(OPERATOR, 'event create', { title: 'Class', start: 'now', evidence: 'quiz', quiz: 'FRM-5' })
  expect(made.text).toContain('Members send checkin EVT-1 and answer its quiz')

  const first = await both.type('/checkin EVT-1')
  expect(first.text).toContain('The quiz of EVT-1, try 1 of 2: 2 of 2 points pass')
  expect(first.text).toContain('Question 1 of 2: Who spoke')
  const second = await both.type('Dr Somebody')
  expect(second.text).toContain('Question 2 of 2: Is stake ever at risk')
  await both.restart()
  const summary = await both.press(second, 'Yes')
  expect(summary.text).toContain('Dr Somebody')
  const failed = await both.press(summary, 'Send in')
  expect(failed.text).toContain('1 of 2 points; 2 are needed to pass.')
  expect(failed.text).not.toContain('Hidden')
  expect((await both.type('/checkin EVT-1')).text).toContain('You may try once more from')

  house.clock.now += 10 * MINUTE
  const card = await house.give(MEMBER, 'event show', { event: 'EVT-1' })
  const begun = await house.fake.click({ user: MEMBER, message: card.messages[0]!, label: 'Take the quiz' })
  await begun.until('the quiz', ({ text }) => text.includes('try 2 of 2'))
  expect(begun.ephemeral).toBe(true)
  const { modal } = await house.fake.click({ user: MEMBER, message: begun.messages.at(-1)!, label: 'Answer page 1 of 1' })
  assert.ok(modal !== undefined)
  expect(modal.fields.map(({ label }) => label)).toEqual(['Who spoke', 'Is stake ever at risk'])
  const seen = await house.fake.submitModal({ user: MEMBER, modal, fields: { who: 'dr hidden', safe: ['yes'] } })
  const sent = await house.fake.click({ user: MEMBER, message: seen.messages[0]!, label: 'Send in' })
  await sent.until('the answer', ({ text }) => text.includes('Checked in to EVT-1'))
  expect(sent.text).toContain('Passed: 2 of 2 points.')
  expect(await house.database.prisma.attendance.findMany({ select: { evidence: true } })).toEqual([{ evidence: 'quiz' }])
  expect((await both.type('/checkin EVT-1')).text).toContain('You are already checked in to EVT-1.')
})

const plain = ({ text }: { readonly text: string }): string => text.replaceAll('\u2060', '')
const FIRST = { title: 'How I stake', kind: ['video'], link: 'https://video.example/1' }

test('a file uploaded on Discord is the answer on Telegram too, where a picture takes its place; each is kept once', async () => {
  both = await openBoth()
  const { house } = both
  const kept = () =>
    house.database.prisma.upload.findMany({
      orderBy: { createdAt: 'asc' },
      select: { name: true, mediaType: true, size: true, bytes: true },
    })
  const fill = async () => (await house.give(MEMBER, 'form fill', { form: 'FRM-4' })).messages[0]!
  const openPage = async (message: Awaited<ReturnType<typeof fill>>, label = 'Answer page 1 of 2') => {
    const { modal } = await house.fake.click({ user: MEMBER, message, label })
    assert.ok(modal !== undefined)
    return modal
  }
  const draft = async () => (await house.database.prisma.formDraft.findFirstOrThrow()).answers as Readonly<Record<string, string>>

  const modal = await openPage(await fill())
  const upload = modal.fields.find(({ customId }) => customId === 'file.file')
  expect(upload).toMatchObject({ type: ComponentType.FileUpload, label: 'The file itself', required: false, minValues: 0, maxValues: 1 })
  // Discord claims less than there is; no more than the limit is read, and the rest of the page is kept.
  const huge = house.fake.upload({ name: 'huge.png', content: new Uint8Array(9 * 1024 * 1024), claimedSize: 10 })
  const refused = await house.fake.submitModal({ user: MEMBER, modal, fields: { ...FIRST, 'file.file': [huge] } })
  expect(refused.text).toContain('The file “huge.png” is larger than 8 MB.')
  for (const [name, content, told] of [
    ['evil.png', SVG, 'is of no kind that I take'],
    ['gone.png', PNG, 'could not be fetched'],
  ] as const) {
    const file = house.fake.upload({ name, content, gone: name === 'gone.png' })
    const again = await openPage(await fill())
    expect((await house.fake.submitModal({ user: MEMBER, modal: again, fields: { ...FIRST, 'file.file': [file] } })).text).toContain(told)
  }
  expect(await kept()).toEqual([])
  expect(await draft()).toEqual({ ...FIRST, kind: ['video'] })

  const taken = house.fake.upload({ name: 'screen.png', content: PNG })
  await house.fake.submitModal({ user: MEMBER, modal: await openPage(await fill()), fields: { ...FIRST, 'file.file': [taken] } })
  expect(await kept()).toEqual([{ name: 'screen.png', mediaType: 'image/png', size: PNG.length, bytes: Uint8Array.from(PNG) }])
  const first = await draft()
  expect(first['file']).toMatch(/^upload:[0-9a-z]{20}$/)
  const question = await both.press(await both.type('/form_fill FRM-4'), 'Back')
  expect(question.text).toContain('The file itself')
  expect(plain(question)).toContain('screen.png (1 KB)')
  const wrong = await both.telegram.send({ user: BOB, text: '', document: { name: 'a.zip', bytes: ZIP } })
  expect(plain(wrong)).toContain('The file “a.zip” is of no kind that I take.')
  const strange = await both.telegram.send({ user: BOB, text: 'balance', document: { name: 'report.pdf', bytes: PDF } })
  expect(strange.text).toContain('Question 5 of 6')
  expect((await draft())['file']).not.toBe(first['file'])
  await both.press(strange.messages.at(-1)!, 'Back')
  const picture = await both.telegram.send({ user: BOB, text: '', photo: PNG })
  expect(picture.text).toContain('Question 5 of 6')
  expect((await kept()).map(({ name, mediaType }) => [name, mediaType])).toEqual([
    ['screen.png', 'image/png'],
    ['report.pdf', 'application/pdf'],
    ['photo.jpg.png', 'image/png'],
  ])
  // No file is asked for now.
  expect((await both.telegram.send({ user: BOB, text: '', photo: PNG })).text).toContain('I read text and text files')
  const own = await both.type('It shows how I chose a node and why I stayed.')
  const summary = await both.press(own, 'Yes')
  const last = (await draft())['file']!
  const address = `${house.composed.chat.publicOrigin}/files/${last.slice('upload:'.length)}`
  expect(plain(summary)).toContain(`photo.jpg.png (1 KB): ${address}`)

  // Opened again on Discord its page stands for the file: left alone it stays the answer, emptied it goes.
  const overview = await fill()
  const shown = await openPage(overview, 'Change page 1')
  expect(shown.fields.find(({ customId }) => customId === 'file')?.value).toBe(address)
  const same = await house.fake.submitModal({ user: MEMBER, modal: shown, fields: {} })
  expect(await draft()).toMatchObject({ file: last })
  await house.fake.submitModal({ user: MEMBER, modal: await openPage(same.messages[0]!, 'Change page 1'), fields: { file: '' } })
  expect(await draft()).toMatchObject({ file: '' })
  expect(await kept()).toHaveLength(3)
})
