"""Bytes and statements: each product's store behind one small interface."""
