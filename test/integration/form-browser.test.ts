import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { launchChromium } from '../support/chromium.ts'
import { startFormsWorld, TRIP, words, type FormsWorld } from '../support/forms-world.ts'

const AXE = readFileSync(fileURLToPath(import.meta.resolve('axe-core/axe.min.js')), 'utf8')
/** The last test looks at fifteen pages one by one, on a machine that may be busy. */
const PATIENCE_MS = 120_000
const Found = z.object({
  passes: z.array(z.object({ id: z.string() })),
  violations: z.array(z.object({ id: z.string(), impact: z.string().nullable(), nodes: z.array(z.object({ html: z.string() })) })),
})

let browser: Browser
let forms: FormsWorld
let trip: number

beforeAll(async () => {
  ;[browser, forms] = await Promise.all([launchChromium(), startFormsWorld()])
  trip = await forms.offer(TRIP)
}, 120_000)
afterAll(async () => {
  await browser?.close()
  await forms?.world.stop()
})

/** What axe finds that hinders people seriously; an engine that looked at nothing has found nothing either. */
async function faults(page: Page): Promise<string[]> {
  // As a person's own tools do it, from outside: the page's own policy allows no script of others.
  await page.evaluate(AXE)
  const { passes, violations } = Found.parse(await page.evaluate('axe.run(document)'))
  expect(passes.map(({ id }) => id)).toEqual(expect.arrayContaining(['aria-valid-attr', 'color-contrast', 'document-title']))
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`))
}

const overflow = (page: Page): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)

test('a form is filled in by keyboard alone; a wrong answer is named and nothing is lost', async () => {
  const { context, page, trouble } = await forms.open(browser, 'ann')
  await page.goto(`${forms.world.base}/forms/${trip}`)
  await page.getByRole('button', { name: 'Fill in' }).focus()
  await page.keyboard.press('Enter')
  const place = page.getByLabel('Where')
  await place.waitFor()
  expect(await place.evaluate((element) => element === document.activeElement)).toBe(true)
  await page.keyboard.type('Ox')
  await page.keyboard.press('Tab')
  await page.keyboard.press('Space')
  // Shown at once by the page's script.
  const days = page.getByLabel('How many days')
  await days.waitFor()
  await page.keyboard.press('Tab')
  await page.keyboard.type('40')
  await page.keyboard.press('Enter')
  await page.getByRole('alert').waitFor()
  expect(await place.inputValue()).toBe('Ox')
  expect(await days.inputValue()).toBe('40')
  expect(await page.getByLabel('Yes').isChecked()).toBe(true)
  expect(await place.evaluate((element) => element === document.activeElement)).toBe(true)
  const told = await place.evaluate((element) =>
    (element.getAttribute('aria-describedby') ?? '').split(' ').map((id) => document.getElementById(id)?.textContent),
  )
  expect(told[0]).toContain('too short')
  await page.keyboard.press('End')
  await page.keyboard.type('ford')
  await days.focus()
  await page.keyboard.press('Control+A')
  await page.keyboard.type('4')
  await page.keyboard.press('Enter')
  await page.waitForURL('**/send')
  await page.getByRole('button', { name: 'Send in' }).focus()
  await page.keyboard.press('Enter')
  await page.getByText('counts. Thank you!').waitFor()
  expect(trouble).toEqual([])
  await context.close()
})

test('a draft that was begun in a chat goes on here; without script the server asks what comes next', async () => {
  await forms.world.community.say('bob', `form fill FRM-${trip}`)
  await forms.world.community.say('bob', 'Lisbon')
  const { context, page } = await forms.open(browser, 'bob', { javaScriptEnabled: false })
  await page.goto(`${forms.world.base}/forms`)
  await page.getByRole('link', { name: `Go on with FRM-${trip}` }).click()
  expect(await page.getByLabel('Where').inputValue()).toBe('Lisbon')
  await page.getByLabel('Yes').check()
  expect(await page.getByLabel('How many days').isVisible()).toBe(false)
  await page.getByRole('button', { name: 'Save and go on' }).click()
  await page.getByLabel('How many days').fill('3')
  await page.getByRole('button', { name: 'Save and go on' }).click()
  await page.waitForURL('**/send')
  expect((await forms.world.community.say('bob', `form fill FRM-${trip}`)).text).toContain('How many days: 3')
  await context.close()
})

test('the chair chooses the file of a form; its text is put in place, and what is too large is not', async () => {
  const { context, page, trouble } = await forms.open(browser, 'hui')
  await page.goto(`${forms.world.base}/forms/new`)
  await page.getByText('Import', { exact: true }).click()
  const chooser = page.getByLabel('Choose a file')
  await chooser.setInputFiles({ name: 'huge.json', mimeType: 'application/json', buffer: Buffer.alloc(200_000, 'x') })
  await page.getByText('This file is too large for a form.').waitFor()
  expect(await page.getByLabel('Text of a form’s file').inputValue()).toBe('')
  const text = JSON.stringify(TRIP)
  await chooser.setInputFiles({ name: 'trip.json', mimeType: 'application/json', buffer: Buffer.from(text) })
  await page.getByText('trip.json').waitFor()
  expect(await page.getByLabel('Text of a form’s file').inputValue()).toBe(text)
  await page.locator('button[value="load"]').click()
  await page.getByText('It is not published yet.').waitFor()
  await page.getByText('Question 3: How many days').waitFor()
  expect(trouble).toEqual([])
  await context.close()
})

test('the chair builds a form of three questions with a condition, without script, and a member fills it in', async () => {
  const { context, page } = await forms.open(browser, 'hui', { javaScriptEnabled: false })
  await page.goto(`${forms.world.base}/forms/new`)
  await page.getByLabel('Title, English').fill('Talks')
  await page.getByLabel('Title, Chinese').fill('讲座')
  await page.getByLabel('Introduction, English').fill('About talks.')
  await page.getByLabel('Introduction, Chinese').fill('关于讲座。')
  await page.getByLabel('Decided by').selectOption('none')
  const part = (number: number) => page.getByRole('region', { name: `Question ${number}:` })
  for (const [number, kind, en] of [
    [1, 'yes-no', 'Did you come?'],
    [2, 'long-text', 'Why not?'],
    [3, 'short-text', 'Your name'],
  ] as const) {
    await page.getByLabel('Kind of the new question').selectOption(kind)
    await page.getByRole('button', { name: 'Add question' }).click()
    await part(number).getByLabel('Question, English').fill(en)
    await part(number).getByLabel('Question, Chinese').fill(`${en}？`)
  }
  await page.getByRole('button', { name: 'Move up question 3' }).click()
  await part(3).getByLabel('Asked only if').selectOption('q1')
  await part(3).getByLabel('has one of these answers').fill('maybe')
  await page.getByRole('button', { name: 'Publish version' }).click()
  const wrong = part(3).getByLabel('Asked only if')
  expect(await wrong.getAttribute('aria-invalid')).toBe('true')
  await part(3).getByLabel('has one of these answers').fill('no')
  await page.getByRole('button', { name: 'Publish version' }).click()
  const number = /FRM-(\d+)/.exec((await page.locator('#said').textContent()) ?? '')![1]!
  await page.getByRole('link', { name: 'All forms' }).click()
  await page.getByRole('button', { name: `Offer FRM-${number}` }).click()
  await context.close()

  const member = await forms.open(browser, 'lin')
  await member.page.goto(`${forms.world.base}/forms/${number}`)
  await member.page.getByRole('button', { name: 'Fill in' }).click()
  expect(await member.page.getByLabel('Why not?').isVisible()).toBe(false)
  await member.page.getByLabel('No', { exact: true }).check()
  await member.page.getByLabel('Why not?').fill('I was ill.')
  await member.page.getByLabel('Your name').fill('Lin')
  await member.page.getByRole('button', { name: 'Save and go on' }).click()
  await member.page.getByRole('button', { name: 'Send in' }).click()
  await member.page.getByText('counts. Thank you!').waitFor()
  expect(member.trouble).toEqual([])
  await member.context.close()
})

test.each([
  ['en-GB', 'light', 1280],
  ['zh-CN', 'dark', 375],
] as const)(
  'axe finds nothing serious and nothing scrolls sideways: %s, %s, %i px',
  async (locale, colorScheme, width) => {
    const { community, base } = forms.world
    const long = 'Nordrheinwestfälischerzusammenarbeitsausschuss'.slice(0, 44)
    const reviewed = await forms.offer({
      ...TRIP,
      title: words(long),
      review: { rule: 'panel', needed: 1, panel: 1 },
      reward: { kind: 'form-submission' },
      fields: [
        ...TRIP.fields,
        {
          kind: 'choices',
          id: 'all',
          label: words(long),
          required: false,
          options: [
            { value: 'a', label: words('A'.repeat(90)) },
            { value: 'b', label: words('B') },
          ],
        },
        { kind: 'evm-address', id: 'wallet', label: words('Wallet'), required: false },
        { kind: 'signature', id: 'sign', of: 'wallet', label: words('Signature'), required: false },
      ],
    })
    await forms.world.community.say('hui', `campaign propose title:"Translate" budget:500 reward:5 end:+20d summary:"All of it"`)
    const { context, page, trouble } = await forms.open(browser, 'hui', { locale, colorScheme, viewport: { width, height: 800 } })
    const look = async (what: string): Promise<void> => {
      await page.evaluate(() => {
        for (const details of document.querySelectorAll('details')) details.open = true
      })
      expect(await faults(page), what).toEqual([])
      expect(await overflow(page), what).toBe(0)
    }
    const visit = async (path: string): Promise<void> => {
      await page.goto(base + path)
      await look(path)
    }
    await visit(`/forms/${reviewed}`)
    await page.locator('form[action$="/begin"] button').click()
    await visit('/forms')
    await visit(`/forms/${reviewed}`)
    await page.locator('#q-place').fill('x')
    await page.locator('#q-wallet').fill('0x52908400098527886E0F7030069857D2E4169EE7')
    await page.locator('form[data-fill] button').click()
    await page.locator('.banner').waitFor()
    await look('wrong answers')
    await page.locator('#q-place').fill('Oxford')
    await page.locator('input[name="a.again"][value="no"]').check()
    await page.locator('form[data-fill] button').click()
    await page.waitForURL('**/send')
    await look('summary')
    await page.locator('button.primary').click()
    await page.locator('#said').waitFor()
    await look('sent in')
    const [newest] = await community.database.prisma.submission.findMany({ orderBy: { number: 'desc' }, take: 1 })
    for (const path of [
      '/submissions',
      `/submissions/${newest!.number}`,
      '/campaigns',
      '/campaigns/1',
      '/campaigns/propose',
      '/forms/new',
      `/forms/${reviewed}/edit`,
    ])
      await visit(path)
    await page.locator('input[name="title.en"]').fill('')
    await page.locator('button[value="publish"]').click()
    await page.locator('[role=alert]').waitFor()
    await look('an edit with a problem')
    await page.goto(`${base}/campaigns/propose`)
    await page.locator('button.primary').click()
    await page.locator('#said').waitFor()
    await look('a refused proposal')
    expect(trouble).toEqual([])
    await context.close()
  },
  PATIENCE_MS,
)
