"""The gateway's engine alone: a small schema, declared as the gateway's is, over rows in memory."""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson
import strawberry
from graphql import GraphQLObjectType, GraphQLSchema
from starlette.applications import Starlette

from gateway.app import Application
from gateway.execution.documents import Documents
from gateway.execution.executors import LevelExecutor
from gateway.execution.run import Gateway
from gateway.http.endpoint import Endpoint
from gateway.http.messages import Headers
from gateway.listening import listen, serve
from gateway.persisted.lookup import PersistedDocuments
from gateway.subscriptions.operations import Operations
from loaders.clock import Clock
from loaders.request import Asking, Batch, Links
from loaders.sealing import Seal
from loaders.tables.dynamodb import DynamoTable, columns, flag, text, whole
from loaders.tables.facts import Column, Read, Row, StoredTable
from loaders.viewer import ANONYMOUS, Viewer
from resolvers.links import needs
from schema.readings import READING, reading_of
from schema.rows import Argument, resolved_by, row_of


def _table(name: str, key: str, *others: Column) -> StoredTable:
    return DynamoTable(
        product="memory",
        name=name,
        setting=name,
        key=(key,),
        columns=columns(text(key), *others),
        indexes=(),
        read=Read.PUBLIC,
        max_item_bytes=1_000,
    )


COMMON = (
    text("name"),
    text("code"),
    whole("rank"),
    flag("active"),
    text("city", required=False),
    text("note", required=False),
    whole("stock", required=False),
)
ITEMS = _table("items", "itemId", *COMMON)
FAMILIES = _table("families", "familyId", *COMMON)
MEMBERS = _table(
    "members",
    "memberId",
    text("familyId"),
    text("name"),
    whole("age"),
    flag("active"),
    text("city", required=False),
)
RECORDS = _table("records", "recordId", *COMMON, text("origin"), whole("weight"))


class Kept:
    """The rows, as stores give them: by the names of their declarations; and the ways to them."""

    def __init__(self, path: Path) -> None:
        stored = orjson.loads(path.read_bytes())
        self.items, self.families, self.members, self.records = (
            [
                table.row({name: thing[name] for name in table.columns})
                for thing in stored[table.name]
            ]
            for table in (ITEMS, FAMILIES, MEMBERS, RECORDS)
        )
        self._family = {row["familyId"]: row for row in self.families}
        self._members: dict[str, list[Row]] = defaultdict(list)
        for row in self.members:
            self._members[row["familyId"]].append(row)

    async def families_of(self, keys: list[str], places: list[str], links: Links) -> list[Row]:
        """The family of each key."""
        return [self._family[key] for key in keys]

    async def members_of(self, keys: list[str], places: list[str], links: Links) -> list[list[Row]]:
        """The members of each family."""
        return [self._members[key] for key in keys]


KEPT = Kept(Path(sys.argv[1]))


@needs("familyId")
class Link:
    """Leads from each row to what a batch finds for its family, through a loader."""

    def __init__(self, batch: Batch) -> None:
        self._batch = batch

    async def __call__(self, row: Row, info: Asking) -> Any:
        """Where it leads from one row."""
        (found,) = await self.each([row], info)
        return found

    async def each(self, rows: Sequence[Row], info: Asking) -> Sequence[Any]:
        """Where it leads from each row."""
        loader = info.context.loader(self, self._batch)
        return await loader.ask_each([row["familyId"] for row in rows], info.path)


@row_of(ITEMS)
class Item:
    """A thing."""

    item_id: strawberry.ID
    """The id."""
    name: str
    """The name."""
    code: str
    """The code."""
    rank: int
    """The rank."""
    active: bool
    """Whether it is active."""
    city: str | None
    """The city."""
    note: str | None
    """A note."""
    stock: int | None
    """How many there are."""


@row_of(FAMILIES)
class Family:
    """A thing with members."""

    family_id: strawberry.ID
    """The id."""
    name: str
    """The name."""
    code: str
    """The code."""
    rank: int
    """The rank."""
    active: bool
    """Whether it is active."""
    city: str | None
    """The city."""
    note: str | None
    """A note."""
    stock: int | None
    """How many there are."""
    members: list[Member] = resolved_by(Link(KEPT.members_of))
    """The members."""


@row_of(MEMBERS)
class Member:
    """A member of a family."""

    member_id: strawberry.ID
    """The id."""
    name: str
    """The name."""
    age: int
    """The age."""
    active: bool
    """Whether it is active."""
    city: str | None
    """The city."""
    family: Family = resolved_by(Link(KEPT.families_of))
    """The family."""


@row_of(RECORDS)
class Record:
    """A wide thing."""

    record_id: strawberry.ID
    """The id."""
    name: str
    """The name."""
    code: str
    """The code."""
    rank: int
    """The rank."""
    active: bool
    """Whether it is active."""
    city: str | None
    """The city."""
    note: str | None
    """A note."""
    stock: int | None
    """How many there are."""
    origin: str
    """Where it comes from."""
    weight: int
    """The weight."""


@strawberry.type
class Query:
    """Where queries begin."""

    item: Item = resolved_by(lambda _, info: KEPT.items[0])
    """The first item."""
    items: list[Item] = resolved_by(lambda _, info: KEPT.items)
    """All items."""
    families: list[Family] = resolved_by(
        lambda _, info, first: KEPT.families[:first], first=Argument(int, "How many.", 50)
    )
    """The first families."""
    records: list[Record] = resolved_by(
        lambda _, info, first: KEPT.records[:first], first=Argument(int, "How many.", 1000)
    )
    """The first records."""


def _schema() -> GraphQLSchema:
    made = strawberry.Schema(Query)
    schema = made._schema
    for type_ in schema.type_map.values():
        if isinstance(type_, GraphQLObjectType) and not type_.name.startswith("__"):
            for field in type_.fields.values():
                field.extensions[READING] = reading_of(made, field)
    return schema


async def _anybody(headers: Headers) -> Viewer:
    """Nobody in particular: there are no rules here."""
    return ANONYMOUS


def main() -> None:
    """Serve on the port that is named after the file of the things."""
    schema = _schema()
    gateway = Gateway(
        stores={},
        documents=Documents(1_000, schema),
        executor=LevelExecutor(schema),
        seal=Seal("none"),
        clock=Clock(),
        deadline=10,
        image_base_url="",
    )
    endpoint = Endpoint(
        lambda: gateway,
        _anybody,
        1_000_000,
        persisted=PersistedDocuments(None, 1_000),
        operations=Operations(lambda: gateway, per_viewer=1),
        demo=False,
    )
    listening = listen("127.0.0.1", int(sys.argv[2]))
    serve(Application(endpoint, Starlette()), listening, log_level="warning")


if __name__ == "__main__":
    main()
