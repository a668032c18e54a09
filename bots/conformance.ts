import { afterEach, beforeEach, describe, expect, test } from 'vitest'

/** Members of every test: `ann` is a host and reads English, `bob` reads English, `lin` reads Chinese. */
export const WHO = ['ann', 'bob', 'lin'] as const
export type Who = (typeof WHO)[number]

/** What the bot showed for one action, as a person reads it. */
export interface Shown {
  /** All text with markup resolved: escapes removed, formatting consumed, code as it stands, files not included. */
  readonly text: string
  /** Labels of the buttons, in order. */
  readonly buttons: readonly string[]
  /** Labels of what can be chosen, in order; where the platform has no lists, buttons stand for it. */
  readonly options: readonly string[]
  /** Every mention and link in it that is alive. */
  readonly live: readonly string[]
  /** Who can read it. */
  readonly seenBy: readonly Who[]
  readonly files: readonly { readonly name: string; readonly content: string }[]
  /** Whether it asks for a value, so that `answer` can give it. */
  readonly asks: boolean
}

/** What the sample product behind the bot has done. */
export interface SampleEffects {
  readonly notes: readonly { readonly text: string; readonly dropped: boolean }[]
  readonly events: readonly { readonly cancelled: boolean; readonly joined: readonly string[] }[]
  readonly bugs: number
}

/** One platform, one bot, and three people in one group with it. */
export interface ConformanceDriver extends AsyncDisposable {
  /** Somebody gives a command in the group; `input` by the names of the command's fields. Resolves when the bot has answered. */
  command(who: Who, command: string, input?: Readonly<Record<string, string>>): Promise<Shown>
  /** Somebody presses a button of something shown before. */
  press(who: Who, shown: Shown, label: string): Promise<Shown>
  /** Somebody chooses an option of something shown before, by its label. */
  choose(who: Who, shown: Shown, option: string): Promise<Shown>
  /** Gives the value that was asked for, the way the platform asks for it. */
  answer(who: Who, shown: Shown, value: string): Promise<Shown>
  /** The platform delivers the last action of `command` or `press` again; resolves when the bot has dealt with it. */
  redeliverLast(): Promise<void>
  effects(): SampleEffects
  /** Everything that the platform would have refused, and every ping that was sent. Must be empty after every test. */
  violations(): readonly unknown[]
}

/** Markup of every platform, mentions, links, and signs that turn text round. */
const NASTY =
  '**bold** _i_ ~~s~~ ||sp|| `code` @everyone <@300000000000000001> [click](https://evil.example) <b>x</b> &amp; \\ :smile: # * {{name}}'
const TURNING = '\u202eevil\u2066\u200b'

/** The suite that every bot passes (architecture, "bots"). */
export function describeBot(name: string, startDriver: () => Promise<ConformanceDriver>): void {
  describe(`${name} as a bot`, () => {
    let bot: ConformanceDriver
    beforeEach(async () => {
      bot = await startDriver()
    })
    afterEach(async () => {
      const violations = bot.violations()
      await bot[Symbol.asyncDispose]()
      expect(violations).toEqual([])
    })

    test('a private answer is seen by the asker alone', async () => {
      const shown = await bot.command('bob', 'balance')
      expect(shown.text).toContain('Balance')
      expect(shown.text).toContain('1,234.50 PoS')
      expect(shown.seenBy).toEqual(['bob'])
    })

    test('a public answer is seen by all, in the language of the community', async () => {
      const shown = await bot.command('lin', 'status')
      expect(shown.text).toContain('All is well.')
      expect(shown.seenBy).toEqual(['ann', 'bob', 'lin'])
    })

    test('a private answer is in the language of its reader', async () => {
      const chinese = await bot.command('lin', 'note add', { text: '开会' })
      expect(chinese.text).toContain('已保存第 1 条笔记：开会')
      expect(chinese.buttons).toEqual(['撤销'])
      const english = await bot.command('bob', 'note add', { text: 'meet' })
      expect(english.text).toContain('Note 2 is kept: meet')
      expect(english.buttons).toEqual(['Undo'])
    })

    test('a refusal shows its reason, the next step and its code, to the asker alone even when the command is public', async () => {
      const shown = await bot.command('bob', 'event create', { title: 'Call' })
      expect(shown.text).toContain('This needs the role host.')
      expect(shown.text).toContain('Ask an operator of the community to give you the role.')
      expect(shown.text).toContain('command.forbidden')
      expect(shown.seenBy).toEqual(['bob'])
      const chinese = await bot.command('lin', 'note drop', { number: '7' })
      expect(chinese.text).toContain('没有第 7 条笔记。')
      expect(chinese.text).toContain('请查看您的笔记，并填写其中一条的编号。')
      expect(chinese.text).toContain('note.unknown')
      expect(bot.effects().events).toEqual([])
    })

    test('a command that is delivered twice has one effect', async () => {
      await bot.command('bob', 'note add', { text: 'once' })
      await bot.redeliverLast()
      expect(bot.effects().notes).toMatchObject([{ text: 'once' }])
    })

    test('a press that is delivered twice has one effect', async () => {
      const shown = await bot.command('bob', 'note add', { text: 'once' })
      const pressed = await bot.press('bob', shown, 'Undo')
      expect(pressed.text).toContain('Note 1 is dropped.')
      await bot.redeliverLast()
      expect(bot.effects().notes).toMatchObject([{ text: 'once', dropped: true }])
    })

    test('a button that may be used once is used once', async () => {
      const shown = await bot.command('bob', 'note add', { text: 'once' })
      await bot.press('bob', shown, 'Undo')
      expect((await bot.press('bob', shown, 'Undo')).text).toContain('button.used')
    })

    test('a button for everyone works for everyone, and each answer is private and in the presser’s language', async () => {
      const card = await bot.command('ann', 'event create', { title: 'Call' })
      expect(card.text).toContain('Event EVT-1: Call')
      expect(card.buttons).toEqual(['Join', 'Cancel the event'])
      const lin = await bot.press('lin', card, 'Join')
      expect(lin.text).toContain('您已参加 EVT-1。')
      expect(lin.seenBy).toEqual(['lin'])
      const bob = await bot.press('bob', card, 'Join')
      expect(bob.text).toContain('You joined EVT-1.')
      expect(bob.seenBy).toEqual(['bob'])
      expect(bot.effects().events[0]?.joined.length).toBe(2)
    })

    test('another member’s button is refused, and changes nothing', async () => {
      const card = await bot.command('ann', 'event create', { title: 'Call' })
      const shown = await bot.press('bob', card, 'Cancel the event')
      expect(shown.text).toContain('This button belongs to another member.')
      expect(shown.text).toContain('button.other_member')
      expect(shown.seenBy).toEqual(['bob'])
      expect(bot.effects().events).toMatchObject([{ cancelled: false }])
      const own = await bot.press('ann', card, 'Cancel the event')
      expect(own.text).toContain('EVT-1 is cancelled.')
      expect(own.seenBy).toEqual(['ann', 'bob', 'lin'])
    })

    test('a choice among options runs the command with that value, in the reader’s language, and for nobody else', async () => {
      await bot.command('lin', 'note add', { text: 'first' })
      await bot.command('lin', 'note add', { text: 'second' })
      const shown = await bot.command('lin', 'note list')
      expect(shown.options).toEqual(['第 1 行', '第 2 行'])
      expect((await bot.choose('lin', shown, '第 2 行')).text).toContain('已删除第 2 条笔记。')
      await bot.redeliverLast()
      expect(bot.effects().notes).toMatchObject([{ dropped: false }, { dropped: true }])
      // What can no longer be done is refused like any other value.
      expect((await bot.choose('lin', shown, '第 2 行')).text).toContain('note.unknown')
      expect((await bot.choose('bob', shown, '第 1 行')).text).toContain('button.other_member')
      expect(bot.effects().notes).toMatchObject([{ dropped: false }, { dropped: true }])
    })

    test('a wrong value is asked for again, then the command continues with the rest kept', async () => {
      const asked = await bot.command('ann', 'event create', { title: 'Call', minutes: '9999' })
      expect(asked.text).toContain('“Minutes” must be a whole number from')
      expect(asked.text).toContain('input.integer')
      expect(asked.asks).toBe(true)
      expect(asked.seenBy).toEqual(['ann'])
      const still = await bot.answer('ann', asked, 'many')
      expect(still.text).toContain('input.integer')
      expect(still.asks).toBe(true)
      expect(bot.effects().events).toEqual([])
      const card = await bot.answer('ann', still, '60')
      expect(card.text).toContain('Event EVT-1: Call')
      expect(card.seenBy).toEqual(['ann', 'bob', 'lin'])
      expect(bot.effects().events.length).toBe(1)
    })

    test('names show as plain text: no markup, no mention, no link, nothing turned round', async () => {
      const shown = await bot.command('bob', 'greet', { name: `${NASTY} ${TURNING}` })
      expect(shown.text).toContain(`Hello ${NASTY} evil!`)
      expect(shown.text.split(`${NASTY} evil`).length - 1).toBeGreaterThanOrEqual(3)
      expect(shown.text).not.toMatch(/[\u202a-\u202e\u2066-\u2069\u200b]/)
      expect(shown.live).toEqual([])
    })

    test.each([
      ['lines', 'Row 1'],
      ['fields', '字'.repeat(20)],
      ['table', '成员 1'],
      ['buttons', 'All is well.'],
      ['options', 'All is well.'],
      ['everything', 'Row 1'],
    ])('far too many %s stay within the limits, and what is missing is said', async (kind, first) => {
      const shown = await bot.command('bob', 'list', { kind, rows: '2000' })
      expect(shown.text).toContain('Balance')
      expect(shown.text).toContain(first)
      expect(shown.text).toContain('…')
    })

    test('a text to be copied that is too long comes as a file, whole', async () => {
      const shown = await bot.command('bob', 'list', { kind: 'verbatim', rows: '2000' })
      expect(shown.text).toContain('Balance')
      expect(shown.files.map((file) => file.content)).toEqual([verbatimOf(2000)])
    })

    test('nothing is cut that fits', async () => {
      const shown = await bot.command('bob', 'list', { kind: 'everything', rows: '3' })
      expect(shown.text).not.toContain('…')
      expect(shown.text).toContain(verbatimOf(3))
      for (const part of ['Row 3', '成员 3', '3 PoS', '字'.repeat(20)]) expect(shown.text).toContain(part)
      expect(shown.buttons).toEqual(['Row 1', 'Row 2', 'Row 3'])
    })

    test('text to be copied is exactly itself, and a file comes with it', async () => {
      const shown = await bot.command('bob', 'sign')
      expect(shown.text).toContain('wepos.example wants you to sign in:\n\n  *bold* <@1> `code` \\ & <b>x</b>\nNonce: 8f3k')
      expect(shown.live).toEqual([])
      expect(shown.files).toEqual([{ name: 'message.csv', content: 'code,amount\nEVT-1,12.5\n' }])
    })

    test('a bug shows the number under which it was reported, an outage says to try again', async () => {
      const bug = await bot.command('bob', 'crash')
      expect(bug.text).toContain('Something went wrong on our side; nothing was changed.')
      expect(bug.text).toContain('It was reported under BUG-1.')
      expect(bot.effects().bugs).toBe(1)
      const outage = await bot.command('lin', 'outage')
      expect(outage.text).toContain('外部服务暂时没有响应')
      expect(outage.text).toContain('fault.database')
      expect(bot.effects().bugs).toBe(1)
    })
  })
}

const verbatimOf = (rows: number): string => Array.from({ length: rows }, (_, index) => `line ${index + 1}`).join('\n')
