import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startLocalNode, type LocalNode } from '../adapters/chain/local-node.ts'
import { HOUR } from '../core/shared/instant.ts'
import { deployOnce } from './deployment.ts'
import { embeddedKeys } from './embedded-keys.ts'

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

test('a local chain that is killed right after the contracts were deployed has them when it is started again', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'wepos-deployment-'))
  stops.push(() => rmSync(folder, { recursive: true }))
  const genesis = Math.floor(Date.now() / HOUR) * HOUR
  const keys = embeddedKeys(folder)
  const start = async (): Promise<LocalNode> => {
    const node = await startLocalNode({ stateFile: join(folder, 'state.json'), genesisTimestamp: genesis / 1_000 - 1, log: () => {} })
    stops.push(() => node.stop())
    return node
  }
  const file = join(folder, 'deployment.json')
  const first = await start()
  const deployed = await deployOnce(first.url, file, keys, genesis, () => first.save())
  process.kill(first.pid, 'SIGKILL')
  await first.ended
  const second = await start()
  expect(await deployOnce(second.url, file, keys, genesis, () => second.save())).toEqual(deployed)
})
