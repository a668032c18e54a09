import { spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bytesToHex } from 'viem'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startAnvil, type Anvil } from './anvil.ts'
import { devAccount } from './dev-accounts.ts'

const roles = ['distributor', 'payer', 'relayer', 'guardian', 'admin-proposer'].flatMap((name, index) => [
  `--${name}`,
  devAccount(index + 1).address,
])

let anvil: Anvil
let folder: string
beforeAll(async () => {
  anvil = await startAnvil()
  folder = mkdtempSync(join(tmpdir(), 'wepos-deploy-'))
})
afterAll(async () => {
  await anvil.stop()
  rmSync(folder, { recursive: true, force: true })
})

function run(args: string[]): Promise<{ code: number | null; text: string }> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'deploy-cli.ts'), ...args], { timeout: 30_000 })
  let text = ''
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()))
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, text }))
  })
}

describe('deploy-cli', () => {
  it('deploys and writes the addresses under the chain id', { timeout: 60_000 }, async () => {
    const keyFile = join(folder, 'deployer.key')
    writeFileSync(keyFile, `${bytesToHex(devAccount(0).getHdKey().privateKey ?? new Uint8Array())}\n`)
    const out = join(folder, 'deployments')
    const args = ['--rpc', anvil.url, '--key-file', keyFile, '--genesis', '2027-01-31T00:00:00Z', '--out', out, ...roles]
    const { code, text } = await run(args)
    expect(text).toContain('"emission": "0x')
    expect(code).toBe(0)
    expect(readdirSync(out)).toEqual(['31337.json'])
    expect(JSON.parse(readFileSync(join(out, '31337.json'), 'utf8'))).toMatchObject({ chainId: 31337, genesis: Date.UTC(2027, 0, 31) })
    expect(text).not.toContain(readFileSync(keyFile, 'utf8').trim())
  })

  it('names what is missing, and refuses a genesis that is not in UTC', { timeout: 60_000 }, async () => {
    expect(await run(roles)).toEqual({ code: 2, text: 'missing: --rpc --key-file --genesis\n' })
    const keyFile = join(folder, 'other.key')
    writeFileSync(keyFile, '0x01')
    const { code, text } = await run(['--rpc', anvil.url, '--key-file', keyFile, '--genesis', '2027-01-31', ...roles])
    expect(code).not.toBe(0)
    expect(text).toContain('ISO instant in UTC')
  })
})
