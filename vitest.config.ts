import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['core', 'adapters', 'bots', 'server', 'jobs', 'main', 'scripts', 'contracts', 'test'].map(
      (folder) => `${folder}/**/*.test.ts`,
    ),
    globalSetup: ['test/support/postgres-server.ts'],
    // Files share a process: half the time. Each gets its own database, so they share no state.
    isolate: false,
    maxWorkers: 2,
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
})
