import assert from 'node:assert'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ChatAccount, ChatPlace } from './actor.ts'
import { defineCommand, type Run } from './command.ts'
import { bindCommand, createDispatch, type Dispatch } from './dispatch.ts'
import { isIssued } from './press.ts'
import { Fault } from './fault.ts'
import { integerField, textField, verbatimField } from './field.ts'
import { done, refuse, type Outcome } from './refusal.ts'
import type { Button, Reply } from './reply.ts'
import { sharedTexts } from './shared.texts.ts'
import { checkTx, NOW, World, type Tx } from '../../test/support/dispatch-world.ts'

const { say } = sharedTexts
const ann: ChatAccount = { platform: 'discord', userId: '1', name: 'Ann', locale: 'en-US' }
const ben: ChatAccount = { platform: 'telegram', userId: '2', name: 'Ben', locale: 'zh-CN' }
const place: ChatPlace = { kind: 'group', chatId: 'c', communityId: 'home' }

const answerOf = (changes: Partial<Reply> = {}): Reply => ({ audience: 'private', tone: 'done', lines: [say('on')], ...changes })
const addMore: Button = { label: say('on'), command: 'add', input: { amount: '2' }, allowed: 'owner', once: true }

const add = defineCommand({
  name: ['add'],
  summary: say('on'),
  access: 'member',
  effect: 'write',
  audience: 'private',
  input: z.object({ amount: integerField(say('on'), { min: 1, max: 99 }), note: textField(say('off'), { max: 20 }).optional() }),
  async run({ port, actor }: Run<Tx>, { amount }): Promise<Outcome<number>> {
    checkTx(port)
    world.places.push(actor.place)
    port.state.total += amount
    if (amount === 13) throw new Fault('database', 'gone', { retryable: true })
    if (amount === 14) throw new Fault('chain', 'refused for good', { retryable: false })
    if (amount === 15) throw new Error('a bug')
    if (amount === 16) throw new Fault('overload', 'busy', { retryable: true })
    if (amount > 20) return refuse({ code: 'add.too_much', kind: 'limited', reason: say('off'), nextStep: say('on'), field: 'amount' })
    return done(port.state.total + (actor.memberId === '' ? 1 : 0))
  },
  render: (total) => answerOf({ fields: [{ label: say('on'), value: BigInt(total) }], buttons: [addMore] }),
})
const show = defineCommand({
  name: ['show', 'all'],
  summary: say('on'),
  access: 'member',
  effect: 'read',
  audience: 'public',
  input: z.object({}),
  run: async ({ port }: Run<Tx>) => done(port.state.total),
  render: (total) =>
    answerOf({
      audience: 'public',
      lines: [say('plain', { text: String(total) })],
      buttons: total === 0 ? [] : [{ ...addMore, allowed: 'anyone', once: false }],
    }),
})
const close = defineCommand({
  name: ['close'],
  summary: say('on'),
  access: 'host',
  effect: 'read',
  audience: 'private',
  input: z.object({}),
  run: async (_run: Run<Tx>) => done(undefined),
  render: () => answerOf(),
})
const checkin = defineCommand({
  name: ['checkin'],
  summary: say('on'),
  access: 'member',
  effect: 'grouped',
  audience: 'private',
  input: z.object({ code: textField(say('on'), { max: 20 }), list: verbatimField(say('off'), { max: 1_000, file: true }).optional() }),
  run: async ({ key, now }: Run<Tx>, { code }) =>
    code === 'no'
      ? refuse({ code: 'checkin.no', kind: 'invalid', reason: say('off'), nextStep: say('on'), field: 'code' })
      : done(`${key} at ${now}`),
  render: (text) => answerOf({ lines: [say('plain', { text })] }),
})

let world: World
let dispatch: Dispatch
beforeEach(() => {
  world = new World()
  dispatch = createDispatch(
    [
      bindCommand(add, (tx: Tx) => tx),
      bindCommand(show, (tx: Tx) => tx),
      bindCommand(close, (tx: Tx) => tx),
      bindCommand(checkin, (tx: Tx) => tx),
    ],
    world.port,
  )
})

function send(command: string, input: Record<string, unknown> = {}, from: { account?: ChatAccount; key?: string; place?: ChatPlace } = {}) {
  return dispatch({ account: from.account ?? ann, place: from.place ?? place, command, input, key: from.key ?? 'k1' })
}

function press(token: string, from: { account?: ChatAccount; key?: string; place?: ChatPlace; value?: string } = {}) {
  const { value } = from
  const pressed = { account: from.account ?? ann, place: from.place ?? place, token, key: from.key ?? 'p1' }
  return dispatch.press({ ...pressed, ...(value === undefined ? {} : { value }) })
}

describe('find and authorise', () => {
  test('an unknown command is a refusal, even one that every object has', async () => {
    expect((await send('nothing')).reply).toMatchObject({ tone: 'refused', code: 'command.unknown', audience: 'private' })
    expect((await send('constructor')).reply.code).toBe('command.unknown')
    expect(world.reported).toEqual([])
  })

  test('a role is needed, and an operator may do what any role may', async () => {
    expect((await send('close')).reply.code).toBe('command.forbidden')
    world.roles.set('1', ['member', 'host'])
    expect((await send('close')).reply.tone).toBe('done')
    world.roles.set('1', ['member', 'reviewer'])
    expect((await send('close')).reply.code).toBe('command.forbidden')
    world.roles.set('1', ['member', 'operator'])
    expect((await send('close')).reply.tone).toBe('done')
  })

  test('a stranger’s server is kept out before a member is made; a private chat is not', async () => {
    const abroad: ChatPlace = { ...place, communityId: 'elsewhere' }
    world.port.identify = () => assert.fail('identified a stranger')
    expect((await send('show all', {}, { place: abroad, account: ben })).reply.code).toBe('community.stranger')
    expect((await send('show all', {}, { place: abroad, account: ben })).language).toBe('zh')
    world = new World()
    dispatch = createDispatch([bindCommand(show, (tx: Tx) => tx)], world.port)
    expect((await send('show all', {}, { place: { kind: 'private', chatId: 'p' } })).reply.tone).toBe('done')
  })
})

describe('parse', () => {
  test('a missing value is asked for, and the rest of the input is kept', async () => {
    const { reply } = await send('add', { note: 'for you' })
    expect(reply).toMatchObject({
      tone: 'refused',
      code: 'input.missing',
      ask: { command: 'add', field: 'amount', input: { note: 'for you' } },
    })
    expect((await send('add', { amount: '', note: null })).reply.ask).toEqual({ command: 'add', field: 'amount', input: {} })
  })

  test('a wrong value is asked for again with its own code', async () => {
    const { reply } = await send('add', { amount: 'many', note: 'x' })
    expect(reply).toMatchObject({ code: 'input.integer', ask: { field: 'amount', input: { note: 'x' } } })
    expect((await send('add', { amount: 100 })).reply.code).toBe('input.integer')
  })

  test.each(['amounts', '…', 'constructor', 'toString'])('input that the command does not have is refused: %s', async (name) => {
    const { reply } = await send('add', { amount: '1', [name]: 'left over' })
    expect(reply).toMatchObject({ code: 'input.unexpected' })
    expect(reply.ask).toBeUndefined()
    expect(world.state.total).toBe(0)
  })

  test('nothing is written before the input is good', async () => {
    await send('add', { amount: 'x' })
    expect(world.writes).toBe(0)
  })
})

describe('a write', () => {
  test('keeps its effect, its line and its buttons together', async () => {
    const { reply } = await send('add', { amount: '5', note: undefined })
    expect(world.state.total).toBe(5)
    expect(reply.buttons!.every(isIssued)).toBe(true)
    expect(world.state.lines.get('k1')).toEqual({
      key: 'k1',
      memberId: 'member-1',
      command: 'add',
      input: '{"amount":"5"}',
      reply,
      at: NOW,
    })
  })

  test('delivered again answers what it answered, and does nothing', async () => {
    const first = await send('add', { amount: '5' })
    world.now += 60_000
    expect(await send('add', { amount: '5' })).toEqual(first)
    expect(world.state.total).toBe(5)
  })

  test('a key of another member or another command gives nothing of their answer', async () => {
    await send('add', { amount: '5' })
    const stolen = await send('add', { amount: '5' }, { account: ben })
    expect(stolen.reply).toMatchObject({ tone: 'refused', code: 'command.key_reused' })
    expect(stolen.reply.fields).toBeUndefined()
    world.state.lines.set('k2', { ...world.state.lines.get('k1')!, key: 'k2', command: 'other' })
    expect((await send('add', { amount: '5' }, { key: 'k2' })).reply.code).toBe('command.key_reused')
    expect(world.state.total).toBe(5)
  })

  test('a refusal is rolled back, leaves no line and may ask again', async () => {
    const { reply } = await send('add', { amount: '21' })
    expect(reply).toMatchObject({ tone: 'refused', code: 'add.too_much', ask: { command: 'add', field: 'amount', input: {} } })
    expect(world.state).toEqual({ total: 0, lines: new Map() })
    expect((await send('add', { amount: '5' })).reply.tone).toBe('done')
  })

  test('long values and files are kept in the audit trail by their length only', async () => {
    await send('add', { amount: `${' '.repeat(300)}5` })
    expect(world.state.lines.get('k1')!.input).toBe('{"amount":"(301 characters)"}')
  })
})

describe('trouble', () => {
  test('a fault of the world says so, changes nothing and is no bug', async () => {
    expect((await send('add', { amount: '13' })).reply).toMatchObject({ tone: 'fault', code: 'fault.database' })
    expect((await send('add', { amount: '16' })).reply).toMatchObject({
      tone: 'fault',
      code: 'fault.overload',
      lines: [say('busyReason'), say('busyNext')],
    })
    expect(world.state.total).toBe(0)
    expect(world.reported).toEqual([])
  })

  test('a bug, or a fault that will not pass, is reported under the id that the member reads', async () => {
    const { reply } = await send('add', { amount: '15' })
    expect(reply).toMatchObject({ tone: 'fault', code: 'bug', lines: [say('bugReason'), say('bugNext', { id: 'BUG-1' })] })
    expect((await send('add', { amount: '14' })).reply.lines).toContainEqual(say('bugNext', { id: 'BUG-2' }))
    expect(world.state).toEqual({ total: 0, lines: new Map() })
  })

  test('trouble before the member is known answers in the platform’s language', async () => {
    world.port.identify = () => Promise.reject(new Fault('database', 'gone', { retryable: true }))
    expect(await send('add', { amount: '1' }, { account: ben })).toMatchObject({
      language: 'zh',
      timeZone: 'UTC',
      reply: { code: 'fault.database' },
    })
  })
})

describe('reads and grouped commands', () => {
  test('neither claims a key nor saves a line', async () => {
    await send('show all')
    const { reply } = await send('checkin', { code: 'ABC' })
    expect(reply.lines).toEqual([say('plain', { text: `k1 at ${NOW}` })])
    expect(world.writes).toBe(0)
    expect((await send('checkin', { code: 'no', list: 'a' })).reply).toMatchObject({
      code: 'checkin.no',
      ask: { field: 'code', input: { list: 'a' } },
    })
  })

  test('a read with buttons gives them their tokens', async () => {
    world.state.total = 3
    const { reply, language } = await send('show all', {}, { account: ben })
    expect(reply.buttons!.every(isIssued)).toBe(true)
    expect(world.state.lines.size).toBe(0)
    // What everyone reads is in the community's language.
    expect(language).toBe('en')
    expect((await send('add', { amount: '1' }, { account: ben })).language).toBe('zh')
  })
})

describe('buttons', () => {
  async function issued(): Promise<string> {
    const { reply } = await send('add', { amount: '5' })
    const button = reply.buttons![0]!
    assert(isIssued(button))
    return button.token
  }

  test('run their command with their input, and with nothing else', async () => {
    const token = await issued()
    expect((await press(token, { value: '9' })).reply.code).toBe('button.gone')
    expect((await press(`${token}.0`)).reply.code).toBe('button.gone')
    const { reply } = await press(token)
    expect(reply.tone).toBe('done')
    expect(world.state.total).toBe(7)
    expect(world.state.lines.get('p1')).toMatchObject({ command: 'add', input: '{"amount":"2"}' })
  })

  test('of a private answer in a group mean the group when they are pressed in private, as long as the group is served', async () => {
    const token = await issued()
    const inPrivate = { place: { kind: 'private', chatId: 'p' } } as const
    world.homes.clear()
    expect((await press(token, inPrivate)).reply.code).toBe('community.stranger')
    world.homes.add('home')
    expect((await press(token, { ...inPrivate, key: 'p2' })).reply.tone).toBe('done')
    expect(world.places.at(-1)).toEqual(place)
    // A public answer is pressed where it stands, or not at all.
    const { reply } = await send('show all')
    const everyones = reply.buttons![0]!
    assert(isIssued(everyones))
    await press(everyones.token, { ...inPrivate, key: 'p3' })
    expect(world.places.at(-1)).toEqual(inPrivate.place)
  })

  test('of another member, used, expired or made up are refused', async () => {
    const token = await issued()
    expect((await press(token, { account: ben })).reply.code).toBe('button.other_member')
    expect((await press(token)).reply.tone).toBe('done')
    expect((await press(token, { key: 'p2' })).reply.code).toBe('button.used')
    expect((await press('made-up')).reply.code).toBe('button.gone')
    const late = world.buttons.size
    await send('add', { amount: '1' }, { key: 'k2' })
    world.now += 1_000
    expect((await press(`token-${late + 1}`)).reply.code).toBe('button.gone')
    expect(world.state.total).toBe(8)
  })

  test('pressed once and delivered twice answer the same twice, with one effect', async () => {
    const token = await issued()
    const first = await press(token)
    const again = await press(token)
    expect(again.reply).toEqual(first.reply)
    expect(world.state.total).toBe(7)
  })

  test('are not used up by a press that was refused or failed', async () => {
    const token = await issued()
    const kept = world.buttons.get(token)!
    for (const [key, amount] of [
      ['p1', '50'],
      ['p2', '13'],
      ['p3', '15'],
    ] as const) {
      world.buttons.set(token, { ...kept, control: { ...addMore, input: { amount } } })
      expect((await press(token, { key })).reply.tone).not.toBe('done')
    }
    world.buttons.set(token, kept)
    expect((await press(token, { key: 'p4' })).reply.tone).toBe('done')
    expect(world.state.total).toBe(7)
  })

  test('that everyone may press work for everyone, under their own authority', async () => {
    world.state.total = 3
    const { reply } = await send('show all')
    const button = reply.buttons![0]!
    assert(isIssued(button))
    expect((await press(button.token, { account: ben })).reply.tone).toBe('done')
    expect((await press(button.token, { key: 'p2' })).reply.tone).toBe('done')
    expect(world.state.lines.get('p1')!.memberId).toBe('member-2')
  })
})

describe('choices', () => {
  const choice = { label: say('on'), command: 'add', field: 'amount', input: { note: 'chosen' }, allowed: 'owner' } as const
  /** Tokens of a list of amounts, and of one that a platform itself offers. */
  async function issued(): Promise<readonly string[]> {
    const options = ['3', '50', 'x'].map((value) => ({ label: say('on'), value }))
    const tx = { state: world.state, isOpen: true, isWriting: true }
    const choices = [
      { ...choice, options },
      { ...choice, options: 'channels' as const },
    ]
    const reply = await world.port.issueButtons(tx, answerOf({ choices }), 'member-1', place, world.now)
    return reply.choices!.filter(isIssued).map(({ token }) => token)
  }

  test('run their command with the chosen value and the rest of their input, again and again', async () => {
    const [list, native] = await issued()
    expect((await press(`${list}.0`)).reply.tone).toBe('done')
    expect(world.state.lines.get('p1')).toMatchObject({ command: 'add', input: '{"note":"chosen","amount":"3"}' })
    expect((await press(`${list}.0`, { key: 'p2' })).reply.tone).toBe('done')
    expect((await press(native!, { key: 'p3', value: '4' })).reply.tone).toBe('done')
    expect(world.state.total).toBe(10)
  })

  test('read the value like anything typed, and ask again for a wrong one', async () => {
    const [list, native] = await issued()
    expect((await press(`${list}.1`)).reply.code).toBe('add.too_much')
    expect((await press(`${list}.2`)).reply).toMatchObject({ code: 'input.integer', ask: { command: 'add', field: 'amount' } })
    expect((await press(native!, { value: '<#1>' })).reply.code).toBe('input.integer')
    expect(world.state.total).toBe(0)
  })

  test('take nothing that was not offered', async () => {
    const [list, native] = await issued()
    const forged: readonly Parameters<typeof press>[] = [
      [list!],
      [`${list}.3`],
      [`${list}.999`],
      [list!, { value: '3' }],
      [`${list}.0`, { value: '3' }],
      [native!],
      [native!, { value: '' }],
      [`${native}.0`],
      [`${native}.0`, { value: '3' }],
    ]
    for (const [token, from] of forged) expect((await press(token, from)).reply.code).toBe('choice.unknown')
    for (const token of [`${list}.`, `${list}.-1`, `${list}.1e1`, `${list}.0000`, `${list}.0.0`])
      expect((await press(token)).reply.code).toBe('button.gone')
    expect((await press(`${list}.0`, { account: ben })).reply.code).toBe('button.other_member')
    world.now += 1_000
    expect((await press(`${list}.0`)).reply.code).toBe('button.gone')
    expect(world.state.total).toBe(0)
  })
})
