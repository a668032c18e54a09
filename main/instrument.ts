// Loaded before everything else: node --import ./main/instrument.ts main/main.ts
// Only with a DSN is Sentry loaded at all: it costs half a second of start-up and instruments every module that comes after it.
import { readConfig, readEnvironment } from './config.ts'

const environment = readEnvironment()
const read = readConfig(environment)
// A wrong configuration is reported by main.ts, all of it at once.
const dsn = read.ok ? read.config.sentryDsn : undefined
if (dsn !== undefined) {
  const { init } = await import('@sentry/node')
  init({
    dsn: dsn.reveal(),
    // What members write and who they are is theirs. Sentry 11 collects each of these unless it is named and off.
    dataCollection: {
      userInfo: false,
      cookies: false,
      httpHeaders: { request: false, response: false },
      httpBodies: [],
      urlQueryParams: false,
      databaseQueryData: false,
      queues: false,
      stackFrameVariables: false,
      graphQL: { document: false, variables: false },
      genAI: { inputs: false, outputs: false },
      mcp: { inputs: false, outputs: false },
      frameContextLines: 0,
    },
    // Names of machines and of the account that runs the process tell nothing about a fault.
    serverName: 'wepos',
    tracesSampleRate: 0,
  })
}
