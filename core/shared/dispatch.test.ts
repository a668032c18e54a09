import assert from 'node:assert'
import { beforeEach, describe, expect, test } from 'vitest'
import type { ChatPlace } from './actor.ts'
import { Fault } from './fault.ts'
import { isIssued } from './press.ts'
import { sharedTexts } from './shared.texts.ts'
import { ben, place, startDispatch } from '../../test/support/dispatch-stage.ts'
import { NOW } from '../../test/support/dispatch-world.ts'

const { say } = sharedTexts
let { world, send } = startDispatch()
beforeEach(() => {
  ;({ world, send } = startDispatch())
})

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
    ;({ send } = startDispatch())
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
