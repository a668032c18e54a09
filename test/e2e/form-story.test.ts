import { strict as assert } from 'node:assert'
import { afterEach, expect, test } from 'vitest'
import { MINUTE } from '../../core/shared/instant.ts'
import { MEMBER, OPERATOR } from '../support/discord/community-house.ts'
import { openBoth, type Both } from './both-chats.ts'

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
    ['What it is about', '', []],
  ])
  const again = await house.fake.submitModal({ user: MEMBER, modal, fields: { about: 'too short' } })
  expect(again.text).toContain('What it is about')
  expect(again.text).toContain('at least 20 are needed')
  const reopened = await house.fake.click({ user: MEMBER, message: again.messages[0]!, label: 'Answer page 1 of 2' })
  assert.ok(reopened.modal !== undefined)
  expect(reopened.modal.fields.map(({ value }) => value)).toContain('too short')
  const second = await house.fake.submitModal({
    user: MEMBER,
    modal: reopened.modal,
    fields: { about: 'A video about how I chose a node and why.' },
  })
  const page2 = await house.fake.click({ user: MEMBER, message: second.messages[0]!, label: 'Answer page 2 of 2' })
  assert.ok(page2.modal !== undefined)
  const summary = await house.fake.submitModal({ user: MEMBER, modal: page2.modal, fields: { own: ['yes'] } })
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
