import assert from 'node:assert'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { AuditLine } from '../../core/shared/dispatch.ts'
import { isIssued } from '../../core/shared/press.ts'
import { DAY } from '../../core/shared/instant.ts'
import type { Button, Reply } from '../../core/shared/reply.ts'
import { sharedTexts } from '../../core/shared/shared.texts.ts'
import { freshDatabase } from '../../test/support/postgres.ts'
import { openDatabase, sqlState, type Database } from './database.ts'
import { dispatchStore } from './dispatch-store.ts'

const NOW = Date.UTC(2027, 1, 3)
const { say } = sharedTexts
let database: Database
let store: ReturnType<typeof dispatchStore>

beforeAll(async () => {
  database = openDatabase(await freshDatabase(), { connections: 12 })
  store = dispatchStore(database)
})
afterAll(() => database.close())

const reply: Reply = {
  audience: 'private',
  tone: 'done',
  lines: [say('plain', { text: 'a “text” with \\ and 😀' })],
  fields: [
    { label: say('on'), value: 10n ** 17n },
    { label: say('off'), value: { at: NOW } },
  ],
}
const line = (key: string): AuditLine => ({ key, memberId: 'm', command: 'do', input: '{"a":"1"}', reply, at: NOW })

/** A write as dispatch makes it: claim, work, line. */
function once(key: string, work: () => Promise<void> = () => Promise.resolve()): Promise<'done' | 'replayed'> {
  return store.write(async (tx) => {
    if ((await store.claimKey(tx, key, 'm')) !== undefined) return { keep: false, value: 'replayed' as const }
    await work()
    await tx.setting.create({ data: { key: `effect:${key}`, value: 'x' } })
    await store.saveLine(tx, line(key))
    return { keep: true, value: 'done' as const }
  })
}

describe('keys', () => {
  test('a line comes back as it was saved, amounts and instants included', async () => {
    expect(await once('k1')).toBe('done')
    expect(await store.write(async (tx) => ({ keep: false, value: await store.claimKey(tx, 'k1', 'm') }))).toEqual(line('k1'))
    expect(await store.write(async (tx) => ({ keep: false, value: await store.claimKey(tx, 'k2', 'm') }))).toBeUndefined()
  })

  test('the same key ten times at once has one effect, and the others find its line', async () => {
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => once('at-once')))
    expect(outcomes.toSorted()).toEqual(['done', ...Array.from({ length: 9 }, () => 'replayed')])
  })

  test('what is not kept leaves nothing, and its key is free again', async () => {
    await expect(once('failed', () => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug')
    await store.write(async (tx) => {
      await tx.setting.create({ data: { key: 'not-kept', value: 'x' } })
      return { keep: false, value: undefined }
    })
    expect(await database.prisma.setting.count({ where: { key: { in: ['not-kept', 'effect:failed'] } } })).toBe(0)
    expect(await once('failed')).toBe('done')
  })

  test('lines can not be changed or deleted', async () => {
    const { prisma } = database
    const attempts = [() => prisma.auditLine.updateMany({ data: { reply: '{}' } }), () => prisma.auditLine.deleteMany()]
    for (const attempt of attempts) await expect(attempt()).rejects.toThrow('append-only')
  })
})

describe('transactions', () => {
  test('a lost race is run again from the start', async () => {
    let runs = 0
    await store.write(async (tx) => {
      runs += 1
      if (runs === 1) await database.prisma.setting.create({ data: { key: 'race', value: 'first' } })
      const found = await (runs === 1 ? null : tx.setting.findUnique({ where: { key: 'race' } }))
      if (found === null) await tx.setting.create({ data: { key: 'race', value: 'second' } })
      return { keep: true, value: undefined }
    })
    expect(runs).toBe(2)
  })

  test('a constraint that never holds is passed on with its SQLSTATE', async () => {
    const failure = await store
      .write(async (tx) => ({ keep: true, value: await tx.account.update({ where: { name: 'pool' }, data: { balance: -1n } }) }))
      .catch((error: unknown) => error)
    expect(sqlState(failure)).toBe('23514')
  })

  test('a database that is away is a fault, in reads and writes', async () => {
    const gone = openDatabase('postgresql://nobody@127.0.0.1:1/none', { connections: 1 })
    const away = dispatchStore(gone)
    const fault = { source: 'database', retryable: true }
    await expect(away.write(async () => ({ keep: true, value: undefined }))).rejects.toMatchObject(fault)
    await expect(away.read((tx) => tx.member.count())).rejects.toMatchObject(fault)
    await gone.close()
  })
})

const PLACE = { kind: 'group', chatId: 'chat-1', threadId: '7', communityId: 'group-1' } as const

describe('buttons', () => {
  async function issue(button: Partial<Button> = {}): Promise<string> {
    const full: Button = { label: say('on'), command: 'do it', input: { event: 'EVT-1' }, allowed: 'owner', ...button }
    const issued = await store.write(async (tx) => ({
      keep: true,
      value: await store.issueButtons(tx, { ...reply, buttons: [full] }, 'owner-id', PLACE, NOW),
    }))
    const first = issued.buttons![0]!
    assert(isIssued(first))
    return first.token
  }

  test('run their command for their owner until they expire after thirty days', async () => {
    const token = await issue()
    expect(token).toMatch(/^[\w-]{22}$/)
    const ready = { state: 'ready', command: 'do it', input: { event: 'EVT-1' }, place: PLACE, choice: undefined }
    expect(await store.takeButton(token, 'owner-id', 'press', NOW)).toEqual(ready)
    expect(await store.takeButton(token, 'owner-id', 'press', NOW + 30 * DAY - 1)).toEqual(ready)
    expect(await store.takeButton(token, 'owner-id', 'press', NOW + 30 * DAY)).toEqual({ state: 'gone' })
    expect(await store.takeButton(token, 'somebody', 'press', NOW)).toEqual({ state: 'other' })
    expect(await store.takeButton('made-up', 'owner-id', 'press', NOW)).toEqual({ state: 'gone' })
  })

  test('for everyone work for everyone', async () => {
    expect(await store.takeButton(await issue({ allowed: 'anyone' }), 'somebody', 'press', NOW)).toMatchObject({ state: 'ready' })
  })

  test('that work once are taken by one of ten at once; a stranger’s press does not use them up', async () => {
    const token = await issue({ once: true })
    expect(await store.takeButton(token, 'somebody', 'press', NOW)).toEqual({ state: 'other' })
    const states = (
      await Promise.all(Array.from({ length: 10 }, (_, press) => store.takeButton(token, 'owner-id', `press-${press}`, NOW)))
    ).map(({ state }) => state)
    expect(states.toSorted()).toEqual(['ready', ...Array.from({ length: 9 }, () => 'used')])
  })

  test('are taken again by the same press, and by another one after it was given back', async () => {
    const token = await issue({ once: true })
    const take = async (key: string) => (await store.takeButton(token, 'owner-id', key, NOW)).state
    expect([await take('p1'), await take('p1'), await take('p2')]).toEqual(['ready', 'ready', 'used'])
    await store.releaseButton(token, 'p2')
    expect(await take('p2')).toBe('used')
    await store.releaseButton(token, 'p1')
    expect([await take('p2'), await take('p1')]).toEqual(['ready', 'used'])
  })

  test('of a reply that is not kept were never issued; a reply without buttons stays as it is', async () => {
    let token = ''
    await store.write(async (tx) => {
      const issued = await store.issueButtons(
        tx,
        { ...reply, buttons: [{ label: say('on'), command: 'x', input: {}, allowed: 'anyone' }] },
        'owner-id',
        PLACE,
        NOW,
      )
      token = issued.buttons!.map((button) => (isIssued(button) ? button.token : '')).join('')
      return { keep: false, value: undefined }
    })
    expect(await store.takeButton(token, 'owner-id', 'press', NOW)).toEqual({ state: 'gone' })
    expect(await store.write(async (tx) => ({ keep: true, value: await store.issueButtons(tx, reply, 'owner-id', PLACE, NOW) }))).toBe(
      reply,
    )
  })

  test('of choices keep their values, and those of a list of the platform keep none', async () => {
    const choice = { label: say('on'), command: 'do it', field: 'event', input: { more: 'x' }, allowed: 'anyone' } as const
    const issued = await store.write(async (tx) => ({
      keep: true,
      value: await store.issueButtons(
        tx,
        {
          ...reply,
          audience: 'public',
          choices: [
            { ...choice, options: [{ label: say('on'), value: 'EVT-1' }] },
            { ...choice, options: 'channels' },
          ],
        },
        'owner-id',
        PLACE,
        NOW,
      ),
    }))
    const taken = await Promise.all(issued.choices!.filter(isIssued).map(({ token }) => store.takeButton(token, 'somebody', 'press', NOW)))
    const ready = { state: 'ready', command: 'do it', input: { more: 'x' }, place: undefined }
    expect(taken).toEqual([
      { ...ready, choice: { field: 'event', values: ['EVT-1'] } },
      { ...ready, choice: { field: 'event', values: undefined } },
    ])
  })
})
