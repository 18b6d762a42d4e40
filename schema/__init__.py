"""The names that clients see: one module a subject, which reads like SDL and decides nothing."""
