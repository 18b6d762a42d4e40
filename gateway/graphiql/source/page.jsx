import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import { CallerPicker } from './callers.jsx';
import { callers, endpoint, examples, root } from './config.js';
import { EXPLAIN_PLUGIN } from './explain.jsx';
import { fetcherOf } from './fetcher.js';
import { SCHEMA_PLUGIN } from './schema-picture.jsx';
import { ChosenTabInSight } from './tabs.jsx';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';

const beside = document.currentScript.src;
const workers = { json: 'json.worker.js', graphql: 'graphql.worker.js' };
globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(new URL(workers[label] ?? 'editor.worker.js', beside)),
};

const fetcher = fetcherOf(new URL(endpoint, location.href));
const plugins = [HISTORY_PLUGIN, EXPLAIN_PLUGIN, SCHEMA_PLUGIN];

// Tabs take their names from operations, so that an example's title goes into its query.
const tabs = examples.map(({ title, query, caller }) => ({
  query: `# ${title}${caller ? `: ask as ${caller}` : ''}\n${query}`,
}));

// Headers can hold a token, and GraphiQL writes them to its history: they stay in this window's
// storage, where they outlive a reload and no more.
createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    plugins={plugins}
    storage={sessionStorage}
    shouldPersistHeaders
    showPersistHeadersSettings={false}
    defaultTabs={tabs.length ? tabs : undefined}
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>
      {callers.length > 0 && <CallerPicker />}
      <ChosenTabInSight />
      Quintet
    </GraphiQL.Logo>
  </GraphiQL>,
);
