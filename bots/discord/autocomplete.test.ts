import { InteractionType } from 'discord.js'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { ANN, BOB, GUILD, LIN, openHouse, type House } from '../../test/support/discord/house.ts'

let house: House
beforeEach(async () => {
  house = await openHouse()
  for (const title of ['Weekly Call', '读书会 ＡＢＣ'])
    await house.fake.slash({ user: ANN, path: ['pos', 'event', 'create'], options: { title } })
})
afterEach(async () => {
  await house[Symbol.asyncDispose]()
})

const typed = (text: string, user = BOB) =>
  house.fake.autocomplete({ user, path: ['pos', 'every'], focused: 'event', options: { title: 'x', event: text } })

describe('while somebody types', () => {
  test.each([
    ['', ['EVT-1', 'EVT-2']],
    ['evt-2', ['EVT-2']],
    ['ＥＶＴ－１', ['EVT-1']],
    ['weekly', ['EVT-1']],
    ['CALL week', ['EVT-1']],
    ['读书', ['EVT-2']],
    ['abc', ['EVT-2']],
    ['nothing like it', []],
    ['\u0000\ud800', ['EVT-1', 'EVT-2']],
    ['x'.repeat(6_000), []],
  ])('“%s” finds what is meant by code or title', async (text, values) => {
    expect((await typed(text)).map(({ value }) => value)).toEqual(values)
  })

  test('the names are in the language of the member, and nothing was written or met', async () => {
    const before = house.app.met.length
    expect((await typed('1')).map(({ name }) => name)).toEqual(['Event EVT-1: Weekly Call'])
    expect((await typed('1', LIN)).map(({ name }) => name)).toEqual(['活动 EVT-1：Weekly Call'])
    expect(house.app.met.length).toBe(before)
  })

  test('a choice of more than 25 is offered in parts', async () => {
    const letters = (letter: string) =>
      house.fake.autocomplete({ user: BOB, path: ['pos', 'every'], focused: 'letter', options: { title: 'x', letter } })
    expect((await letters('')).length).toBe(25)
    expect(await letters('Ｚ')).toEqual([{ name: 'z', value: 'z' }])
    const { text } = await house.fake.slash({ user: BOB, path: ['pos', 'every'], options: { title: 'x', letter: 'z' } })
    expect(text).toContain('"letter":"z"')
  })

  test('a stranger’s server is offered nothing', async () => {
    const { fake } = house
    const guild = fake.addGuild({ id: '200000000000000009', name: 'Elsewhere' })
    fake.addChannel({ guild })
    fake.addMember({ guild, userId: '300000000000000009', name: 'eve' })
    const choices = await fake.autocomplete({
      user: '300000000000000009',
      guild,
      path: ['pos', 'every'],
      focused: 'event',
      options: { title: 'x', event: '' },
    })
    expect(choices).toEqual([])
  })

  test('what fails or takes too long is an empty list, never an error', async () => {
    const { app, fake } = house
    await house.restart({ ...app, suggest: () => Promise.reject(new Error('the database is gone')) })
    expect(await typed('')).toEqual([])
    expect(app.logged.at(-1)).toMatchObject({ level: 'warn', message: 'suggestions could not be found' })
    await house.restart({ ...app, suggest: () => new Promise(() => {}) })
    expect(await typed('')).toEqual([])
    expect([app.bugs, fake.violations]).toEqual([[], []])
  })

  test('what is too long for Discord is cut where it is shown, and left out where it would mean something else', async () => {
    const { app } = house
    const label = (text: string) => ({ key: 'shared.plain', values: { text } })
    await house.restart({
      ...app,
      suggest: () =>
        Promise.resolve({
          suggestions: [
            { value: 'kept', label: label('字'.repeat(300)) },
            { value: 'v'.repeat(101), label: label('too long') },
            { value: 'nameless', label: label(' ') },
            ...Array.from({ length: 40 }, (_, index) => ({ value: `n${index}`, label: label(`n${index}`) })),
          ],
          language: 'en',
          timeZone: 'UTC',
        }),
    })
    const choices = await typed('')
    expect(choices.length).toBe(25)
    expect(choices.slice(0, 2)).toEqual([
      { name: `${'字'.repeat(99)}…`, value: 'kept' },
      { name: 'nameless', value: 'nameless' },
    ])
  })

  test('a command that was renamed since is offered nothing', async () => {
    const talk = await house.fake.forge({
      user: BOB,
      guild: GUILD,
      type: InteractionType.ApplicationCommandAutocomplete,
      data: {
        id: '1',
        name: 'pos',
        type: 1,
        options: [{ name: 'gone', type: 1, options: [{ name: 'x', type: 3, value: '', focused: true }] }],
      },
    })
    expect(talk.choices).toEqual([])
  })
})
