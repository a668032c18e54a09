import { afterAll, beforeAll, expect, test } from 'vitest'
import { settleQuizzesStore } from '../../adapters/postgres/quiz-store.ts'
import { attendanceTexts } from '../../core/attendance/attendance.texts.ts'
import type { Answer } from '../../core/shared/dispatch.ts'
import { HOUR, MINUTE } from '../../core/shared/instant.ts'
import { replyToJson } from '../../core/shared/reply.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { ledgerFaults } from '../support/rows.ts'

const GENESIS = Date.UTC(2027, 0, 31)
let community: Community
let forms = 0
let events = 0
let members = 0
let keys = 0
beforeAll(async () => {
  community = await startCommunity(GENESIS)
  for (const who of ['op', 'hana']) await community.say(who, 'start')
  await community.say('op', 'role grant @hana host')
})
afterAll(() => community.close())

const words = (text: string) => ({ en: text, zh: `${text}。` })
const SECRET = 'the-hidden-answer'
const quiz = (more: object = {}) => ({
  title: words('Staking quiz'),
  intro: words('Two questions.'),
  fields: [
    { kind: 'short-text', id: 'one', label: words('First'), expected: { answers: [SECRET], points: 1 } },
    { kind: 'yes-no', id: 'two', label: words('Second'), expected: { answers: ['yes'], points: 1 } },
  ],
  passMark: 2,
  reward: { kind: 'none' },
  review: { rule: 'none' },
  ...more,
})
const RIGHT = { one: SECRET, two: 'yes' }
const WRONG = { one: 'no idea', two: 'yes' }

async function offer(more: object = {}): Promise<string> {
  forms += 1
  const form = `FRM-${forms}`
  expect((await community.say('op', `form import ${JSON.stringify(quiz(more))}`)).text).toContain(form)
  await community.say('op', `form open ${form}`)
  return form
}
/** An event that goes on for an hour from now. */
async function hold(form: string, more = ''): Promise<string> {
  const { text } = await community.say('hana', `event create Class start:now evidence:quiz quiz:${form} ${more}`)
  events += 1
  expect(text).toContain(`EVT-${events} created`)
  return `EVT-${events}`
}
async function newcomer(): Promise<string> {
  const who = `member${(members += 1)}`
  await community.say(who, 'start')
  return who
}
const give = (who: string, command: string, input: Readonly<Record<string, unknown>>, key = `quiz:${(keys += 1)}`): Promise<Answer> =>
  community.chat.dispatch({
    account: { platform: 'console', userId: who, name: who, handle: who },
    place: { kind: 'private', chatId: who },
    command,
    input,
    key,
  })
const idOf = async (who: string) => (await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: who } })).memberId
/** Fills the quiz in; gives what `checkin` needs to send it. */
async function filled(who: string, event: string, form: string, answers: object): Promise<{ code: string; seen: string }> {
  const begun = await give(who, 'checkin', { code: event })
  expect(begun.reply.code).toBeUndefined()
  const { reply } = await give(who, 'form page', { form, answers: JSON.stringify(answers) })
  const button = reply.buttons?.find(({ command }) => command === 'checkin')
  expect(button?.input).toMatchObject({ code: event })
  return { code: event, seen: button!.input['seen']! }
}
const take = async (who: string, event: string, form: string, answers: object) =>
  give(who, 'checkin', await filled(who, event, form, answers))
const codeOf = ({ reply }: Answer) => reply.code
const keysOf = ({ reply }: Answer) => reply.lines.map(({ key }) => key)
const came = (event: string) => community.database.prisma.attendance.findMany({ where: { event: Number(event.slice(4)) } })
const sent = (event: string) =>
  community.database.prisma.submission.findMany({ where: { event: Number(event.slice(4)) }, orderBy: { number: 'asc' } })

test('a member takes the quiz question by question, passes, and is checked in and paid once', async () => {
  const form = await offer()
  const event = await hold(form, 'reward:7')
  const ann = await newcomer()
  const shown = await community.say(ann, `event show ${event}`)
  expect(shown.text).toContain('Check-in by: a quiz')
  const first = await community.press(ann, shown, 'Take the quiz')
  expect(first.text).toContain(`The quiz of ${event}, try 1 of 2: 2 of 2 points pass`)
  expect(first.reply.question).toMatchObject({ number: 1, count: 2 })
  const second = await community.say(ann, SECRET)
  const summary = await community.press(ann, second, 'Yes')
  const done = await community.press(ann, summary, 'Send in', 'once')
  expect(done.text).toContain('Passed: 2 of 2 points.')
  expect(done.text).toContain(`Checked in to ${event}`)
  expect(done.text).toContain('You earned 7 PoS')
  expect((await community.press(ann, summary, 'Send in', 'once')).text).toBe(done.text)
  expect((await community.say(ann, 'balance')).text).toContain('7 PoS')
  expect(await came(event)).toMatchObject([{ evidence: 'quiz', memberId: await idOf(ann) }])
  expect(await sent(event)).toMatchObject([{ slot: `${event}/1`, status: 'approved' }])
  expect(codeOf(await give(ann, 'checkin', { code: event }))).toBe('checkin.already')
  const seen = await community.database.prisma.auditLine.findMany({ where: { memberId: await idOf(ann) } })
  expect(seen.filter(({ command }) => command === 'checkin').some(({ reply }) => reply.includes('expected'))).toBe(false)
  expect(await ledgerFaults(community.database.pool)).toEqual([])
})

test('who fails reads the points and never the answers, may try once more after ten minutes, and then no more', async () => {
  const form = await offer()
  const event = await hold(form)
  const bob = await newcomer()
  const failed = await take(bob, event, form, WRONG)
  expect(keysOf(failed)).toEqual(['quiz.failed', 'quiz.failedAgain'])
  expect(failed.reply.lines[0]?.values).toEqual({ points: 1, most: 2, mark: 2 })
  expect(replyToJson(failed.reply)).not.toContain(SECRET)
  expect(codeOf(await give(bob, 'checkin', { code: event }))).toBe('quiz.wait')
  community.clock.now += 10 * MINUTE - 1
  expect(codeOf(await give(bob, 'checkin', { code: event }))).toBe('quiz.wait')
  community.clock.now += 1
  expect(keysOf(await take(bob, event, form, WRONG))).toEqual(['quiz.failed', 'quiz.failedLast'])
  community.clock.now += 30 * MINUTE
  expect(codeOf(await give(bob, 'checkin', { code: event }))).toBe('quiz.spent')
  expect((await sent(event)).map(({ slot, status }) => `${slot} ${status}`)).toEqual([`${event}/1 rejected`, `${event}/2 rejected`])
  expect(await came(event)).toEqual([])
  const cyd = await newcomer()
  await take(cyd, event, form, RIGHT)
  expect((await community.say('hana', `event show ${event}`)).text).toContain('Quiz: 2 tried it, 1 passed')
  expect((await community.say(cyd, `event show ${event}`)).text).not.toContain('tried it')
  expect((await community.say('hana', `event show ${event} mine:no`)).text).not.toContain('tried it')
  // One form serves several events, and what was sent belongs to one of them.
  const next = await hold(form)
  expect((await take(bob, next, form, RIGHT)).reply.tone).toBe('done')
  expect(await sent(next)).toMatchObject([{ slot: `${next}/1`, status: 'approved' }])
})

test('near the end nobody is told to come back after check-in has closed', async () => {
  const form = await offer()
  const event = await hold(form, 'minutes:5')
  const dan = await newcomer()
  community.clock.now += 30 * MINUTE
  expect(keysOf(await take(dan, event, form, WRONG))).toEqual(['quiz.failed', 'quiz.failedLate'])
})

test('of two devices that send at once one try is kept and one attendance is there', async () => {
  const form = await offer()
  const event = await hold(form)
  const [eve, fay] = [await newcomer(), await newcomer()]
  const pass = await filled(eve, event, form, RIGHT)
  const passed = await Promise.all(Array.from({ length: 5 }, () => give(eve, 'checkin', pass)))
  expect(passed.some(({ reply }) => reply.tone === 'done')).toBe(true)
  expect(passed.every(({ reply }) => reply.tone === 'done' || reply.code === 'checkin.already')).toBe(true)
  const fail = await filled(fay, event, form, WRONG)
  const failed = await Promise.all(Array.from({ length: 5 }, () => give(fay, 'checkin', fail)))
  expect(failed.filter(({ reply }) => reply.tone === 'info')).toHaveLength(1)
  expect(failed.filter(({ reply }) => reply.code === 'quiz.wait')).toHaveLength(4)
  expect(await came(event)).toHaveLength(1)
  expect(await sent(event)).toHaveLength(2)
  const rewards = await community.database.prisma.reward.findMany({ where: { reference: event } })
  expect(rewards.map(({ memberId }) => memberId)).toEqual([await idOf(eve)])
})

test('of many who pass at once no more come in than there are places', async () => {
  const form = await offer()
  const event = await hold(form, 'capacity:2')
  const crowd = await Promise.all(Array.from({ length: 5 }, newcomer))
  const ready = await Promise.all(crowd.map((who) => filled(who, event, form, RIGHT)))
  const answers = await Promise.all(crowd.map((who, index) => give(who, 'checkin', ready[index]!)))
  expect(answers.filter(({ reply }) => reply.tone === 'done')).toHaveLength(2)
  expect(answers.filter(({ reply }) => reply.code === 'checkin.full')).toHaveLength(3)
  expect(await came(event)).toHaveLength(2)
  expect(codeOf(await give(await newcomer(), 'checkin', { code: event }))).toBe('checkin.full')
  // Nobody is asked again and again where no place is left.
  expect(await settleQuizzesStore(community.database.pool).unsettled(community.clock.now, 10)).toEqual([])
})

/** As after a kill between the two: the answers are kept, and the check-in is not there. */
async function passedOnly(who: string, event: string, form: string): Promise<void> {
  const { pool } = community.database
  await pool.query(`
    CREATE FUNCTION killed() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'killed' USING ERRCODE = 'XX000'; END $$;
    CREATE TRIGGER killed BEFORE INSERT ON attendance FOR EACH STATEMENT EXECUTE FUNCTION killed()`)
  try {
    await expect(take(who, event, form, RIGHT)).rejects.toThrow('killed')
  } finally {
    await pool.query('DROP TRIGGER killed ON attendance; DROP FUNCTION killed')
  }
  expect((await came(event)).map(({ memberId }) => memberId)).not.toContain(await idOf(who))
  expect(await sent(event)).toMatchObject([{ status: 'approved' }])
}

const settle = () => community.settling.settle(community.clock.now)
test.each<[string, number, (who: string, event: string) => Promise<unknown>, unknown]>([
  [
    'the next checkin',
    1,
    async (who, event) => (await community.say(who, `checkin ${event}`)).text,
    expect.stringContaining('earned 3 PoS'),
  ],
  ['the job', 1, settle, 1],
  [
    'the close',
    1,
    async (_who, event) => (await community.say('hana', `event close ${event}`)).text,
    expect.stringContaining('1 checked in'),
  ],
  ['the job after check-in has closed', 100, settle, 1],
])('what was passed when its process died is checked in by %s, once', async (_by, minutes, finish, told) => {
  const form = await offer()
  const event = await hold(form, 'reward:3')
  const who = await newcomer()
  await passedOnly(who, event, form)
  const at = community.clock.now
  community.clock.now += minutes * MINUTE
  expect(await community.settling.isDue(community.clock.now)).toBe(true)
  expect(await finish(who, event)).toEqual(told)
  expect(await Promise.all([settle(), settle()])).toEqual([0, 0])
  expect(await came(event)).toMatchObject([{ memberId: await idOf(who), evidence: 'quiz', at: new Date(at) }])
  expect(await community.database.prisma.reward.count({ where: { reference: event } })).toBe(1)
  expect(await community.settling.isDue(community.clock.now)).toBe(false)
  expect(await sent(event)).toHaveLength(1)
  expect(await ledgerFaults(community.database.pool)).toEqual([])
})

test('check-in is refused in the order of spec 03, before any try is used', async () => {
  const form = await offer()
  const soon = await community.say('hana', `event create Later start:+2h quiz:${form}`)
  expect(soon.text).toContain(`EVT-${(events += 1)} created`)
  const event = `EVT-${events}`
  const gus = await newcomer()
  expect(codeOf(await give(gus, 'checkin', { code: 'EVT-9999' }))).toBe('checkin.no_such_event')
  expect(codeOf(await give(gus, 'checkin', { code: event }))).toBe('checkin.not_open_yet')
  community.clock.now += 2 * HOUR
  const ready = await filled(gus, event, form, RIGHT)
  expect(codeOf(await give(gus, 'checkin', { code: `${event.slice(4)}-AAAA-AAAA` }))).toBe('checkin.quiz_only')
  await community.database.prisma.member.update({ where: { id: await idOf(gus) }, data: { blocked: true } })
  expect(codeOf(await give(gus, 'checkin', ready))).toBe('checkin.blocked')
  await community.database.prisma.member.update({ where: { id: await idOf(gus) }, data: { blocked: false } })
  await community.say('hana', `event close ${event}`)
  expect(codeOf(await give(gus, 'checkin', ready))).toBe('checkin.closed')
  expect(codeOf(await give(gus, 'checkin', { code: event }))).toBe('checkin.closed')
  expect(await sent(event)).toEqual([])
})

test('a form that was closed, two quizzes at once, and answers to another event are told apart', async () => {
  const form = await offer()
  const [one, two] = [await hold(form), await hold(form)]
  const hal = await newcomer()
  const ready = await filled(hal, one, form, RIGHT)
  await community.say('op', `form close ${form}`)
  expect(codeOf(await give(hal, 'checkin', ready))).toBe('quiz.shut')
  await community.say('op', `form open ${form}`)
  expect(codeOf(await give(hal, 'checkin', { ...ready, code: two }))).toBe('quiz.no_draft')
  expect(codeOf(await give(hal, 'form send', { form, seen: ready.seen }))).toBe('form.of_event')
  // The draft goes on at the other event, and is sent in only there.
  const moved = await give(hal, 'checkin', { code: two })
  expect(moved.reply.buttons?.[0]).toMatchObject({ command: 'checkin', input: { code: two } })
  expect(codeOf(await give(hal, 'checkin', ready))).toBe('quiz.no_draft')
  expect(codeOf(await give(hal, 'form discard', { form }))).toBeUndefined()
  expect(codeOf(await give(hal, 'checkin', ready))).toBe('quiz.no_draft')
  expect((await give(hal, 'checkin', { ...ready, seen: 'x'.repeat(30) })).reply.tone).toBe('refused')
  // What was not seen as it is now is shown again.
  const again = await filled(hal, one, form, RIGHT)
  const shown = await give(hal, 'checkin', { ...again, seen: '1' })
  expect(await sent(one)).toEqual([])
  expect((await give(hal, 'checkin', shown.reply.buttons?.[0]?.input ?? {})).reply.tone).toBe('done')
  expect(await sent(two)).toEqual([])
})

test('the form of a quiz cannot be tried outside the event until it is over', async () => {
  const form = await offer()
  const kim = await newcomer()
  await give(kim, 'form fill', { form })
  const page = await give(kim, 'form page', { form, answers: JSON.stringify(WRONG) })
  const event = await hold(form)
  expect(codeOf(await give(kim, 'form send', page.reply.buttons?.[0]?.input ?? {}))).toBe('form.at_event')
  expect(codeOf(await give(await newcomer(), 'form fill', { form }))).toBe('form.at_event')
  // What was begun outside goes on at the event.
  expect((await give(kim, 'checkin', { code: event })).reply.fields?.map(({ value }) => value)).toContain(WRONG.one)
  await give(kim, 'form discard', { form })
  await community.say('hana', `event close ${event}`)
  expect((await give(kim, 'form fill', { form })).reply.question?.count).toBe(2)
})

test('the version of the start counts, whatever is imported while the event goes on', async () => {
  const form = await offer()
  const event = await hold(form)
  const [ida, joe] = [await newcomer(), await newcomer()]
  const begun = await give(ida, 'checkin', { code: event })
  expect(begun.reply.question?.count).toBe(2)
  community.clock.now += MINUTE
  const harder = {
    fields: [...quiz().fields, { kind: 'number', id: 'three', label: words('Third'), expected: { answers: ['3'], points: 9 } }],
    passMark: 11,
  }
  expect((await community.say('op', `form import ${JSON.stringify(quiz(harder))} replaces:${form}`)).text).toContain('version 2')
  const page = await give(ida, 'form page', { form, answers: JSON.stringify(RIGHT) })
  const send = page.reply.buttons?.find(({ command }) => command === 'checkin')
  expect((await give(ida, 'checkin', send?.input ?? {})).reply.tone).toBe('done')
  expect((await take(joe, event, form, RIGHT)).reply.tone).toBe('done')
  const kept = await community.database.prisma.submissionRevision.findMany({ where: { submissionRow: { event: Number(event.slice(4)) } } })
  expect(kept.map(({ version, score }) => [version, score])).toEqual([
    [1, 2],
    [1, 2],
  ])
  // The next event asks the new version.
  community.clock.now += MINUTE
  const next = await hold(form)
  expect((await give(joe, 'checkin', { code: next })).reply.question?.count).toBe(3)
})

test('an event takes only an open form of three questions that is graded at once and pays nothing', async () => {
  const create = async (rest: string) => codeOf(await community.say('hana', `event create Class start:now ${rest}`))
  const bad = {
    no_pass_mark: { passMark: undefined, fields: [{ kind: 'yes-no', id: 'a', label: words('A') }] },
    pays: { reward: { kind: 'node-identity' } },
  }
  expect(await create('evidence:quiz')).toBe('event.quiz_missing')
  expect(await create('evidence:codes quiz:FRM-1')).toBe('event.quiz_not_asked')
  expect(await create('quiz:FRM-9999')).toBe('event.quiz_unknown')
  expect(await create(`quiz:${await offer(bad.no_pass_mark)}`)).toBe('event.quiz_no_pass_mark')
  const form = await offer()
  await community.say('op', `form close ${form}`)
  expect(await create(`quiz:${form}`)).toBe('event.quiz_not_open')
  const event = await hold(await offer())
  expect(codeOf(await community.say('hana', `event codes ${event}`))).toBe('event.no_codes')
  expect(attendanceTexts.catalogue.zh['evidence_quiz']).toBe('测验')
})
