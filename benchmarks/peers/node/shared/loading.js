// A request's context: who asks, and the loaders that it has opened.
import DataLoader from 'dataloader'

export const contextOf = headers => ({
  email: headers['viewer-email'] ?? null,
  loaders: new Map()
})

export function load (context, name, key, batch) {
  let loader = context.loaders.get(name)
  if (!loader) context.loaders.set(name, loader = new DataLoader(batch))
  return loader.load(key)
}
