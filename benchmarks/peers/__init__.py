"""Other gateways that do the same work as ours, beside it."""
