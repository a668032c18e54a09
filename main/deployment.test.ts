import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { startLocalNode, type LocalNode } from '../adapters/chain/local-node.ts'
import { nodeRequest } from '../adapters/chain/node-request.ts'
import { HOUR } from '../core/shared/instant.ts'
import { deployOnce } from './deployment.ts'
import { embeddedKeys } from './embedded-keys.ts'

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop()
})

/** Deeper than any that the product is tested with (test/chaos). */
const REORGANISED = 12

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wepos-deployment-'))
  stops.push(() => rmSync(folder, { recursive: true }))
  return folder
}

function chainIn(folder: string) {
  const genesis = Math.floor(Date.now() / HOUR) * HOUR
  const keys = embeddedKeys(folder)
  const file = join(folder, 'deployment.json')
  return {
    start: async (): Promise<LocalNode> => {
      const node = await startLocalNode({
        stateFile: join(folder, 'state.json'),
        genesisTimestamp: genesis / 1_000 - 1,
        log: () => {},
      })
      stops.push(() => node.stop())
      return node
    },
    deploy: (node: LocalNode) => deployOnce(node.url, file, keys, genesis, () => node.save()),
  }
}

test('contracts on a local chain are out of reach of a reorganisation before anything relies on them', async () => {
  const { start, deploy } = chainIn(newFolder())
  const node = await start()
  const deployed = await deploy(node)
  await nodeRequest(node.url, 'anvil_reorg', [REORGANISED, []])
  expect(await deploy(node)).toEqual(deployed)
})

test('a chain that lost one of its contracts is told apart from one that has them', async () => {
  const { start, deploy } = chainIn(newFolder())
  const node = await start()
  const { emission } = await deploy(node)
  await nodeRequest(node.url, 'anvil_setCode', [emission, '0x'])
  await expect(deploy(node)).rejects.toMatchObject({ code: 'contracts_missing' })
})

test('a local chain that is killed right after the contracts were deployed has them when it is started again', async () => {
  const { start, deploy } = chainIn(newFolder())
  const first = await start()
  const deployed = await deploy(first)
  process.kill(first.pid, 'SIGKILL')
  await first.ended
  const second = await start()
  expect(await deploy(second)).toEqual(deployed)
})
