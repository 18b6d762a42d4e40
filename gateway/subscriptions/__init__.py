"""Subscriptions on their way to clients: over WebSocket, and as server-sent events."""
