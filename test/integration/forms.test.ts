import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { forgetDrafts } from '../../adapters/postgres/draft-store.ts'
import { seedForms } from '../../adapters/postgres/form-desk.ts'
import { BUILTIN_FORMS } from '../../core/forms/builtin-forms.ts'
import { DAY } from '../../core/shared/instant.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { replyToJson } from '../../core/shared/reply.ts'
import { startCommunity, type Community } from '../support/community.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community
let forms = BUILTIN_FORMS.length
let keys = 0
beforeAll(async () => {
  community = await startCommunity(GENESIS)
  await seedForms(community.database, BUILTIN_FORMS, GENESIS)
  for (const who of ['op', 'ann', 'bob', 'cyd']) await community.say(who, 'start')
})
afterAll(() => community.close())

const words = (text: string) => ({ en: text, zh: `${text}。` })
const definition = (more: object = {}) => ({
  title: words('Note'),
  intro: words('A note.'),
  fields: [
    { kind: 'short-text', id: 'title', label: words('Title') },
    { kind: 'long-text', id: 'body', label: words('Body'), required: false },
  ],
  reward: { kind: 'none' },
  review: { rule: 'none' },
  ...more,
})

/** Brings a form in and opens it; gives its code. */
async function offer(more: object = {}): Promise<string> {
  const { text } = await community.say('op', `form import ${JSON.stringify(definition(more))}`)
  const form = `FRM-${(forms += 1)}`
  expect(text).toContain(form)
  expect((await community.say('op', `form open ${form}`)).text).toContain('is open now')
  return form
}
const give = async (who: string, command: string, input: Readonly<Record<string, unknown>>): Promise<Answer> =>
  community.chat.dispatch({
    account: { platform: 'console', userId: who, name: who, handle: who },
    place: { kind: 'private', chatId: who },
    command,
    input,
    key: `forms:${(keys += 1)}`,
  })
const page = (who: string, form: string, answers: unknown) => give(who, 'form page', { form, answers: JSON.stringify(answers) })
const draftOf = async (form: string, who: string) => {
  const { memberId } = await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: who } })
  return community.database.prisma.formDraft.findUnique({ where: { form_memberId: { form: Number(form.slice(4)), memberId } } })
}
const sent = (form: string) =>
  community.database.prisma.submission.count({ where: { form: Number(form.slice(4)), status: { not: 'withdrawn' } } })

test('a survey is filled in by typing and pressing, sent in, and paid at once', async () => {
  expect((await community.say('ann', 'form list')).text).toContain('FRM-3 PoS and staking survey · pays 5 PoS')
  const shown = await community.say('ann', 'form show FRM-3')
  const begun = await community.press('ann', shown, 'Fill in')
  expect(begun.reply.question).toMatchObject({ number: 1, count: 3 })
  const asked = await community.say('ann', 'yes')
  const one = await community.press('ann', asked, 'Tezos')
  const two = await community.press('ann', one, 'IoTeX')
  const how = await community.press('ann', two, 'Done')
  const last = await community.press('ann', how, 'By who runs it')
  const summary = await community.press('ann', last, 'Skip')
  expect(summary.text).toContain('On which chains: Tezos, IoTeX')
  const done = await community.press('ann', summary, 'Send in')
  expect(done.text).toContain('SUB-1 (PoS and staking survey) counts. You earned 5 PoS.')
  expect((await community.say('ann', 'balance')).text).toContain('5 PoS')
  expect((await community.say('ann', 'inbox')).text).toContain('SUB-1 (PoS and staking survey) counts.')
  expect((await community.say('ann', 'form fill FRM-3')).text).toContain('form.limit')
  expect((await community.say('ann', 'submission show SUB-1')).text).toContain('approved')
  expect((await community.say('bob', 'submission show SUB-1')).text).toContain('submission.unknown')
})

test('a question waits for days while other commands are given, until the member says later', async () => {
  const form = await offer()
  expect((await community.say('cyd', `form fill ${form}`)).reply.question?.question.id).toBe('title')
  community.clock.now += 3 * DAY
  expect((await community.say('cyd', 'balance')).text).toContain('Balance')
  expect((await community.say('cyd', 'A title')).reply.question?.question.id).toBe('body')
  expect((await community.say('cyd', `form back ${form}`)).reply.question?.question.value).toBe('A title')
  expect((await community.say('cyd', `form pause ${form}`)).text).toContain('30 days')
  expect((await community.say('cyd', 'Another title')).text).toContain('command.unknown')
  expect(await draftOf(form, 'cyd')).toMatchObject({ answers: { title: 'A title' } })
})

test('every answer of a page is kept, right or wrong, and nothing of another form or member', async () => {
  const form = await offer({
    fields: [
      { kind: 'short-text', id: 'title', label: words('Title') },
      { kind: 'number', id: 'count', label: words('Count'), max: 5 },
      { kind: 'link', id: 'link', label: words('Link') },
    ],
  })
  expect((await page('ann', form, { title: 'x' })).reply.code).toBe('form.no_draft')
  await community.say('ann', `form fill ${form}`)
  const hostile = '<script>alert(1)</script> =HYPERLINK("https://evil.example")'
  const wrong = await page('ann', form, { title: hostile, count: '7', link: `\ud800${'x'.repeat(10_000)}\u0000`, other: 'ignored' })
  expect(wrong.reply.fields).toHaveLength(2)
  const kept = await draftOf(form, 'ann')
  expect(kept?.answers).toMatchObject({ title: hostile, count: '7' })
  expect(Object.keys(kept?.answers ?? {})).toEqual(expect.arrayContaining(['title', 'count', 'link']))
  expect(await draftOf(form, 'bob')).toBeNull()
  for (const answers of ['{', '[]', '5', '{"title":5}', JSON.stringify({ title: ['x'.repeat(300)] }), `{"${'k'.repeat(50)}":"x"}`])
    expect((await give('ann', 'form page', { form, answers })).reply.code).toBe('form.page_unreadable')
  expect((await page('ann', form, { stranger: 'x' })).reply.code).toBe('form.not_asked')
  expect((await page('ann', 'FRM-999', { title: 'x' })).reply.code).toBe('form.unknown')
  expect((await give('ann', 'form answer', { form, question: '__proto__', value: 'x' })).reply.code).toBe('form.not_asked')
  expect(await draftOf(form, 'ann')).toEqual(kept)
  const right = await page('ann', form, { count: '５', link: 'https://a.example/' })
  expect(right.reply.question).toBeUndefined()
  const summary = await community.say('ann', `form send ${form}`)
  expect((await community.press('ann', summary, 'Send in')).text).toContain('counts')
  const revision = await community.database.prisma.submissionRevision.findFirstOrThrow({ orderBy: { submission: 'desc' } })
  expect(revision.answers).toEqual({ title: hostile, count: '5', link: 'https://a.example/' })
  const lines = await community.database.prisma.auditLine.findMany({ where: { command: 'form page' } })
  expect(lines.some(({ input }) => input.includes('HYPERLINK'))).toBe(false)
})

test('of many who send at once for the last place of one member, one has it', async () => {
  const form = await offer({ recurrence: { every: 'day', times: 1 } })
  await community.say('bob', `form fill ${form}`)
  await page('bob', form, { title: 'Mine', body: '' })
  const draft = await draftOf(form, 'bob')
  const seen = String(draft?.updatedAt.getTime())
  const answers = await Promise.all(Array.from({ length: 6 }, () => give('bob', 'form send', { form, seen })))
  expect(answers.filter(({ reply }) => reply.tone === 'done')).toHaveLength(1)
  expect(await sent(form)).toBe(1)
  // A place that is taken is taken whatever stands in the draft.
  await community.database.prisma.formDraft.create({ data: draft as never })
  expect((await give('bob', 'form send', { form, seen })).reply.code).toBe('form.limit')
  const [{ number } = { number: 0 }] = await community.database.prisma.submission.findMany({ where: { form: Number(form.slice(4)) } })
  expect((await community.say('bob', `submission withdraw SUB-${number}`)).text).toContain('submission.decided')
  community.clock.now += DAY
  expect((await give('bob', 'form send', { form, seen })).reply.tone).toBe('done')
  expect(await sent(form)).toBe(2)
})

test('what was seen is what is sent: a draft that changed since is shown again', async () => {
  const form = await offer()
  await community.say('bob', `form fill ${form}`)
  await page('bob', form, { title: 'First', body: '' })
  const summary = await community.say('bob', `form send ${form}`)
  await page('bob', form, { title: 'Second' })
  const again = await community.press('bob', summary, 'Send in')
  expect(again.text).toContain('Your draft has changed since that summary')
  expect(again.text).toContain('Title: Second')
  expect(await sent(form)).toBe(0)
  expect((await community.press('bob', again, 'Send in')).text).toContain('counts')
})

test('a submission goes before a panel, can be taken back, and mended when it was returned', async () => {
  const form = await offer({ review: { rule: 'panel' }, reward: { kind: 'form-submission' } })
  const number = Number(form.slice(4))
  await community.say('bob', `form fill ${form}`)
  await page('bob', form, { title: 'Report', body: 'Long words.' })
  const first = await community.press('bob', await community.say('bob', `form send ${form}`), 'Send in')
  const code = /SUB-\d+/.exec(first.text)?.[0] ?? ''
  expect(first.text).toContain(`${code} (Note) was received and is in review`)
  const item = await community.database.prisma.reviewItem.findFirstOrThrow({ where: { subject: code, state: 'open' } })
  expect(item).toMatchObject({ form: number, revision: 1, lowest: 5_000_000_000n, highest: 5_000_000_000n, blind: true })
  expect((await community.say('ann', `submission withdraw ${code}`)).text).toContain('submission.unknown')
  await community.say('bob', `submission withdraw ${code}`)
  expect((await community.database.prisma.reviewItem.findUniqueOrThrow({ where: { id: item.id } })).state).toBe('withdrawn')

  await community.say('bob', `form fill ${form}`)
  await page('bob', form, { title: 'Report', body: 'Longer words.' })
  const second = await community.press('bob', await community.say('bob', `form send ${form}`), 'Send in')
  const mended = Number(/SUB-(\d+)/.exec(second.text)?.[1])
  const { prisma } = community.database
  const at = new Date(community.clock.now)
  await prisma.reviewItem.updateMany({
    where: { subject: `SUB-${mended}` },
    data: { state: 'decided', outcome: 'returned', reason: 'say more', decidedAt: at },
  })
  await prisma.submission.update({ where: { number: mended }, data: { status: 'returned' } })
  community.clock.now += DAY
  const opened = await community.press('bob', await community.say('bob', `submission show SUB-${mended}`), 'Change and send again')
  expect(opened.text).toContain('Body: Longer words.')
  await page('bob', form, { body: 'Much longer words.' })
  await community.press('bob', await community.say('bob', `form send ${form}`), 'Send in')
  const submission = await prisma.submission.findUniqueOrThrow({ where: { number: mended } })
  expect(submission).toMatchObject({ status: 'in-review', revision: 2, contributedAt: at })
  expect(await prisma.reviewItem.findFirstOrThrow({ where: { subject: `SUB-${mended}`, state: 'open' } })).toMatchObject({ revision: 2 })
})

test('a new version keeps the answers of the questions that are the same', async () => {
  const form = await offer()
  await community.say('ann', `form fill ${form}`)
  await page('ann', form, { title: 'Kept', body: 'Dropped' })
  const exported = await community.say('op', `form export ${form}`)
  const file = exported.reply.file?.content ?? ''
  expect((await community.say('op', `form import ${file} replaces:${form}`)).text).toContain('form.unchanged')
  const changed = file.replaceAll('"Body', '"Story')
  expect((await community.say('op', `form import ${changed} replaces:${form}`)).text).toContain('has version 2 now')
  const on = await community.say('ann', `form fill ${form}`)
  expect(on.text).toContain('The form has changed since you began')
  expect(on.text).toContain('“Body” has changed')
  expect(await draftOf(form, 'ann')).toMatchObject({ version: 2, answers: { title: 'Kept' } })
})

test('a file that cannot be used is told with every place, changes nothing, and is for the chair', async () => {
  const { text } = await community.say('op', `form import ${JSON.stringify(definition({ passMark: 9, window: { opensAt: 'soon' } }))}`)
  expect(text).toContain('window.opensAt: this is not written as it must be. (form.wrong_form)')
  expect(await community.database.prisma.form.count()).toBe(forms)
  expect((await community.say('ann', `form export FRM-1`)).text).toContain('command.forbidden')
  expect((await community.say('ann', 'form import {}')).text).toContain('command.forbidden')
})

test('a quiz is graded at once, only a pass is paid, and nobody is shown what was expected', async () => {
  const quiz = {
    passMark: 2,
    reward: { kind: 'form-submission' },
    recurrence: { every: 'ever', times: 2 },
    fields: [
      { kind: 'short-text', id: 'capital', label: words('Capital'), expected: { answers: ['Swordfish'], points: 2 } },
      { kind: 'yes-no', id: 'ready', label: words('Ready') },
    ],
  }
  const form = await offer(quiz)
  const attempt = async (answer: string) => {
    await community.say('cyd', `form fill ${form}`)
    const filled = await page('cyd', form, { capital: answer, ready: 'yes' })
    const shown = await community.say('cyd', `form send ${form}`)
    return [filled, shown, await community.press('cyd', shown, 'Send in')]
  }
  const failed = await attempt('Tuna')
  expect(failed.map(({ reply }) => replyToJson(reply)).join()).not.toContain('Swordfish')
  expect((await community.say('cyd', 'inbox')).text).toContain('0 of 2 points; 2 are needed to pass')
  expect((await community.say('cyd', 'balance')).text).not.toContain('5 PoS')
  const [, , passed] = await attempt('swordfish')
  expect(replyToJson(passed!.reply)).toContain('quizPassed')
  expect((await community.say('cyd', 'balance')).text).toContain('5 PoS')
  expect((await community.say('cyd', `form show ${form}`)).text).not.toContain('wordfish')
})

test('who may not send a form in is told why before they type', async () => {
  const condition = async (more: object) => (await community.say('ann', `form fill ${await offer({ conditions: [more] })}`)).reply.code
  expect(await condition({ kind: 'wallet' })).toBe('form.needs_wallet')
  expect(await condition({ kind: 'role', role: 'reviewer' })).toBe('form.needs_role')
  expect(await condition({ kind: 'attended', event: 1 })).toBe('form.needs_event')
  expect(await condition({ kind: 'delegation', list: 'good' })).toBe('form.delegation_not_yet')
  const later = await offer({ window: { opensAt: '2027-12-01T00:00:00Z' } })
  expect((await community.say('ann', `form fill ${later}`)).reply.code).toBe('form.soon')
  const closed = await offer()
  await community.say('op', `form close ${closed}`)
  expect((await community.say('ann', `form fill ${closed}`)).reply.code).toBe('form.closed')
})

test('an operator address is proved by a signature that names member and address', async () => {
  const account = privateKeyToAccount(generatePrivateKey())
  await community.say('ann', 'form fill FRM-1')
  await page('ann', 'FRM-1', { name: 'Node', operator: 'person', chain: 'IoTeX', node: account.address, address: account.address })
  const asked = await community.say('ann', 'form fill FRM-1')
  const text = asked.reply.question?.question.verbatim ?? ''
  expect(text).toContain(account.address)
  const other = await give('ann', 'form answer', { form: 'FRM-1', value: await account.signMessage({ message: 'other' }) })
  expect(other.reply.code).toBe('answer.not_signed')
  const signed = await give('ann', 'form answer', { form: 'FRM-1', question: 'proof', value: await account.signMessage({ message: text }) })
  expect(signed.reply.question?.question.id).toBe('site')
  await page('ann', 'FRM-1', { site: '', explorer: '', about: 'We have run nodes for three years.' })
  const summary = await community.say('ann', 'form send FRM-1')
  expect((await community.press('ann', summary, 'Send in')).text).toContain('is in review')
})

test('a draft that nobody has touched for thirty days is forgotten', async () => {
  const form = await offer()
  await community.say('ann', `form fill ${form}`)
  community.clock.now += 29 * DAY
  await community.say('bob', `form fill ${form}`)
  community.clock.now += 2 * DAY
  await forgetDrafts(community.database, community.clock.now)
  expect(await draftOf(form, 'ann')).toBeNull()
  expect(await draftOf(form, 'bob')).not.toBeNull()
})
