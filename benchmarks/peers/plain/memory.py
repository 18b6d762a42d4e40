"""The small schema over memory, in Strawberry's usual way."""

from __future__ import annotations

import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import orjson
import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache


@strawberry.type
class Item:
    item_id: strawberry.ID
    name: str
    code: str
    rank: int
    active: bool
    city: str | None
    note: str | None
    stock: int | None


@strawberry.type
class Family:
    family_id: strawberry.ID
    name: str
    code: str
    rank: int
    active: bool
    city: str | None
    note: str | None
    stock: int | None

    @strawberry.field
    async def members(self, info: strawberry.Info[Context, None]) -> list[Member]:
        return await info.context.members.load(self.family_id)


@strawberry.type
class Member:
    member_id: strawberry.ID
    name: str
    age: int
    active: bool
    city: str | None
    family_id: strawberry.Private[str]

    @strawberry.field
    async def family(self, info: strawberry.Info[Context, None]) -> Family:
        return await info.context.families.load(self.family_id)


@strawberry.type
class Record:
    record_id: strawberry.ID
    name: str
    code: str
    rank: int
    active: bool
    city: str | None
    note: str | None
    stock: int | None
    origin: str
    weight: int


STORED = orjson.loads(Path(sys.argv[1]).read_bytes())


def _snake(stored: dict[str, Any]) -> dict[str, Any]:
    return {
        "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name): value
        for name, value in stored.items()
    }


ITEMS = [Item(**_snake(stored)) for stored in STORED["items"]]
FAMILIES = [Family(**_snake(stored)) for stored in STORED["families"]]
RECORDS = [Record(**_snake(stored)) for stored in STORED["records"]]
FAMILY = {one.family_id: one for one in FAMILIES}
MEMBERS: dict[str, list[Member]] = defaultdict(list)
for _stored in STORED["members"]:
    MEMBERS[_stored["familyId"]].append(Member(**_snake(_stored)))


async def _families_of(keys: list[str]) -> list[Family]:
    return [FAMILY[strawberry.ID(key)] for key in keys]


async def _members_of(keys: list[str]) -> list[list[Member]]:
    return [MEMBERS[key] for key in keys]


class Context:
    """A request's loaders."""

    def __init__(self) -> None:
        self.families: DataLoader[str, Family] = DataLoader(load_fn=_families_of)
        self.members: DataLoader[str, list[Member]] = DataLoader(load_fn=_members_of)


@strawberry.type
class Query:
    @strawberry.field
    def item(self) -> Item:
        return ITEMS[0]

    @strawberry.field
    def items(self) -> list[Item]:
        return ITEMS

    @strawberry.field
    def families(self, first: int = 50) -> list[Family]:
        return FAMILIES[:first]

    @strawberry.field
    def records(self, first: int = 1000) -> list[Record]:
        return RECORDS[:first]


class View(GraphQL[Context, None]):
    """The endpoint."""

    async def get_context(self, request: Any, response: Any) -> Context:
        """What resolvers share for one request."""
        return Context()


def main() -> None:
    """Serve on the port that is named after the file of the things."""
    schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])
    app = Starlette(routes=[Route("/graphql", View(schema))])
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[2]), log_level="warning", access_log=False)


if __name__ == "__main__":
    main()
