import graphql from "@graphql-eslint/eslint-plugin";

const { rules: recommended } = graphql.configs["flat/schema-recommended"];
const { rules: relay } = graphql.configs["flat/schema-relay"];

export default [
  {
    files: ["**/*.graphql"],
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "schema.graphql" } },
    },
    plugins: { "@graphql-eslint": graphql },
    rules: {
      ...recommended,
      ...relay,
      // `movieId` is the product's own id of a movie, beside `id`, which is the gateway's.
      "@graphql-eslint/no-typename-prefix": "off",
      "@graphql-eslint/relay-edge-types": [
        "error",
        {
          withEdgeSuffix: true,
          // Connections have `nodes` beside `edges`, and short lists are plain ones.
          listTypeCanWrapOnlyEdgeType: false,
          // Sessions and QR tokens have secrets for keys, which no global id may show.
          shouldImplementNode: false,
        },
      ],
      "@graphql-eslint/strict-id-in-types": [
        "error",
        {
          exceptions: {
            suffixes: ["Connection", "Edge"],
            types: [
              // They are known by what leads to them: an e-mail, a secret, a record and a number.
              ...["Person", "LearnerSession", "QrToken", "Scene"],
              // Values of the row that they stand in.
              ...["AiPreferences", "AssessmentScores", "BandDescriptor", "EngagementVelocity"],
              ...["Genre", "InsightMetadata", "PageInfo", "PostAnalysis", "PostEngagement"],
              ...["PostMedia", "SpeakingScores", "TitleProvider", "WatchCount", "WritingScores"],
            ],
          },
        },
      ],
    },
  },
];
