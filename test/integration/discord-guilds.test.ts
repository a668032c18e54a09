import { ApplicationCommandOptionType, ButtonStyle } from 'discord.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { seedForms } from '../../adapters/postgres/form-desk.ts'
import { BUILTIN_FORMS } from '../../core/forms/builtin-forms.ts'
import { MEMBER_WORDS, ROOTS } from '../../bots/discord/command-roots.ts'
import { CHINESE_WORDS } from '../../bots/discord/command-words.ts'
import { slashCommands } from '../../bots/discord/slash-commands.ts'
import { commandName } from '../../core/shared/command.ts'
import { selectsOf, type Conversation, type SelectView } from '../support/discord/conversation.ts'
import { HOME, MEMBER, openCommunityHouse, OPERATOR, READER, type CommunityHouse } from '../support/discord/community-house.ts'

const NOW = Date.UTC(2027, 1, 3, 18)
const OTHER = '200000000000000002'

let house: CommunityHouse
beforeEach(async () => {
  house = await openCommunityHouse(NOW)
})
afterEach(async () => {
  await house[Symbol.asyncDispose]()
})

const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error('it is not there')
  return value
}
const createEvent = (user: string, where: { guild?: string; dm?: boolean } = {}) =>
  house.give(user, 'event create', { title: 'Call', start: '+1h' }, where)
const press = async (talk: Conversation, user: string, label: string) => {
  const pressed = await house.fake.click({ user, message: present(talk.messages.at(-1)), label })
  return pressed.modal === undefined ? pressed.until('the answer', ({ messages }) => messages.length > 1) : pressed
}
const audited = async () =>
  (await house.database.prisma.auditLine.findMany({ orderBy: { at: 'asc' } })).map(({ command, input }) => `${command} ${input}`)

describe('a role of the server', () => {
  test('gives our role to whoever has it, by its id, from the next command on, and no longer than they have it', async () => {
    const { fake } = house
    const hosts = fake.addRole(HOME, { name: 'Hosts' })
    const namesake = fake.addRole(HOME, { name: 'host' })
    fake.setRoles(HOME, MEMBER, [namesake])
    expect((await createEvent(MEMBER)).text).toContain('command.forbidden')
    expect((await house.give(OPERATOR, 'role map', { 'group-role': hosts, role: 'host' })).text).toContain(
      `Whoever has the role <@&${hosts}> of this server is now host here.`,
    )
    expect((await createEvent(MEMBER)).text).toContain('command.forbidden')
    fake.setRoles(HOME, MEMBER, [namesake, hosts])
    expect((await createEvent(MEMBER)).text).toContain('EVT-1 created')
    fake.setRoles(HOME, MEMBER, [namesake])
    expect((await createEvent(MEMBER)).text).toContain('command.forbidden')
  })

  test('holds in that server alone, and not in direct messages', async () => {
    const { fake } = house
    const hosts = fake.addRole(HOME, { name: 'Hosts' })
    fake.setRoles(HOME, MEMBER, [hosts])
    await house.give(OPERATOR, 'role map', { 'group-role': hosts, role: 'host' })
    expect((await createEvent(MEMBER, { dm: true })).text).toContain('command.forbidden')
    // The same id in another server stands for nothing there.
    fake.addGuild({ id: OTHER, name: 'Other', roles: [{ id: hosts, name: 'Copied' }] })
    fake.addChannel({ guild: OTHER })
    fake.addMember({ guild: OTHER, userId: OPERATOR })
    fake.addMember({ guild: OTHER, userId: MEMBER, roles: [hosts] })
    await house.give(OPERATOR, 'guild add', {}, { guild: OTHER })
    expect((await createEvent(MEMBER, { guild: OTHER })).text).toContain('command.forbidden')
    expect((await createEvent(MEMBER)).text).toContain('EVT-1 created')
  })

  test('is shown, removed by a button even after it was deleted, and every change is audited', async () => {
    const { fake } = house
    const hosts = fake.addRole(HOME, { name: 'Hosts' })
    fake.setRoles(HOME, MEMBER, [hosts])
    await house.give(OPERATOR, 'role map', { 'group-role': hosts, role: 'host' })
    expect((await house.give(OPERATOR, 'role map', { 'group-role': hosts, role: 'host' })).text).toContain('already stands for host')
    const shown = await house.give(OPERATOR, 'role maps')
    expect(shown.text).toContain(`<@&${hosts}>`)
    const removed = await press(shown, OPERATOR, 'Remove 1 · host')
    expect(removed.text).toContain(`The role <@&${hosts}> no longer stands for host.`)
    expect((await createEvent(MEMBER)).text).toContain('command.forbidden')
    expect((await house.give(OPERATOR, 'role maps')).text).toContain('No role of this server stands for one of ours.')
    expect(await audited()).toEqual([
      `role map {"groupRole":"<@&${hosts}>","role":"host"}`,
      `role map {"groupRole":"<@&${hosts}>","role":"host"}`,
      `role unmap {"role":"host","groupRole":"${hosts}"}`,
    ])
  })

  test('that everyone has is refused, and nobody but an operator maps one', async () => {
    const { fake } = house
    const hosts = fake.addRole(HOME, { name: 'Hosts' })
    expect((await house.give(OPERATOR, 'role map', { 'group-role': HOME, role: 'host' })).text).toContain('role.everyone')
    expect((await house.give(MEMBER, 'role map', { 'group-role': hosts, role: 'host' })).text).toContain('command.forbidden')
    expect((await house.give(OPERATOR, 'role maps', {}, { dm: true })).text).toContain('guild.none')
    expect(await house.database.prisma.groupRole.count()).toBe(0)
  })

  test('is bounded in a server, also when two operators map at once', async () => {
    const roles = Array.from({ length: 50 }, (_, index) => ({ groupRoleId: String(1_000 + index), role: 'host' }))
    const common = { platform: 'discord', communityId: HOME, mappedBy: 'test', mappedAt: new Date(NOW) }
    await house.database.prisma.groupRole.createMany({ data: roles.slice(0, 49).map((role) => ({ ...common, ...role })) })
    const [first, second] = [house.fake.addRole(HOME, { name: 'A' }), house.fake.addRole(HOME, { name: 'B' })]
    const talks = await Promise.all([first, second].map((role) => house.give(OPERATOR, 'role map', { 'group-role': role, role: 'host' })))
    expect(talks.filter(({ text }) => text.includes('role.too_many')).length).toBe(1)
    expect(await house.database.prisma.groupRole.count()).toBe(50)
  })
})

describe('the bot put out', () => {
  const alerts = async () =>
    (await house.database.prisma.outboxRow.findMany({ where: { topic: 'operator-alert' } })).map(({ payload }) => payload)
  const noted = (count: number) =>
    expect.poll(async () => house.database.prisma.setting.count({ where: { key: { startsWith: 'put-out:' } } })).toBe(count)

  test('of a server of the community is told to operators, once for each time', async () => {
    const { fake } = house
    fake.addGuild({ id: OTHER, name: 'A stranger’s' })
    fake.outage(HOME, false)
    fake.outage(HOME, true)
    fake.removeGuild(OTHER)
    const back = () => fake.addGuild({ id: HOME, name: 'Home again' })
    fake.removeGuild(HOME)
    await noted(1)
    expect(await alerts()).toEqual([{ code: 'bot-put-out', platform: 'discord', server: HOME }])
    // Told by several processes, or again.
    await Promise.all([1, 2, 3].map(() => house.composed.chat.membership.putOut('discord', HOME)))
    expect((await alerts()).length).toBe(1)
    back()
    await noted(0)
    fake.removeGuild(HOME)
    await noted(1)
    expect((await alerts()).length).toBe(2)
  })
})

describe('another server', () => {
  beforeEach(() => {
    house.fake.addGuild({ id: OTHER, name: 'Other' })
    house.fake.addChannel({ guild: OTHER })
    for (const userId of [OPERATOR, MEMBER]) house.fake.addMember({ guild: OTHER, userId })
  })

  test('is a stranger’s until an operator adds it from inside, and again when it is removed', async () => {
    const there = { guild: OTHER }
    expect((await house.give(MEMBER, 'balance', {}, there)).text).toContain('community.stranger')
    expect((await house.give(MEMBER, 'guild add', {}, there)).text).toContain('community.stranger')
    expect(await house.database.prisma.member.count()).toBe(0)
    expect((await house.give(OPERATOR, 'guild add', {}, there)).text).toContain('This server now belongs to the community.')
    expect((await house.give(OPERATOR, 'guild add', {}, there)).text).toContain('nothing changed')
    expect((await house.give(MEMBER, 'balance', {}, there)).text).toContain('Balance')
    expect((await house.give(OPERATOR, 'guild list')).text).toContain(OTHER)
    expect((await house.give(OPERATOR, 'guild remove', { guild: OTHER })).text).toContain('no longer belongs')
    expect((await house.give(MEMBER, 'balance', {}, there)).text).toContain('community.stranger')
    expect((await house.give(OPERATOR, 'guild remove')).text).toContain('guild.not_added')
    expect((await house.give(MEMBER, 'balance')).text).toContain('Balance')
  })

  test('that removes the bot and invites it again is served as before; an outage of Discord’s changes nothing either', async () => {
    const { fake } = house
    await house.give(OPERATOR, 'guild add', {}, { guild: OTHER })
    fake.outage(OTHER, false)
    fake.outage(OTHER, true)
    expect((await house.give(MEMBER, 'balance', {}, { guild: OTHER })).text).toContain('Balance')
    fake.removeGuild(OTHER)
    fake.addGuild({ id: OTHER, name: 'Other again' })
    fake.addChannel({ guild: OTHER })
    fake.addMember({ guild: OTHER, userId: MEMBER })
    expect((await house.give(MEMBER, 'balance', {}, { guild: OTHER })).text).toContain('Balance')
  })
})

describe('setup', () => {
  test('shows what is chosen by name, offers lists for the rest, and keeps what is chosen', async () => {
    const { fake, channel } = house
    const hosts = fake.addRole(HOME, { name: 'Hosts' })
    const shown = await house.give(OPERATOR, 'setup')
    expect(shown.text).toContain('Language of public answers:** English (of the community)')
    expect(shown.text).toContain('Announcements in:** not chosen')
    expect(shown.buttons.at(-1)?.style).toBe(ButtonStyle.Primary)
    const [channels, hostRoles, reviewerRoles] = selectsOf(present(shown.messages[0]))
    const choose = async (list: SelectView | undefined, value: string) => {
      const { customId, messageId } = present(list)
      const talk = await fake.select({ user: OPERATOR, message: { id: messageId }, customId, values: [value] })
      return talk.until('the answer', ({ messages }) => messages.length > 1)
    }
    expect((await choose(channels, channel)).text).toContain(`Announcements in:** <#${channel}>`)
    expect((await choose(hostRoles, hosts)).text).toContain(`Hosts have the role:** <@&${hosts}>`)
    const staff = fake.addRole(HOME, { name: 'Staff' })
    expect((await choose(hostRoles, staff)).text).toContain(`<@&${hosts}>, <@&${staff}>`)
    // A role of everyone's is refused, and asked for again by a form with the same list.
    const asked = await choose(reviewerRoles, HOME)
    expect(asked.text).toContain('role.everyone')
    const form = present((await press(asked, OPERATOR, 'Answer')).modal)
    const mapped = await fake.submitModal({ user: OPERATOR, modal: form, fields: { value: [staff] } })
    expect(mapped.text).toContain(`Reviewers have the role:** <@&${staff}>`)
    fake.setRoles(HOME, MEMBER, [hosts])
    expect((await createEvent(MEMBER)).text).toContain('EVT-1 created')
    expect((await audited()).filter((line) => line.startsWith('setup')).length).toBe(5)
  })

  test('chooses the language of what everyone reads there; private answers stay in their reader’s', async () => {
    expect((await house.give(MEMBER, 'event list')).text).toContain('No event is planned.')
    expect((await house.give(OPERATOR, 'setup', { language: 'zh' })).text).toContain('Language of public answers:** 中文 (Chinese)')
    expect((await house.give(MEMBER, 'event list')).text).toContain('没有计划中的活动。')
    expect((await house.give(MEMBER, 'balance')).text).toContain('Balance')
    expect((await house.give(MEMBER, 'event list', {}, { dm: true })).text).toContain('No event is planned.')
  })
})

describe('diagnose', () => {
  test('names what is missing in each channel that is used, in the language of the reader', async () => {
    const { fake } = house
    const halls = fake.addChannel({ name: 'announcements', botPermissions: 1n << 10n })
    const hidden = fake.addChannel({ name: 'hidden', botPermissions: 0n })
    const fine = await house.give(OPERATOR, 'diagnose')
    expect(fine.text).toContain('\\#general: nothing is missing')
    expect(fine.text).toContain('offered here as they should be')
    await house.give(OPERATOR, 'setup', { channel: halls })
    const { text } = await house.give(OPERATOR, 'diagnose')
    expect(text).toContain('I may not “Send Messages”, “Send Messages in Threads”, “Read Message History”, “Embed Links”, “Attach Files”')
    expect((await house.give(OPERATOR, 'diagnose', { channel: hidden })).text).toContain('I cannot see it')
    fake.removeChannel(halls)
    expect((await house.give(OPERATOR, 'diagnose')).text).toContain(`${halls}: I cannot see it; it was deleted`)
    await house.database.prisma.roleGrant.create({
      data: { memberId: await idOf(READER), role: 'operator', grantedAt: new Date(NOW) },
    })
    expect((await house.give(READER, 'diagnose')).text).toContain('\\#general：权限齐全')
  })

  test('in a direct message, and of an administrator, says so', async () => {
    expect((await house.give(OPERATOR, 'diagnose', {}, { dm: true })).text).toContain('guild.none')
    house.fake.addGuild({ id: OTHER, botPermissions: 8n })
    house.fake.addChannel({ guild: OTHER })
    house.fake.addMember({ guild: OTHER, userId: OPERATOR })
    await house.give(OPERATOR, 'guild add', {}, { guild: OTHER })
    expect((await house.give(OPERATOR, 'diagnose', {}, { guild: OTHER })).text).toContain('I am an administrator here.')
  })

  async function idOf(userId: string): Promise<string> {
    await house.give(userId, 'balance')
    return (await house.database.prisma.chatAccount.findFirstOrThrow({ where: { userId } })).memberId
  }
})

describe('codes and names', () => {
  const typed = (user: string, path: readonly string[], focused: string, text: string) =>
    house.fake.autocomplete({ user, path, focused, options: { [focused]: text } })
  const values = async (...given: Parameters<typeof typed>) => (await typed(...given)).map(({ value }) => value)

  test('of events: the host’s own first, then open ones, then those to come, then past ones; own ones alone where only they can be used', async () => {
    const grant = async (userId: string) => {
      await house.give(userId, 'balance')
      const { memberId } = await house.database.prisma.chatAccount.findFirstOrThrow({ where: { userId } })
      await house.database.prisma.roleGrant.create({ data: { memberId, role: 'host', grantedAt: new Date(NOW) } })
    }
    await grant(MEMBER)
    await grant(READER)
    for (const [user, title, start] of [
      [READER, 'Past Ａ', 'now'],
      [READER, 'Later', '+5d'],
      [READER, 'Soon 100%', '+2d'],
      [MEMBER, 'Mine', '+9d'],
    ] as const)
      await house.give(user, 'event create', { title, start })
    house.clock.now = NOW + 86_400_000
    await house.give(READER, 'event create', { title: 'Open', start: 'now' })
    expect(await values(MEMBER, ['pos', 'event', 'show'], 'event', '')).toEqual(['EVT-4', 'EVT-5', 'EVT-3', 'EVT-2', 'EVT-1'])
    expect(await values(MEMBER, ['pos', 'event', 'codes'], 'event', '')).toEqual(['EVT-4'])
    expect((await values(OPERATOR, ['pos', 'event', 'codes'], 'event', '')).length).toBe(5)
    expect(await values(MEMBER, ['pos', 'event', 'show'], 'event', 'ｐａｓｔ a')).toEqual(['EVT-1'])
    expect(await values(MEMBER, ['pos', 'event', 'show'], 'event', 'evt 3')).toEqual(['EVT-3'])
    expect(await values(MEMBER, ['pos', 'event', 'show'], 'event', '100%')).toEqual(['EVT-3'])
    expect(await values(MEMBER, ['pos', 'event', 'show'], 'event', '_%\\')).toEqual([])
    expect((await typed(MEMBER, ['pos', 'event', 'show'], 'event', 'mine'))[0]?.name).toBe('EVT-4 · Mine · 2027-02-12 18:00')
  })

  test('of forms: open ones to fill in, one’s own drafts to send, all of them for those who keep them; and one’s own submissions', async () => {
    await seedForms(house.database, BUILTIN_FORMS, NOW)
    const form = ['pos-form', 'form']
    expect(await values(MEMBER, [...form, 'fill'], 'form', '')).toEqual(['FRM-4', 'FRM-3', 'FRM-2', 'FRM-1'])
    expect(await values(MEMBER, [...form, 'show'], 'form', 'frm 3')).toEqual(['FRM-3'])
    expect((await typed(READER, [...form, 'fill'], 'form', '质押'))[0]?.name).toMatch(/^FRM-\d .*质押/)
    await house.give(OPERATOR, 'form close', { form: 'FRM-2' })
    expect(await values(MEMBER, [...form, 'fill'], 'form', '')).toEqual(['FRM-4', 'FRM-3', 'FRM-1'])
    expect(await values(OPERATOR, ['pos-review', 'form', 'open'], 'form', '')).toContain('FRM-2')
    expect(await values(MEMBER, ['pos-review', 'form', 'open'], 'form', '')).toEqual([])

    expect(await values(MEMBER, [...form, 'send'], 'form', '')).toEqual([])
    await house.give(MEMBER, 'form fill', { form: 'FRM-4' })
    expect(await values(MEMBER, [...form, 'send'], 'form', '')).toEqual(['FRM-4'])
    expect(await values(READER, [...form, 'discard'], 'form', '')).toEqual([])

    const { memberId } = await house.database.prisma.chatAccount.findFirstOrThrow({ where: { userId: MEMBER } })
    const at = new Date(NOW)
    const { number } = await house.database.prisma.submission.create({
      data: { form: 4, memberId, slot: '2027-02-03/1', status: 'in-review', revision: 1, contributedAt: at },
    })
    await house.database.prisma.submissionRevision.create({
      data: { submission: number, revision: 1, form: 4, version: 1, answers: {}, submittedAt: at },
    })
    const shown = ['pos-form', 'submission', 'show']
    expect((await typed(MEMBER, shown, 'submission', ''))[0]).toMatchObject({ value: `SUB-${number}`, name: expect.stringMatching(/· \S/) })
    expect(await values(READER, shown, 'submission', '')).toEqual([])
  })

  test('of commands, zones and periods, as far as the member may use them', async () => {
    expect(await values(MEMBER, ['pos', 'help'], 'command', 'role')).toEqual([])
    expect(await values(OPERATOR, ['pos', 'help'], 'command', 'ROLE map')).toEqual(['role map', 'role unmap', 'role maps'])
    expect((await typed(READER, ['pos', 'help'], 'command', 'balance'))[0]?.name).toMatch(/^balance：/)
    expect(await values(MEMBER, ['pos-me', 'timezone'], 'zone', 'shanghai')).toEqual(['Asia/Shanghai'])
    expect((await values(MEMBER, ['pos-me', 'timezone'], 'zone', '')).slice(0, 2)).toEqual(['UTC', 'Asia/Shanghai'])
    expect(await values(READER, ['pos-me', 'timezone'], 'zone', '中国')).toContain('Asia/Shanghai')
    expect((await typed(READER, ['pos-me', 'timezone'], 'zone', 'Shanghai'))[0]?.name).toMatch(/^Asia\/Shanghai · 中国.*时间 · UTC\+08:00$/)
    expect((await values(MEMBER, ['pos', 'period'], 'period', '')).slice(0, 3)).toEqual(['1', '2', '3'])
    expect(await values(MEMBER, ['pos', 'statement'], 'period', '')).toEqual([])
    house.clock.now = NOW + 70 * 86_400_000
    expect(await values(MEMBER, ['pos', 'statement'], 'period', '')).toEqual(['2', '1'])
    expect((await values(MEMBER, ['pos', 'period'], 'period', '')).slice(0, 4)).toEqual(['3', '2', '1', '4'])
    // Nobody has become a member by typing.
    expect(await house.database.prisma.member.count()).toBe(0)
  })
})

describe('the registered commands', () => {
  test('are each in one root, whose theme was chosen', () => {
    const { commands } = house.composed.chat
    const slash = slashCommands(commands, house.composed.chat.speak)
    const listed = commands.filter(({ unlisted }) => unlisted !== true)
    const paths = house.fake
      .registeredCommands()
      .flatMap(({ name: root, options = [] }) =>
        options.flatMap((option): [string, string | null, string][] =>
          option.type === ApplicationCommandOptionType.SubcommandGroup
            ? (option.options ?? []).map(({ name }) => [root, option.name, name])
            : [[root, null, option.name]],
        ),
      )
    const named = paths.map((path) => commandName(present(slash.find(...path))))
    expect(named.toSorted()).toEqual(listed.map(commandName).toSorted())
    expect(
      house.fake
        .registeredCommands()
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(ROOTS.map(({ name }) => name).toSorted())
    const ofMembers = listed.filter(({ access }) => access === 'member' || access === 'host').map(({ name: [word] }) => word)
    expect([...new Set(ofMembers)].toSorted()).toEqual(Object.values(MEMBER_WORDS).flat().toSorted())
  })

  test('have Chinese names for every word and option, each once among its siblings', () => {
    const nameless: string[] = []
    const met = new Set<string>()
    const walk = (options: readonly object[], path: string): void => {
      const localized = options.map((option) => {
        const {
          name,
          name_localizations: names = {},
          options: inner = [],
        } = option as { name: string; name_localizations?: Record<string, string>; options?: object[] }
        if (path !== '' || name !== 'pos')
          if (names?.['zh-CN'] === undefined || names['zh-TW'] === undefined) nameless.push(`${path} ${name}`)
        met.add(name)
        walk(inner, `${path} ${name}`)
        return names?.['zh-CN'] ?? name
      })
      expect(new Set(localized).size, path).toBe(localized.length)
    }
    walk(house.fake.registeredCommands(), '')
    expect(nameless).toEqual([])
    expect(Object.keys(CHINESE_WORDS).filter((word) => !met.has(word))).toEqual([])
  })
})
