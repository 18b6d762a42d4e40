"""Documents by id: those that are stored, and those that clients have the gateway keep."""
