import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { Kind, parse } from 'graphql';
import { callerHeaders } from './callers.jsx';
import { EXPLAINING, isExplaining, tell } from './explanation.js';

/** Asks the gateway: who asks is whom the picker names, unless a header says otherwise. */
export function fetcherOf(url) {
  const ask = createGraphiQLFetcher({
    url: url.href,
    subscriptionUrl: url.href.replace(/^http/, 'ws'),
    enableIncrementalDelivery: false,
  });
  return async (given, options) => {
    const typed = options?.headers;
    if (given.operationName === 'IntrospectionQuery') {
      return ask(given, { headers: overruled(callerHeaders(), typed) });
    }
    const { operation, documentAST } = asWritten(given);
    const asked = isExplaining();
    const own = { ...callerHeaders(), ...(asked ? EXPLAINING : {}) };
    const answer = await ask(operation, { documentAST, headers: overruled(own, typed) });
    return tell(operation, answer, asked, typed);
  };
}

/**
 * The operation as the editor has it, and its document.
 *
 * GraphiQL itself learns of another name, and of a subscription, half a second late.
 */
function asWritten(given) {
  let documentAST;
  try {
    documentAST = parse(given.query);
  } catch {
    return { operation: given }; // the gateway will say what is wrong
  }
  const operations = documentAST.definitions.filter(isOperation);
  const names = operations.map(({ name }) => name?.value);
  const known = names.includes(given.operationName);
  const operationName = known ? given.operationName : names[0];
  return { operation: { ...given, operationName }, documentAST };
}

const isOperation = ({ kind }) => kind === Kind.OPERATION_DEFINITION;

/** Our headers with those that were typed, which win. */
function overruled(own, typed = {}) {
  const names = new Set(Object.keys(typed).map((name) => name.toLowerCase()));
  const left = Object.entries(own).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(left), ...typed };
}
