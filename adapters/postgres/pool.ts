import pg from 'pg'

const INT8 = 20
const TIMESTAMPTZ = 1184

/** A pool whose rows hold exact values: int8 as bigint, timestamptz as milliseconds. Used where one statement must carry many rows; all else goes through Prisma. */
export function createPool(url: string, max: number): pg.Pool {
  const types: pg.CustomTypesConfig = {
    getTypeParser(oid: number, format?: 'text' | 'binary') {
      if (oid === INT8) return (text: string) => BigInt(text)
      if (oid === TIMESTAMPTZ) return (text: string) => new Date(text).getTime()
      return format === undefined ? pg.types.getTypeParser(oid) : pg.types.getTypeParser(oid, format as 'text')
    },
  }
  const pool = new pg.Pool({ connectionString: url, max, types, application_name: 'wepos' })
  // An idle client that loses its server is replaced by the pool; without a listener the event would end the process.
  pool.on('error', () => {})
  return pool
}
