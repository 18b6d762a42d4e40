// What the Explain panel draws: the trace of the last answer, and the bounds of its operation.
import { isAsyncIterable } from '@graphiql/toolkit';
import { create } from 'zustand';

/** The headers that ask for it. */
export const EXPLAINING = { 'Gateway-Trace': '1', 'Gateway-Explain': 'run' };

export const useExplanation = create(() => ({ wanted: false, last: null }));

export const isExplaining = () => useExplanation.getState().wanted;

/**
 * Keeps what an answer explains, or each answer of a subscription, and whether that was `asked` for;
 * returns it with no more of that than somebody typed a header for.
 */
export function tell(operation, answer, asked, typed) {
  return isAsyncIterable(answer)
    ? each(answer, (one) => told(operation, one, asked, typed))
    : told(operation, answer, asked, typed);
}

function told(operation, { extensions, ...answer }, asked, typed = {}) {
  const { trace, explain, ...others } = extensions ?? {};
  const last = { name: operation.operationName, trace, explain, asked };
  useExplanation.setState({ last });
  const names = Object.keys(typed).map((name) => name.toLowerCase());
  const shown = {
    ...others,
    ...(trace && names.includes('gateway-trace') && { trace }),
    ...(explain && names.includes('gateway-explain') && { explain }),
  };
  return Object.keys(shown).length ? { ...answer, extensions: shown } : answer;
}

/** The same iterable, changed. A generator could not be ended while it waits for the next. */
function each(iterable, change) {
  const iterator = iterable[Symbol.asyncIterator]();
  return {
    [Symbol.asyncIterator]() {
      return this;
    },
    async next() {
      const { done, value } = await iterator.next();
      return { done, value: done ? value : change(value) };
    },
    return: () => iterator.return(),
  };
}
