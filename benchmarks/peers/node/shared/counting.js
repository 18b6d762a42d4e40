// How often the stores were asked, told on a port of its own.
import { createServer } from 'node:http'
import pg from 'pg'

let calls = 0

export const count = () => { calls += 1 }

const query = pg.Client.prototype.query
pg.Client.prototype.query = function (...given) {
  count()
  return query.apply(this, given)
}

createServer((_, answer) => answer.end(String(calls)))
  .listen(Number(process.env.CALLS_PORT), '127.0.0.1')
