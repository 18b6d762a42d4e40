/** Where the gateway is, and who asks: `gateway token --as ada` prints a token of the demo's. */
export const url = process.env.QUINTET_URL ?? "http://127.0.0.1:8000/graphql";
export const headers = { authorization: `Bearer ${process.env.QUINTET_TOKEN}` };

export const webSocketUrl = url.replace(/^http/, "ws");

/** What the programs here ask for. */
export const ids = { inputRecordId: "1", movieId: "movie-0002", kidProfileId: "5" };

/** Print what a program got, for its test. */
export function show(result: unknown): void {
  console.log(JSON.stringify(result, null, 2));
}
