// `npm run generate`: the Prisma client and the typed contract ABIs anew, without a network.
import { spawnSync } from 'node:child_process'
import { existsSync, rmSync } from 'node:fs'
import { join, resolve } from 'node:path'

const root = resolve(import.meta.dirname, '..')

function run(script: string, ...args: string[]): void {
  const done = spawnSync(process.execPath, [join(root, 'scripts', script), ...args], { cwd: root, stdio: 'inherit' })
  if (done.status !== 0) process.exit(done.status ?? 1)
}

// The installer generates the client whenever its stamp is missing.
rmSync(join(root, 'prisma', 'generated', '.stamp'), { force: true })
run('install.mjs')
if (existsSync(join(root, 'scripts', 'compile-contracts.ts'))) run('compile-contracts.ts')
