"""The ways to rows: one module a subject, one line an access pattern."""
