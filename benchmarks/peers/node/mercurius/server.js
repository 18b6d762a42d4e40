import Fastify from 'fastify'
import mercurius from 'mercurius'
import { contextOf, port, schema } from '../shared/schema.js'

const app = Fastify()
app.register(mercurius, { schema, jit: 1, context: request => contextOf(request.headers) })
await app.listen({ port, host: '127.0.0.1' })
