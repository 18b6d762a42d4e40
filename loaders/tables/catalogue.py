"""All tables of all products."""

from __future__ import annotations

from collections.abc import Mapping

from loaders.tables import family, prep, social, stream, studio
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.facts import StoredTable, Through, Unsaid
from loaders.tables.postgresql import PostgresTable

POSTGRES: Mapping[str, tuple[PostgresTable, ...]] = {
    family.PRODUCT: family.TABLES,
    studio.PRODUCT: studio.TABLES,
}
"""The tables of each product that keeps its data in a Postgres database of its own."""
DYNAMODB: Mapping[str, tuple[DynamoTable, ...]] = {
    stream.PRODUCT: stream.TABLES,
    social.PRODUCT: social.TABLES,
    prep.PRODUCT: prep.TABLES,
}
"""The tables of each product that keeps its data in DynamoDB."""

TABLES: tuple[StoredTable, ...] = tuple(
    table for tables in (*POSTGRES.values(), *DYNAMODB.values()) for table in tables
)

PARENTS = frozenset(
    table.owner.parent
    for tables in DYNAMODB.values()
    for table in tables
    if isinstance(table.owner, Through)
)
"""The tables that others in DynamoDB are owned through."""

UNSAID = frozenset(
    {
        (family.PRODUCT, Unsaid.NOT_NULL),
        (stream.PRODUCT, Unsaid.BILLING),
        (social.PRODUCT, Unsaid.ENCRYPTION),
        (social.PRODUCT, Unsaid.RECOVERY),
    }
)
"""What a product's document does not say of its tables."""
