import { getNamedType } from 'graphql';

/**
 * The links between types: where fields of one lead to another, and which interfaces it has.
 *
 * Of two types that lead to each other there is one link.
 */
export function linksOf(schema, subjects) {
  const names = Object.values(subjects).flat();
  const types = names.map((name) => schema.getType(name)).filter(Boolean);
  const shown = new Set(types.map(({ name }) => name));
  const links = new Map();
  const add = (from, to, isInterface) => {
    if (from === to || !shown.has(to)) return;
    const ends = [from, to].toSorted();
    links.set(ends.join(), { ends, isInterface });
  };
  for (const type of types) {
    for (const field of fieldsOf(type)) add(type.name, targetOf(field).name, false);
    for (const { name } of type.getInterfaces()) add(type.name, name, true);
  }
  return [...links.values()];
}

/** Its fields without those that an interface has too, whose links are the interface's. */
function fieldsOf(type) {
  const inherited = new Set(type.getInterfaces().flatMap((one) => Object.keys(one.getFields())));
  return Object.values(type.getFields()).filter(({ name }) => !inherited.has(name));
}

/** What a field leads to: of a connection, its nodes. */
function targetOf(field) {
  const type = getNamedType(field.type);
  const nodes = type.name.endsWith('Connection') && type.getFields().nodes;
  return nodes ? getNamedType(nodes.type) : type;
}
