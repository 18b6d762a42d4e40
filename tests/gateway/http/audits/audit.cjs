// The audits of graphql-http against an endpoint: what came of each, as JSON.
const { serverAudits } = require("graphql-http");

async function main(url) {
  const results = [];
  for (const audit of serverAudits({ url })) {
    const { id, name, status, reason } = await audit.fn();
    results.push({ id, name, status, reason });
  }
  console.log(JSON.stringify(results));
}

main(process.argv[2]);
