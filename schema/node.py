"""Everything with a key: Relay's Node."""

from __future__ import annotations

import strawberry

from resolvers import node as resolve
from schema.describe import interface
from schema.rows import resolved_by


@interface
class Node:
    """Something with a global id."""

    id: strawberry.ID = resolved_by(resolve.global_id)
    """An opaque id, unique over all types. Give it to `node`; do not take it apart."""
