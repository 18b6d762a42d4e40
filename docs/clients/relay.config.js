module.exports = {
  src: "relay",
  schema: "schema.graphql",
  language: "typescript",
  customScalarTypes: require("./scalars.json"),
};
