import { ApolloServer } from '@apollo/server'
import { startStandaloneServer } from '@apollo/server/standalone'
import { contextOf, port, schema } from '../shared/schema.js'

// Documents are kept too, which is how Apollo Server comes; introspection is asked for by a shape.
const server = new ApolloServer({ schema, introspection: true, csrfPrevention: false })
await startStandaloneServer(server, {
  listen: { port, host: '127.0.0.1' },
  context: async ({ req }) => contextOf(req.headers)
})
