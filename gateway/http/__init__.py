"""GraphQL over HTTP: from a request to an operation, from an answer to bytes."""
