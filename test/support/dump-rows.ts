import type pg from 'pg'

export type Dump = ReadonlyMap<string, readonly string[]>

/** Every row of every table of ours as JSON text, sorted; what the queue of jobs keeps is not ours. */
export async function dumpRows(pool: pg.Pool): Promise<Dump> {
  const { rows: tables } = await pool.query<{ name: string }>(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' ORDER BY 1`,
  )
  const dump = new Map<string, readonly string[]>()
  for (const { name } of tables) {
    const { rows } = await pool.query<{ row: string }>(`SELECT to_jsonb(t)::text AS row FROM "${name}" t ORDER BY 1`)
    dump.set(
      name,
      rows.map(({ row }) => row),
    )
  }
  return dump
}

/** Rows that were there and are not any more, and the other way round, by table; nothing for a table that is the same. */
export function difference(before: Dump, after: Dump): { readonly gone: readonly string[]; readonly come: readonly string[] } {
  const gone: string[] = []
  const come: string[] = []
  for (const name of new Set([...before.keys(), ...after.keys()])) {
    const [old, now] = [new Set(before.get(name)), new Set(after.get(name))]
    gone.push(...[...old].filter((row) => !now.has(row)).map((row) => `${name}: ${row}`))
    come.push(...[...now].filter((row) => !old.has(row)).map((row) => `${name}: ${row}`))
  }
  return { gone, come }
}
