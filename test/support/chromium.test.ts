import { createServer } from 'node:http'
import { once } from 'node:events'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { launchChromium } from './chromium.ts'

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
}, 120_000)
afterAll(() => browser?.close())

test('opens a page of ours and runs its script', async () => {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end('<!doctype html><title>一</title><button onclick="this.textContent=\'pressed\'">press</button>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`)
    await page.getByRole('button').click()
    expect(await page.getByRole('button').textContent()).toBe('pressed')
    expect(await page.title()).toBe('一')
    await page.close()
  } finally {
    server.close()
  }
})

test("refuses what a member's browser refuses: reading an answer of another origin", async () => {
  const other = createServer((_request, response) => response.end('private')).listen(0, '127.0.0.1')
  await once(other, 'listening')
  const address = other.address()
  try {
    const page = await browser.newPage()
    await page.goto('data:text/html,<title>elsewhere</title>')
    const url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}/`
    expect(
      await page.evaluate(
        (at) =>
          fetch(at).then(
            (answer) => answer.text(),
            () => 'refused',
          ),
        url,
      ),
    ).toBe('refused')
    await page.close()
  } finally {
    other.close()
  }
})
