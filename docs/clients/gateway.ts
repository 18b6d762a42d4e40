/** Where the gateway is, and who asks: `gateway token --as ada` prints a token of the demo's. */
export const url = process.env.QUINTET_URL ?? "http://127.0.0.1:8000/graphql";
export const headers = { authorization: `Bearer ${token()}` };

/**
 * How graphql-ws connects. By itself it tries again even after a refused token, as
 * `connectionParams` may give another by then; here nothing does.
 */
export const webSocket = {
  url: url.replace(/^http/, "ws"),
  connectionParams: headers,
  retryAttempts: 0,
};

/** What the programs here ask for. */
export const ids = { inputRecordId: "1", movieId: "movie-0002", kidProfileId: "5" };

/** Print what a program got, for its test. */
export function show(result: unknown): void {
  console.log(JSON.stringify(result, null, 2));
}

/** Run a program; what it fails of is told, and ends it. */
export function run(program: () => Promise<void>): void {
  program().catch((error: unknown) => fail(error instanceof Error ? error.message : String(error)));
}

function token(): string {
  return (
    process.env.QUINTET_TOKEN ||
    fail("QUINTET_TOKEN is missing: `gateway token --as ada` prints one of the demo's.")
  );
}

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
