import pg from 'pg'

/**
 * Statements over arrays are planned at each call, for about a millisecond: a plan kept from the time when a table was small reads all of it for every
 * batch once it has grown. And they look rows up one by one, in pages that are in memory: with the default cost of a page the planner reads whole tables.
 */
const PLANNING = '-c plan_cache_mode=force_custom_plan -c random_page_cost=1.1 -c jit=off'

/** A pool whose rows hold exact values: int8 as bigint, timestamptz as milliseconds. Used where one statement must carry many rows; all else goes through Prisma. */
export function createPool(url: string, max: number): pg.Pool {
  const types = new pg.TypeOverrides()
  types.setTypeParser(pg.types.builtins.INT8, (text) => BigInt(text))
  types.setTypeParser(pg.types.builtins.TIMESTAMPTZ, (text) => new Date(text).getTime())
  const pool = new pg.Pool({ connectionString: url, max, types, application_name: 'wepos', options: PLANNING })
  // An idle client that loses its server is replaced by the pool; without a listener the event would end the process.
  pool.on('error', () => {})
  return pool
}
