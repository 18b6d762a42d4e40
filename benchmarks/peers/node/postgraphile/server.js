// Both databases as they are, in the names that PostGraphile makes of them.
import '../shared/counting.js'
import { createServer } from 'node:http'
import { grafserv } from 'postgraphile/grafserv/node'
import { postgraphile } from 'postgraphile'
import { PostGraphileAmberPreset } from 'postgraphile/presets/amber'
import { makePgService } from 'postgraphile/adaptors/pg'

const pgl = postgraphile({
  extends: [PostGraphileAmberPreset],
  pgServices: [
    makePgService({ connectionString: process.env.FAMILY_DATABASE_URL, schemas: ['public'] }),
    makePgService({
      name: 'studio',
      connectionString: process.env.STUDIO_DATABASE_URL,
      schemas: ['public'],
      pgSettingsKey: 'studioSettings',
      withPgClientKey: 'withStudioClient'
    })
  ],
  grafserv: { port: Number(process.env.PORT), graphiql: false, watch: false },
  grafast: { explain: false }
})

const server = createServer()
await pgl.createServ(grafserv).addTo(server)
server.listen(Number(process.env.PORT), '127.0.0.1')
