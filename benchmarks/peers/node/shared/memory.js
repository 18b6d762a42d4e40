// What is asked of memory: things, and families of two levels through loaders.
import { readFileSync } from 'node:fs'
import { load } from './loading.js'

const { items, families, members, records } = JSON.parse(readFileSync(process.env.MEMORY))
const family = new Map(families.map(one => [one.familyId, one]))
const membersOf = Map.groupBy(members, one => one.familyId)

export const resolvers = {
  Query: {
    item: () => items[0],
    items: () => items,
    families: (_, { first }) => families.slice(0, first),
    records: (_, { first }) => records.slice(0, first)
  },
  Family: {
    members: (one, _, context) =>
      load(context, 'members', one.familyId, async keys => keys.map(key => membersOf.get(key)))
  },
  Member: {
    family: (one, _, context) =>
      load(context, 'family', one.familyId, async keys => keys.map(key => family.get(key)))
  }
}
