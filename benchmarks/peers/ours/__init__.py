"""The gateway itself, as the benchmark starts it."""
