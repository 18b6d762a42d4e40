import type { CodegenConfig } from "@graphql-codegen/cli";
import scalars from "./scalars.json";

const config = { scalars, strictScalars: true, useTypeImports: true };

export default {
  schema: "schema.graphql",
  documents: "operations.graphql",
  generates: {
    // For Apollo Client and urql: documents that are parsed already.
    "generated/": { preset: "client", config },
    // For a client of a few lines: documents as text.
    "codegen/generated/": { preset: "client", config: { ...config, documentMode: "string" } },
  },
} satisfies CodegenConfig;
