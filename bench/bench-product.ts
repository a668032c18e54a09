import assert from 'node:assert'
import type { Database } from '../adapters/postgres/database.ts'
import type { ChatApp, Log } from '../core/shared/chat-app.ts'
import { compose } from '../main/compose.ts'
import type { Scene } from './check-in-scene.ts'

const NOWHERE = '0x0000000000000000000000000000000000000001'

/** The whole product as bots call it, over a scene whose period is open; nothing that is measured asks the chain. */
export async function composeProduct(
  database: Database,
  scene: Pick<Scene, 'genesis'>,
  watch: { readonly log: Log; readonly reportBug: (error: unknown) => string },
): Promise<ChatApp> {
  const { chat } = await compose({
    ...watch,
    database,
    now: Date.now,
    chain: {
      url: 'http://127.0.0.1:9',
      deployment: {
        chainId: 31_337,
        block: 0,
        genesis: scene.genesis,
        token: NOWHERE,
        emission: NOWHERE,
        vault: NOWHERE,
        pool: NOWHERE,
        ecoFund: NOWHERE,
        anchors: NOWHERE,
        timelock: NOWHERE,
      },
    },
    publicOrigin: 'http://localhost:8080',
    language: 'en',
    operators: new Set(),
    homes: {},
    openInLedger: () => assert.fail('the period is open'),
    parts: () => Promise.resolve([]),
  })
  return chat
}
