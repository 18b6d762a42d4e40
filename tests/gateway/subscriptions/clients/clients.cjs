// Asks by graphql-ws and by graphql-sse: a query, a document that is refused, and the first answers
// of a subscription, which is then given up. What came of each, as JSON.
const { createClient: overWebSocket } = require("graphql-ws");
const { createClient: overEvents } = require("graphql-sse");
const WebSocket = require("ws");

async function all(client, query) {
  const answers = [];
  for await (const answer of client.iterate({ query })) answers.push(answer);
  return answers;
}

async function first(client, query, count) {
  const answers = [];
  for await (const answer of client.iterate({ query })) {
    answers.push(answer);
    if (answers.length === count) break;
  }
  return answers;
}

async function told(client, subscription, count) {
  const refused = await all(client, "{ nothing }").catch((errors) => [{ errors }]);
  const found = {
    query: await all(client, "{ viewer { email } }"),
    refused: refused[0].errors[0].extensions,
    subscription: await first(client, subscription, count),
  };
  client.dispose();
  return found;
}

async function main(url, authorization, subscription, count) {
  const sockets = overWebSocket({
    url: url.replace("http:", "ws:"),
    webSocketImpl: WebSocket,
    connectionParams: { authorization },
  });
  const events = overEvents({ url, headers: { authorization } });
  const results = {
    "graphql-ws": await told(sockets, subscription, Number(count)),
    "graphql-sse": await told(events, subscription, Number(count)),
  };
  console.log(JSON.stringify(results));
}

main(...process.argv.slice(2));
