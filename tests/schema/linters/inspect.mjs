// node inspect.mjs PUBLISHED SERVED DOCUMENT…
// Prints how two schemas differ, and why documents do not fit the first; exits with 1 if there is any.

import { readFile } from "node:fs/promises";
import { diff, validate } from "@graphql-inspector/core";
import { buildSchema, Source } from "graphql";

const [published, served, ...documents] = process.argv.slice(2);
const read = async (file) => new Source(await readFile(file, "utf8"), file);
const schema = buildSchema(await read(published));

const changes = await diff(schema, buildSchema(await read(served)));
for (const { criticality, message } of changes) {
  console.log(`${criticality.level}: ${message}`);
}

let invalid = 0;
for (const file of documents) {
  // By itself: fragments of two files may have one name.
  for (const { errors, deprecated } of validate(schema, [await read(file)])) {
    for (const { message } of [...errors, ...deprecated]) {
      console.log(`${file}: ${message}`);
      invalid++;
    }
  }
}

process.exitCode = changes.length || invalid ? 1 : 0;
