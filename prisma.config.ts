import { join } from 'node:path'
import { defineConfig } from 'prisma/config'

// Authoring only (`prisma migrate dev --create-only`, `prisma migrate diff`); the program applies migrations by itself.
// The engine that Prisma would download is replaced by the WebAssembly one from npm; see scripts/prisma-engine.ts.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= join(import.meta.dirname, 'scripts', 'prisma-engine.ts')
process.env.CHECKPOINT_DISABLE ??= '1'

export default defineConfig({
  schema: 'prisma/schema',
  migrations: { path: 'prisma/migrations' },
  datasource: { url: process.env.DATABASE_URL ?? 'postgresql://postgres:local@127.0.0.1:5432/wepos' },
})
