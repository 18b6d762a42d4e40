import { createServer } from 'node:http'
import { createYoga } from 'graphql-yoga'
import { contextOf, port, schema } from '../shared/schema.js'

// Parsed and validated documents are kept, which is how Yoga comes.
const yoga = createYoga({
  schema,
  logging: false,
  graphiql: false,
  context: ({ req }) => contextOf(req.headers)
})
createServer(yoga).listen(port, '127.0.0.1')
