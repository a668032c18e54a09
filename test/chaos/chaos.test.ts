import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const SECONDS = 45
/** Other tests share the machine, so how fast the product comes back is measured by `npm run chaos` and only bounded here. */
const MAX_RECOVERY_SECONDS = 60

test(
  'a product whose parts are killed, frozen and reorganised loses nothing, doubles nothing and stays in balance',
  { timeout: 400_000 },
  async () => {
    const { code, output } = await runChaos('--seconds', String(SECONDS), '--max-recovery', String(MAX_RECOVERY_SECONDS))
    expect(code, output.slice(-20_000)).toBe(0)
    expect(output).toMatch(/^violations +0$/m)
  },
)

test('options that make no sense are refused', async () => {
  const { code, output } = await runChaos('--seconds', 'soon')
  expect(code).toBe(2)
  expect(output).toContain('seconds')
})

function runChaos(...args: string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', join(import.meta.dirname, 'chaos.ts'), ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text))
    child.once('error', fail)
    child.once('close', (code) => done({ code, output }))
  })
}
