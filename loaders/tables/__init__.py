"""The facts about stored data, one module a product."""
