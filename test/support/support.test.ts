import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { nodeRequest } from '../../adapters/chain/node-request.ts'
import { startTestNode, type TestNode } from './chain.ts'
import { freshDatabase } from './postgres.ts'

test('two fresh databases share nothing and have the current schema', async () => {
  const urls = await Promise.all([freshDatabase(), freshDatabase()])
  const clients = urls.map((url) => new Client({ connectionString: url }))
  try {
    await Promise.all(clients.map((client) => client.connect()))
    await clients[0]!.query('CREATE TABLE only_here ()')
    const rows = await Promise.all(
      clients.map(async (client) => {
        const answer = await client.query<{ here: string | null; migrated: string | null }>(
          "SELECT to_regclass('only_here')::text AS here, to_regclass('_prisma_migrations')::text AS migrated",
        )
        return answer.rows[0]
      }),
    )
    expect(rows).toEqual([
      { here: 'only_here', migrated: '_prisma_migrations' },
      { here: null, migrated: '_prisma_migrations' },
    ])
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
})

describe('the test chain', () => {
  let node: TestNode
  beforeAll(async () => {
    node = await startTestNode({ genesisTimestamp: 1_800_000_000 })
  })
  afterAll(() => node.stop())

  test('begins at block 0 at the time asked for', async () => {
    expect(await nodeRequest(node.url, 'eth_getBlockByNumber', ['latest', false])).toMatchObject({ number: '0x0', timestamp: '0x6b49d200' })
  })
})
