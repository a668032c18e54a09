import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'

const Key = z.templateLiteral(['0x', z.string().regex(/^[0-9a-f]{64}$/)])
const Keys = z.object({ deployer: Key, distributor: Key, payer: Key, relayer: Key, guardian: Key, admin: Key })

/** Private keys of the local chain's roles, 0x-hex. One key a role, as on a real chain (spec 11). */
export type EmbeddedKeys = z.infer<typeof Keys>

/** Reads the local chain's keys, or makes them at the first start: random, readable by the owner only, worth nothing outside this folder. */
export function embeddedKeys(dataFolder: string): EmbeddedKeys {
  const file = join(dataFolder, 'chain-keys.json')
  if (existsSync(file)) return Keys.parse(JSON.parse(readFileSync(file, 'utf8')))
  const fresh = () => `0x${randomBytes(32).toString('hex')}` as const
  const keys: EmbeddedKeys = {
    deployer: fresh(),
    distributor: fresh(),
    payer: fresh(),
    relayer: fresh(),
    guardian: fresh(),
    admin: fresh(),
  }
  writeFileSync(file, `${JSON.stringify(keys, null, 2)}\n`, { mode: 0o600, flag: 'wx' })
  return keys
}
