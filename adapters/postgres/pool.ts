import pg from 'pg'

/**
 * Statements over arrays are planned at each call, for about a millisecond: a plan kept from the time when a table was small reads all of it for every
 * batch once it has grown. And they look rows up one by one, in pages that are in memory: with the default cost of a page the planner reads whole tables.
 */
const PLANNING = '-c plan_cache_mode=force_custom_plan -c random_page_cost=1.1 -c jit=off'

/**
 * Connections are kept through quiet times: the first hundreds who check in when an event begins would all wait for new ones, and those plan their first
 * statements slowly. Keepalive finds out when the other end has gone meanwhile.
 */
const KEPT = { idleTimeoutMillis: 0, keepAlive: true, keepAliveInitialDelayMillis: 30_000 }

/** A pool whose rows hold exact values: int8 as bigint, timestamptz as milliseconds. Used where one statement must carry many rows; all else goes through Prisma. */
export function createPool(url: string, max: number): pg.Pool {
  const types = new pg.TypeOverrides()
  types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text))
  types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).getTime())
  return surviving(new pg.Pool({ connectionString: url, max, types, application_name: 'wepos', options: PLANNING, ...KEPT }))
}

/** The connections of the Prisma client. */
export function createPrismaPool(url: string, max: number): pg.Pool {
  return surviving(new pg.Pool({ connectionString: url, max, application_name: 'wepos' }))
}

/**
 * A pool that outlives its server: it replaces clients that lose it. An error event to which nobody listens ends the process, and the pool does not listen to a
 * client while it hands it from one user to the next: a server that ends in the very moment in which it has answered would take the product with it.
 */
function surviving(pool: pg.Pool): pg.Pool {
  pool.on('error', () => {})
  pool.on('connect', (client) => client.on('error', () => {}))
  return pool
}
