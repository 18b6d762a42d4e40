"""What the gateway tells of its requests: metrics, lines of a log, and spans."""
