// Reads a trace: see `extensions.trace` and `extensions.explain` in docs/execution.md.

/** The reads of each level from the top, in the order in which they began. */
export function levelsOf(trace) {
  const levels = Map.groupBy(trace.flatMap(readsOf), depthOf);
  return [...levels.entries()]
    .sort(([one], [other]) => one - other)
    .map(([, reads]) => reads.toSorted((one, other) => one.startedAt - other.startedAt));
}

/** A call, and the reads that it made along, of rows that hang on its own. */
export function readsOf(call) {
  return [call, ...(call.along ?? []).map((read) => ({ ...call, ...read, cameWith: call.table }))];
}

/** How deep in the query the place is that a read was made for; the highest, if for several. */
function depthOf({ paths }) {
  return Math.min(...paths.map((path) => path.split('.').length));
}

/** Milliseconds from the beginning of the request until the last call ended. */
export function lengthOf(trace) {
  return Math.max(...trace.map((call) => call.startedAt + call.milliseconds), 0.1);
}

/** What the operations that a call was made for may take at most, where that is known. */
export function boundsOf(call, explain) {
  const places = (explain?.places ?? []).filter(({ path }) => call.paths.includes(path));
  return places.flatMap(({ operations }) => operations.filter((one) => isOf(one, call)));
}

const isOf = (operation, call) =>
  ['store', 'table', 'index', 'operation'].every((name) => operation[name] === call[name]);
