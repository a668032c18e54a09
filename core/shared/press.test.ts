import assert from 'node:assert'
import { beforeEach, describe, expect, test } from 'vitest'
import { isIssued } from './press.ts'
import { sharedTexts } from './shared.texts.ts'
import { addMore, answerOf, ben, place, startDispatch } from '../../test/support/dispatch-stage.ts'

const { say } = sharedTexts
let { world, send, press } = startDispatch()
beforeEach(() => {
  ;({ world, send, press } = startDispatch())
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
