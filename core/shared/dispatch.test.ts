import assert from 'node:assert'
import { beforeEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import type { ChatAccount, ChatPlace } from './actor.ts'
import { defineCommand, type Run } from './command.ts'
import { bindCommand, createDispatch, isIssued, type Dispatch } from './dispatch.ts'
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

function press(token: string, from: { account?: ChatAccount; key?: string; extra?: Record<string, string> } = {}) {
  const { extra } = from
  return dispatch.press({ account: from.account ?? ann, place, token, key: from.key ?? 'p1', ...(extra === undefined ? {} : { extra }) })
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

describe('what waits in the inbox', () => {
  const told = say('newMessages', { count: 2 })

  test('is told once, under a private answer that is good, and is not kept with it', async () => {
    world.unmentioned.set('member-1', 2)
    expect((await send('show all')).reply.lines).not.toContainEqual(told)
    expect((await send('checkin', { code: 'ABC' })).reply.lines).not.toContainEqual(told)
    expect((await send('add', { amount: '0' })).reply.lines).not.toContainEqual(told)
    expect((await send('add', { amount: '1' }, { key: 'k2' })).reply.lines.at(-1)).toEqual(told)
    expect((await send('add', { amount: '1' }, { key: 'k2' })).reply.lines).not.toContainEqual(told)
    expect((await send('add', { amount: '1' }, { key: 'k3' })).reply.lines).not.toContainEqual(told)
  })

  test('is told to each member of their own, and not where a screen shows it by itself', async () => {
    world.unmentioned.set('member-2', 2)
    expect((await send('add', { amount: '1' }, { account: { ...ben, platform: 'console' } })).reply.lines).not.toContainEqual(told)
    expect((await send('add', { amount: '1' }, { key: 'k2' })).reply.lines).not.toContainEqual(told)
    expect((await send('add', { amount: '1' }, { account: ben, key: 'k3' })).reply.lines.at(-1)).toEqual(told)
  })

  test('costs no answer when it cannot be read; a bug is reported', async () => {
    world.mentionFails = new Fault('database', 'gone', { retryable: true })
    expect((await send('add', { amount: '1' })).reply.tone).toBe('done')
    expect(world.reported).toEqual([])
    world.mentionFails = new Error('a bug')
    expect((await send('add', { amount: '1' }, { key: 'k2' })).reply.tone).toBe('done')
    expect(world.reported).toEqual([world.mentionFails])
    expect(world.state.total).toBe(2)
  })
})

describe('buttons', () => {
  async function issued(): Promise<string> {
    const { reply } = await send('add', { amount: '5' })
    const button = reply.buttons![0]!
    assert(isIssued(button))
    return button.token
  }

  test('run their command with their input and what was asked on the way', async () => {
    const { reply } = await press(await issued(), { extra: { note: 'hello' } })
    expect(reply.tone).toBe('done')
    expect(world.state.total).toBe(7)
    expect(world.state.lines.get('p1')).toMatchObject({ command: 'add', input: '{"amount":"2","note":"hello"}' })
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
    for (const [key, amount] of [
      ['p1', '50'],
      ['p2', '13'],
      ['p3', '15'],
    ] as const)
      expect((await press(token, { key, extra: { amount } })).reply.tone).not.toBe('done')
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
