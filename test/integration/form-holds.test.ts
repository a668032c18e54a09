import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasAnswers, watchAnswers } from '../../adapters/postgres/answer-watch.ts'
import { exportOf } from '../../adapters/postgres/privacy-export.ts'
import { DAY, MINUTE } from '../../core/shared/instant.ts'
import { startCommunity, type Community } from '../support/community.ts'
import { ledgerFaults } from '../support/rows.ts'
import { chatter, linkAccounts, type Chatter } from '../support/two-chats.ts'

const GENESIS = Date.UTC(2027, 0, 31)
const REVIEWERS = ['rae', 'rob', 'ren']
let community: Community
let form: string

const words = (text: string) => ({ en: text, zh: `${text}。` })
const say = async (who: string, line: string) => (await community.say(who, line)).text
const code = async (who: string, line: string) => (await community.say(who, line)).reply.code
const idOf = async (who: string) => (await community.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: who } })).memberId

beforeAll(async () => {
  community = await startCommunity(GENESIS)
  for (const who of ['op', 'cleo', ...REVIEWERS]) await community.say(who, 'start')
  for (const who of REVIEWERS) await community.say('op', `role grant @${who} reviewer`)
  await community.say('op', 'role grant @cleo chair')
  const definition = {
    title: words('Note'),
    intro: words('A note.'),
    fields: [{ kind: 'short-text', id: 'title', label: words('Title') }],
    reward: { kind: 'form-submission' },
    review: { rule: 'none' },
    recurrence: { every: 'day', times: 1 },
  }
  form = await offer(definition)
})
afterAll(() => community.close())

async function offer(definition: object): Promise<string> {
  const imported = await say('op', `form import ${JSON.stringify(definition)}`)
  const code = /FRM-\d+/.exec(imported)![0]
  await say('op', `form open ${code}`)
  return code
}

/** Fills the form in and sends it; gives the last answer. */
async function send(who: string, text: string) {
  await community.say(who, `form fill ${form}`)
  await community.say(who, text)
  const summary = await community.say(who, `form send ${form}`)
  return summary.reply.tone === 'refused' ? summary : community.press(who, summary, 'Send in')
}
const hold = async (who: string) =>
  community.database.prisma.memberHold.create({ data: { memberId: await idOf(who), openedAt: new Date(community.clock.now) } })

test('what would count at once goes before a panel while the member’s payouts wait, and the panel reads why but not whose it is', async () => {
  await community.say('hal', 'start')
  await hold('hal')
  const sent = await send('hal', 'Hal was here')
  expect(sent.text).toContain('is in review')
  const subject = /SUB-\d+/.exec(sent.text)![0]
  expect(await say('hal', 'inbox')).toContain(`${subject} `)
  const { prisma } = community.database
  expect(await prisma.reward.count()).toBe(0)
  const seats = await prisma.reviewAssignment.findMany({ where: { itemRow: { subject }, state: 'asked' }, include: { member: true } })
  expect(seats).toHaveLength(3)
  const [first, second] = seats.map(({ member }) => member.name)
  const card = await say(first!, `review show ${subject}`)
  expect(card).toContain('Payouts of this member wait for the committee.')
  expect(card.toLowerCase()).not.toContain('hal')
  for (const who of [first!, second!]) expect((await community.say(who, `review approve ${subject}`)).reply.tone).toBe('done')
  expect(await prisma.submission.findFirst({ where: { memberId: await idOf('hal') } })).toMatchObject({ status: 'approved' })
  expect(await prisma.reward.findFirst({ where: { memberId: await idOf('hal') } })).toMatchObject({ status: 'granted' })
})

test('of anybody else it counts at once, and a panel that is asked anyway reads nothing of holds', async () => {
  const sent = await send('ida', 'Ida too')
  expect(sent.text).toContain('You earned')
})

test('who is blocked sends nothing in, reads what to do, and keeps what was typed', async () => {
  await community.say('bea', 'start')
  await community.say('bea', `form fill ${form}`)
  await community.say('bea', 'Typed before')
  expect(await say('cleo', 'hold block @bea one person too many')).toContain('is blocked')
  const refused = await community.say('bea', `form send ${form}`)
  expect(refused.text).toContain('hold status tells why, hold appeal asks')
  expect(refused.reply.code).toBe('form.blocked')
  expect(await code('bea', `form fill ${form}`)).toBe('form.blocked')
  expect(await community.database.prisma.formDraft.findFirst({ where: { memberId: await idOf('bea') } })).toMatchObject({
    answers: { title: 'Typed before' },
  })
  expect(await community.database.prisma.submission.count({ where: { memberId: await idOf('bea') } })).toBe(0)
  await community.say('cleo', 'hold clear @bea it was one person only')
  expect((await community.press('bea', await community.say('bea', `form send ${form}`), 'Send in')).text).toContain('You earned')
})

test('who was paid, erased and comes back is not paid for the same place again, also not by a link to somebody else; the next day counts', async () => {
  const { prisma, pool } = community.database
  const [eli, ezra] = [chatter(community, 'discord', 'eli'), chatter(community, 'telegram', 'ezra')]
  const sendIn = async () => {
    for (const line of [`form fill ${form}`, 'Eli']) await eli.say(line)
    return (await eli.press(await eli.say(`form send ${form}`))).reply.tone
  }
  expect(await sendIn()).toBe('done')
  const before = await eli.memberId()
  await eli.press(await eli.say('privacy delete'))
  await ezra.say('start')
  await eli.say('start')
  expect(await eli.memberId()).not.toBe(before)
  expect((await eli.say(`form fill ${form}`)).reply.code).toBe('form.limit')
  // Ezra is older and goes on: what is known of the account goes along.
  await linkAccounts(eli, ezra)
  expect((await eli.say(`form fill ${form}`)).reply.code).toBe('form.limit')
  expect((await ezra.press(await ezra.say('unlink'))).reply.tone).toBe('done')
  expect((await eli.say(`form fill ${form}`)).reply.code).toBe('form.limit')
  expect((await ezra.say(`form fill ${form}`)).reply.tone).not.toBe('refused')
  expect(await prisma.reward.count({ where: { memberId: { in: [await eli.memberId(), await ezra.memberId()] } } })).toBe(0)
  community.clock.now += DAY
  expect(await sendIn()).toBe('done')
  expect(await prisma.reward.count({ where: { memberId: await eli.memberId() } })).toBe(1)
  expect(await ledgerFaults(pool)).toEqual([])
})

test('a hold that opens while two accounts are linked keeps the link, and loses nothing: cleared, they part as they were', async () => {
  const [one, two] = [chatter(community, 'telegram', 'lou'), chatter(community, 'discord', 'louis')]
  for (const who of [one, two]) await who.say('start')
  const ids = [await one.memberId(), await two.memberId()]
  await linkAccounts(one, two)
  const survivor = await one.memberId()
  await community.database.prisma.memberHold.create({ data: { memberId: survivor, openedAt: new Date(community.clock.now) } })
  await community.database.prisma.sybilSignal.create({
    data: { memberId: survivor, kind: 'burst', subject: 'EVT-1', figure: 6, seenAt: new Date(community.clock.now) },
  })
  expect((await two.say('unlink')).reply.code).toBe('unlink.held')
  expect((await two.say('hold status')).reply.lines.length).toBeGreaterThan(1)
  await community.say('cleo', `hold clear ${survivor} looked at`)
  expect((await two.press(await two.say('unlink'))).reply.tone).toBe('done')
  expect([await one.memberId(), await two.memberId()].toSorted()).toEqual(ids.toSorted())
  expect(await community.database.prisma.memberHold.count({ where: { memberId: survivor } })).toBe(1)
  expect(await community.database.prisma.sybilSignal.count({ where: { memberId: survivor } })).toBe(1)
})

describe('texts that members share', () => {
  const EVENINGS =
    'Every evening of the week I answered questions of new members about delegation, and wrote the ten most common ones down with their answers.'
  const NODES =
    'I keep the list of nodes that went down this month, with the hour and the reason that their operators gave, and I post it each Friday in the group.'
  let report: string

  beforeAll(async () => {
    report = await offer({
      title: words('Report'),
      intro: words('What you did.'),
      fields: [
        { kind: 'short-text', id: 'title', label: words('Title') },
        { kind: 'long-text', id: 'what', label: words('What') },
      ],
      reward: { kind: 'none' },
      review: { rule: 'none' },
      recurrence: { every: 'day', times: 5 },
    })
    community.clock.now += DAY
    await watch()
  })

  const watch = () => watchAnswers(community.database, community.clock.now)
  const person = (name: string) => chatter(community, 'discord', name)
  /** Sends a report in, so long after what was sent before; gives its code. */
  async function sendReport(who: Chatter, text: string, minutes = 15): Promise<string> {
    community.clock.now += minutes * MINUTE
    for (const line of [`form fill ${report}`, 'A week of mine', text]) await who.say(line)
    expect((await who.press(await who.say(`form send ${report}`))).reply.tone).toBe('done')
    const sent = await community.database.prisma.submission.findFirstOrThrow({ orderBy: { number: 'desc' } })
    return `SUB-${sent.number}`
  }
  /** Who shares what, since the last time this was asked. */
  async function seen(): Promise<readonly string[]> {
    const { prisma } = community.database
    const rows = await prisma.sybilSignal.findMany({ where: { kind: 'shared-answers' }, include: { member: true } })
    await prisma.sybilSignal.deleteMany({ where: { kind: 'shared-answers' } })
    return rows.map(({ member, subject, figure }) => `${member.name} ${subject} ${figure >= 90 ? 'same' : figure}`).toSorted()
  }
  const young = (memberId: string) =>
    community.database.prisma.sybilSignal.create({
      data: { memberId, kind: 'young-account', subject: '', figure: 3, seenAt: new Date(community.clock.now) },
    })

  test('are a reason to look at whoever was later, looked at once by however many processes; alone they hold nobody', async () => {
    const [amy, eve] = [person('amy'), person('eve')]
    const original = await sendReport(amy, EVENINGS)
    const copied = await sendReport(eve, EVENINGS.replace('ten', 'six').toUpperCase())
    // Until a minute has passed there may be an older neighbour that nobody can see yet.
    await watch()
    expect(await hasAnswers(community.database, community.clock.now)).toBe(false)
    community.clock.now += MINUTE
    expect(await hasAnswers(community.database, community.clock.now)).toBe(true)
    expect(await Promise.all([watch(), watch(), watch()])).toEqual([0, 0, 0])
    expect(await hasAnswers(community.database, community.clock.now)).toBe(false)
    expect(await seen()).toEqual([`eve ${original} same`])
    await watch()
    expect(await seen()).toEqual([])

    // Another process that has looked at nothing before, and by now a young account: both together let the payouts wait, once.
    await community.database.prisma.setting.deleteMany({ where: { key: 'answers-looked-until' } })
    await young(await eve.memberId())
    expect((await Promise.all([watch(), watch(), watch()])).reduce((sum, held) => sum + held)).toBe(1)
    const chairs = await say('cleo', `hold show ${await eve.memberId()}`)
    expect(chairs).toContain(`the same as that of ${original}, by another member`)
    const own = (await eve.say('hold status')).text
    expect(own).toContain('signalSharedOwn')
    expect(own).not.toContain(original)
    const told = await community.database.transaction(async (tx) => ({ keep: false, value: await exportOf(tx, await eve.memberId()) }))
    expect(told).toContain('shared-answers')
    expect(told).not.toContain(original)
    expect(told).toContain(`"number": ${copied.slice('SUB-'.length)}`)
    expect(await seen()).toEqual([`eve ${original} same`])
  })

  test('are a reason to look at both who sent them in within minutes', async () => {
    const text = `${EVENINGS} ${NODES}`
    const [gus, gil] = [await sendReport(person('gus'), text), await sendReport(person('gil'), text, 5)]
    community.clock.now += MINUTE
    await watch()
    expect(await seen()).toEqual([`gil ${gus} same`, `gus ${gil} same`])
  })

  test('are none where answers are short, a link, somebody’s own, taken back, or no more than a template', async () => {
    for (const name of ['hal', 'ida']) {
      await sendReport(person(name), 'I helped, as always.')
      await sendReport(person(name), `https://example.org/${'what-many-of-us-saw/'.repeat(8)}`)
      await sendReport(
        person(name),
        `Name: ${name}. What I did: ${name === 'hal' ? EVENINGS : NODES} Thank you for looking at this report of the week!`,
      )
    }
    await sendReport(person('amy'), EVENINGS)
    const back = person('jo')
    const sent = await sendReport(back, EVENINGS)
    await community.database.prisma.submission.update({
      where: { number: Number(sent.slice(4)) },
      data: { status: 'withdrawn', decidedAt: null },
    })
    community.clock.now += MINUTE
    await watch()
    // Jo’s own were taken back; Hal and Ida wrote what Amy wrote before, with as much of their own.
    expect(await seen()).toEqual([])
  })

  test('are shared with nobody by one person with two accounts, before and after they are linked', async () => {
    const { prisma } = community.database
    const [one, two] = [chatter(community, 'telegram', 'twin'), chatter(community, 'discord', 'twins')]
    for (const who of [one, two]) await who.say('start')
    const first = await sendReport(one, NODES)
    await sendReport(two, NODES)
    community.clock.now += MINUTE
    await watch()
    const [signal] = await prisma.sybilSignal.findMany({ where: { kind: 'shared-answers' } })
    expect(signal).toMatchObject({ memberId: await two.memberId(), subject: first, figure: 100 })
    await linkAccounts(one, two)
    const memberId = await one.memberId()
    await young(memberId)
    await prisma.memberHold.create({ data: { memberId, openedAt: new Date(community.clock.now) } })
    const status = (await one.say('hold status')).text
    expect(status).toContain('signalYoung')
    expect(status).not.toContain('signalShared')
    expect(await seen()).toHaveLength(1)
    community.clock.now += DAY
    await sendReport(two, NODES)
    community.clock.now += MINUTE
    await watch()
    expect(await seen()).toEqual([])
  })
})
