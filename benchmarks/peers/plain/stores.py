"""What is read, a batch at a time: SQLAlchemy's ORM and aioboto3's resources."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import aioboto3
from boto3.dynamodb.conditions import Key
from sqlalchemy import cast, event, func, select, true
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import aliased

from benchmarks.peers.plain.models import NUMBERS, Family, Row, Studio

R = TypeVar("R", bound=Row)
Item = dict[str, Any]

KEYS_A_CALL = 100


class Stores:
    """Both databases and DynamoDB; counts how often they are asked."""

    def __init__(self, dynamodb: Any) -> None:
        self.calls = 0
        self._dynamodb = dynamodb
        self._sessions = {
            Family: self._open(os.environ["FAMILY_DATABASE_URL"]),
            Studio: self._open(os.environ["STUDIO_DATABASE_URL"]),
        }

    @classmethod
    @asynccontextmanager
    async def opened(cls) -> AsyncIterator[Stores]:
        """With a resource that lives as long as the process."""
        endpoint = os.environ["DYNAMODB_ENDPOINT_URL"]
        region = os.environ["AWS_REGION"]
        session = aioboto3.Session()
        async with session.resource("dynamodb", region, endpoint_url=endpoint) as dynamodb:
            yield cls(dynamodb)

    def _open(self, url: str) -> async_sessionmaker[AsyncSession]:
        engine = create_async_engine(
            url.replace("postgresql:", "postgresql+asyncpg:"),
            pool_size=10,
            isolation_level="AUTOCOMMIT",
        )
        event.listen(engine.sync_engine, "before_cursor_execute", self._count)
        return async_sessionmaker(engine, expire_on_commit=False)

    def _count(self, *_: Any) -> None:
        self.calls += 1

    def _session(self, model: type[Row]) -> AsyncSession:
        return self._sessions[Family if issubclass(model, Family) else Studio]()

    async def each(self, model: type[R], keys: list[int]) -> list[R | None]:
        """The row of each key."""
        async with self._session(model) as session:
            rows = await session.scalars(select(model).where(model.id == func.any(keys_of(keys))))
            found = {row.id: row for row in rows}
        return [found.get(key) for key in keys]

    async def first(self, model: type[R], first: int, *order: Any, **equal: Any) -> Sequence[R]:
        """The first rows with these values, in an order."""
        async with self._session(model) as session:
            rows = await session.scalars(
                select(model).filter_by(**equal).order_by(*order).limit(first)
            )
            return rows.all()

    async def first_of_each(
        self, model: type[R], parent: Any, order: Sequence[Any], first: int, keys: list[int]
    ) -> list[list[R]]:
        """The first rows of each parent, in an order."""
        wanted = select(func.unnest(keys_of(keys)).label("key")).subquery("wanted")
        child = select(model).where(parent == wanted.c.key).order_by(*order).limit(first).lateral()
        entity = aliased(model, child)
        found: dict[int, list[R]] = {key: [] for key in keys}
        async with self._session(model) as session:
            rows = await session.execute(select(wanted.c.key, entity).join(child, true()))
            for key, row in rows:
                found[key].append(row)
        return [found[key] for key in keys]

    async def by_email(self, model: Any, email: str) -> Any:
        """The account of an e-mail, whatever its case."""
        async with self._session(model) as session:
            return await session.scalar(
                select(model)
                .where(func.lower(model.email) == func.lower(email))
                .order_by(model.id)
                .limit(1)
            )

    async def items(self, table: str, name: str, keys: list[str]) -> list[Item | None]:
        """The item of each key."""
        parts = [keys[at : at + KEYS_A_CALL] for at in range(0, len(keys), KEYS_A_CALL)]
        answers = await asyncio.gather(*(self._batch(table, name, part) for part in parts))
        found = {item[name]: item for items in answers for item in items}
        return [found.get(key) for key in keys]

    async def _batch(self, table: str, name: str, keys: list[str]) -> list[Item]:
        found: list[Item] = []
        asked: Any = {table: {"Keys": [{name: key} for key in keys]}}
        while asked:
            self.calls += 1
            answer = await self._dynamodb.batch_get_item(RequestItems=asked)
            found += answer["Responses"][table]
            asked = answer.get("UnprocessedKeys")
        return found

    async def item(self, table: str, **key: str) -> Item | None:
        """The item of a key."""
        self.calls += 1
        answer = await (await self._dynamodb.Table(table)).get_item(Key=key)
        item: Item | None = answer.get("Item")
        return item

    async def query(
        self,
        table: str,
        name: str,
        value: str,
        first: int,
        index: str | None = None,
        *,
        descending: bool = False,
    ) -> list[Item]:
        """The first items of a partition, of the table or of an index."""
        self.calls += 1
        answer = await (await self._dynamodb.Table(table)).query(
            KeyConditionExpression=Key(name).eq(value),
            Limit=first,
            ScanIndexForward=not descending,
            **({"IndexName": index} if index else {}),
        )
        items: list[Item] = answer["Items"]
        return items


def keys_of(keys: list[int]) -> Any:
    """An array, whose statement is one whatever its length."""
    return cast(keys, NUMBERS)
