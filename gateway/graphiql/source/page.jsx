import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL } from 'graphiql';
import { createRoot } from 'react-dom/client';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';

const beside = document.currentScript.src;
const root = document.getElementById('graphiql');
const endpoint = new URL(root.dataset.endpoint, location.href);
const examples = JSON.parse(root.dataset.examples);

const workers = { json: 'json.worker.js', graphql: 'graphql.worker.js' };
globalThis.MonacoEnvironment = {
  getWorker: (_, label) => new Worker(new URL(workers[label] ?? 'editor.worker.js', beside)),
};

const fetcher = createGraphiQLFetcher({
  url: endpoint.href,
  subscriptionUrl: endpoint.href.replace(/^http/, 'ws'),
});

// Tabs take their names from operations, so that an example's title goes into its query.
const tabs = examples.map(({ title, query, headers }) => ({
  query: `# ${title}\n${query}`,
  headers,
}));

// Headers can hold a token, and GraphiQL writes them to its history: they stay in this window's
// storage, where they outlive a reload and no more.
createRoot(root).render(
  <GraphiQL
    fetcher={fetcher}
    storage={sessionStorage}
    shouldPersistHeaders
    showPersistHeadersSettings={false}
    defaultEditorToolsVisibility="headers"
    defaultTabs={tabs.length ? tabs : undefined}
    defaultHeaders={tabs[0]?.headers}
    inputValueDeprecation
    schemaDescription
  >
    <GraphiQL.Logo>Quintet</GraphiQL.Logo>
  </GraphiQL>,
);
