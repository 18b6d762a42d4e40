"""What the gateway costs, measured beside others that do the same work."""
