// One SQL statement a batch, prepared once a connection.
import { createHash } from 'node:crypto'
import pg from 'pg'
import './counting.js'

// Times and dates stay text: a Date would be made only to be written again.
const { builtins, setTypeParser } = pg.types
setTypeParser(builtins.DATE, text => text)
setTypeParser(builtins.TIMESTAMP, text => `${text.replace(' ', 'T')}Z`)
setTypeParser(builtins.TIMESTAMPTZ, text => text.replace(' ', 'T').replace('+00', 'Z'))

const open = connectionString =>
  new pg.Pool({ connectionString, max: 10, options: '-c timezone=UTC' })

export const family = open(process.env.FAMILY_DATABASE_URL)
export const studio = open(process.env.STUDIO_DATABASE_URL)

const names = new Map()

export async function rows (pool, text, values) {
  if (!names.has(text)) names.set(text, createHash('sha1').update(text).digest('hex'))
  return (await pool.query({ name: names.get(text), text, values })).rows
}

// The row of each key.
export async function each (pool, table, columns, keys) {
  const found = await rows(pool, `SELECT ${columns} FROM ${table} WHERE id = ANY($1::int[])`, [keys])
  const byKey = new Map(found.map(row => [row.databaseId, row]))
  return keys.map(key => byKey.get(key) ?? null)
}

// The first rows of each parent, in an order.
export async function firstOfEach (pool, table, columns, parent, order, first, keys) {
  const found = await rows(pool, `
    SELECT wanted.key AS "_parent", child.*
    FROM unnest($1::int[]) AS wanted(key) CROSS JOIN LATERAL (
      SELECT ${columns} FROM ${table} WHERE ${parent} = wanted.key ORDER BY ${order} LIMIT $2
    ) AS child`, [keys, first])
  const byParent = new Map(keys.map(key => [key, []]))
  for (const row of found) byParent.get(row._parent).push(row)
  return keys.map(key => byParent.get(key))
}
