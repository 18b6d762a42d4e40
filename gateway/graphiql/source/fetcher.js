import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { callerHeaders } from './callers.jsx';
import { EXPLAINING, isExplaining, tell } from './explanation.js';

/** Asks the gateway: who asks is whom the picker names, unless a header says otherwise. */
export function fetcherOf(url) {
  const ask = createGraphiQLFetcher({
    url: url.href,
    subscriptionUrl: url.href.replace(/^http/, 'ws'),
    enableIncrementalDelivery: false,
  });
  return async (operation, options) => {
    const typed = options?.headers;
    if (operation.operationName === 'IntrospectionQuery') {
      return ask(operation, { ...options, headers: overruled(callerHeaders(), typed) });
    }
    const own = { ...callerHeaders(), ...(isExplaining() ? EXPLAINING : {}) };
    const answer = await ask(operation, { ...options, headers: overruled(own, typed) });
    return tell(operation, answer, typed);
  };
}

/** Our headers with those that were typed, which win. */
function overruled(own, typed = {}) {
  const names = new Set(Object.keys(typed).map((name) => name.toLowerCase()));
  const left = Object.entries(own).filter(([name]) => !names.has(name.toLowerCase()));
  return { ...Object.fromEntries(left), ...typed };
}
