// The schema that the three servers share: the gateway's own SDL, or the small one over memory.
import { readFileSync } from 'node:fs'
import { makeExecutableSchema } from '@graphql-tools/schema'

const { resolvers } = await import(process.env.MEMORY ? './memory.js' : './stores.js')

export const schema = makeExecutableSchema({
  typeDefs: readFileSync(process.env.SDL, 'utf8'),
  resolvers
})
export { contextOf } from './loading.js'
export const port = Number(process.env.PORT)
