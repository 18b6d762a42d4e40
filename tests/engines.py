"""The engines of a test run, copies of their data, and wires between us and them that fail."""

from __future__ import annotations

import asyncio
import shutil
import ssl
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self
from urllib.parse import urlsplit

import asyncpg
import orjson

from gateway import stores
from gateway.create import create_dynamodb, create_postgres, secure_postgres
from gateway.demo.data import demo_rows
from gateway.demo.dynamodb import DynamoEngine
from gateway.demo.load import load_dynamodb, load_postgres
from gateway.demo.postgres import SUPERUSER, PostgresEngine
from loaders.stores.dynamo_client import DynamoAddress, open_client
from loaders.stores.postgres import PostgresAddress
from loaders.tables.catalogue import DYNAMODB, POSTGRES
from loaders.tables.dynamodb import DynamoTable
from loaders.tables.policies import READER
from tests.signatures import is_signed

TABLE_NAMES = {
    product: {table.name: f"test-{table.name}" for table in tables}
    for product, tables in DYNAMODB.items()
}
"""Declared to physical names, by product: a live table need not bear the name in the document."""


@dataclass(frozen=True)
class Addresses:
    """Where a run's engines are, for the processes that share them."""

    postgres: str
    dynamodb: str
    dynamodb_file: str

    def database(self, name: str) -> str:
        """The URL of a Postgres database; a product's bears the product's name."""
        return f"{self.postgres}/{name}"

    def read_only(self, name: str) -> PostgresAddress:
        """A Postgres database as a gateway reads it: under row level security."""
        return as_read(PostgresAddress(self.database(name)))

    def stores(
        self,
        *,
        postgres: Mapping[str, PostgresAddress] = MappingProxyType({}),
        dynamodb: Mapping[str, DynamoAddress] = MappingProxyType({}),
    ) -> stores.Addresses:
        """Where each product's store is; those of the products given are elsewhere."""
        here = {product: self.read_only(product) for product in POSTGRES}
        there = {product: local(self.dynamodb) for product in DYNAMODB}
        return stores.Addresses({**here, **postgres}, {**there, **dynamodb}, TABLE_NAMES)


class Engines:
    """One Postgres and one DynamoDB, filled with the demo's rows."""

    def __init__(self, addresses: Addresses, resources: ExitStack) -> None:
        self.addresses = addresses
        self._resources = resources

    @classmethod
    def start(cls) -> Self:
        """Starts and fills them; call it on the main thread."""
        with ExitStack() as resources:
            # Not in pytest's folder: under root, Postgres runs as a user who cannot enter that.
            folder = Path(resources.enter_context(tempfile.TemporaryDirectory(prefix="quintet-")))
            folder.chmod(0o755)
            file = folder / "dynamodb.db"
            postgres = resources.enter_context(PostgresEngine.start(folder / "postgres"))
            for product in POSTGRES:
                postgres.create_database(_template(product))
            urls = {product: postgres.url(_template(product)) for product in POSTGRES}
            with DynamoEngine.start(file) as dynamo:
                asyncio.run(_fill(urls, dynamo.endpoint))
            for product in POSTGRES:
                postgres.create_database(product, template=_template(product))
            shared = resources.enter_context(_engine_on_copy(file, folder))
            addresses = Addresses(postgres.url("").removesuffix("/"), shared.endpoint, str(file))
            return cls(addresses, resources.pop_all())
        raise AssertionError("an ExitStack that swallowed an error")

    def stop(self) -> None:
        """Ends them, and removes what they kept."""
        self._resources.close()


def as_read(address: PostgresAddress) -> PostgresAddress:
    """A database as a gateway reads it, of one as its superuser does."""
    url = address.url.replace(f"//{SUPERUSER}@", f"//{READER}@")
    return replace(address, url=url, row_security=True)


def _template(product: str) -> str:
    """The database that a product's copies are made from. Nobody connects to it once filled."""
    return f"{product}_template"


async def _fill(urls: Mapping[str, str], dynamodb_url: str) -> None:
    rows = demo_rows()
    address = local(dynamodb_url)

    async def fill_postgres(product: str, url: str) -> None:
        await create_postgres(url, POSTGRES[product], _quietly)
        await load_postgres(url, POSTGRES[product], rows[product])

    async def fill_dynamodb() -> None:
        for product, tables in DYNAMODB.items():
            await create_dynamodb(address, tables, TABLE_NAMES[product], _quietly)
            await load_dynamodb(address, tables, TABLE_NAMES[product], rows[product])

    await asyncio.gather(*(fill_postgres(*of) for of in urls.items()), fill_dynamodb())
    for product, url in urls.items():  # one by one, for they share the role
        await secure_postgres(url, product, POSTGRES[product], _quietly)


def _quietly(what: str) -> None:
    """What `gateway create` says is of no interest here."""


def local(endpoint: str) -> DynamoAddress:
    """The address of an engine or a wire on this machine."""
    return DynamoAddress("us-east-1", endpoint, "key", "secret")


@contextmanager
def _engine_on_copy(file: Path, folder: Path) -> Iterator[DynamoEngine]:
    copy = folder / f"{uuid.uuid4().hex}.db"
    shutil.copyfile(file, copy)
    with DynamoEngine.start(copy) as engine:
        yield engine


@contextmanager
def dynamodb_copy(addresses: Addresses, folder: Path) -> Iterator[DynamoAddress]:
    """A DynamoDB of one's own with the demo's rows of every product that keeps its data there."""
    with _engine_on_copy(Path(addresses.dynamodb_file), folder) as engine:
        yield local(engine.endpoint)


@asynccontextmanager
async def postgres_copy(addresses: Addresses, product: str) -> AsyncIterator[PostgresAddress]:
    """A database of one's own with the demo's rows of a product."""
    name = f"{product}_{uuid.uuid4().hex}"
    await execute(
        addresses.database("postgres"), f"CREATE DATABASE {name} TEMPLATE {_template(product)}"
    )
    try:
        yield PostgresAddress(addresses.database(name))
    finally:
        await execute(addresses.database("postgres"), f"DROP DATABASE {name} WITH (FORCE)")


async def execute(url: str, statement: str) -> None:
    """Run a statement outside the gateway's stores, which only read."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


async def put(address: DynamoAddress, table: str, *rows: Mapping[str, object]) -> None:
    """Put rows outside the gateway's stores, which only read."""
    product, declared = _declared(table)
    await load_dynamodb(address, [declared], TABLE_NAMES[product], {table: rows})


async def delete_table(address: DynamoAddress, table: str) -> None:
    """Remove a table, as somebody might who mistook the account."""
    async with open_client(address) as client:
        await client.delete_table(TableName=TABLE_NAMES[_declared(table)[0]][table])


async def delete_index(address: DynamoAddress, table: str, index: str) -> None:
    """Remove an index of a table."""
    async with open_client(address) as client:
        await client.update_table(
            TableName=TABLE_NAMES[_declared(table)[0]][table],
            GlobalSecondaryIndexUpdates=[{"Delete": {"IndexName": index}}],
        )


def _declared(name: str) -> tuple[str, DynamoTable]:
    """The product's name and the table, of a declared name of DynamoDB's."""
    return next(
        (product, table)
        for product, tables in DYNAMODB.items()
        for table in tables
        if table.name == name
    )


@dataclass
class Wire:
    """A TCP proxy in front of an engine, whose connections can be dropped, refused and stalled."""

    target: tuple[str, int]
    connections: int = 0
    """How many connections were ever made."""
    stalled: bool = False
    """Take connections and what is said on them, and pass nothing on."""
    hides_ends: bool = False
    """Of new connections: leave our side open where the engine has closed its own."""
    ended: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))
    """Released for each side that has ended, once all that it said is passed on."""
    swallowed: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once something was not passed on."""
    port: int = 0
    tls: ssl.SSLContext | None = None
    """Speak TLS on our side."""
    _tasks: set[asyncio.Task[None]] = field(default_factory=set)
    _server: asyncio.Server | None = None

    @property
    def alive(self) -> int:
        """How many connections there are now."""
        return len(self._tasks)

    async def listen(self) -> None:
        """Take connections, on the same port after `refuse`."""
        self._server = await asyncio.start_server(
            self._accept, "127.0.0.1", self.port, ssl=self.tls
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def refuse(self) -> None:
        """Take no connections, and drop those there are."""
        if self._server is not None:
            self._server.close()
            self._server = None
        await self.drop()

    async def drop(self) -> None:
        """Cut every connection, as a restart of the other side does."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.connections += 1
        self._tasks.add(task)
        # Resets and the cancelling by `drop` are how these connections are meant to end.
        with suppress(OSError, asyncio.CancelledError, asyncio.IncompleteReadError):
            await self._serve(reader, writer)
        writer.transport.abort()
        self._tasks.discard(task)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream, onward = await asyncio.open_connection(*self.target)
        both = (self._pass_on(reader, onward), self._pass_on(upstream, writer))
        passing = [asyncio.ensure_future(one) for one in both]
        until = asyncio.ALL_COMPLETED if self.hides_ends else asyncio.FIRST_COMPLETED
        try:
            await asyncio.wait(passing, return_when=until)
        finally:
            onward.transport.abort()  # first, for `drop` may cancel the rest
            for one in passing:
                one.cancel()
            await asyncio.gather(*passing, return_exceptions=True)

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if self.stalled:
                self.swallowed.set()
            else:
                writer.write(data)
                await writer.drain()
        self.ended.release()


@dataclass(frozen=True)
class Answer:
    """An answer of DynamoDB's, before its client sees it."""

    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    cut_at: int | None = None
    """How much of the body is sent before the connection is cut."""

    @property
    def sent(self) -> bytes:
        headers = {"Content-Length": len(self.body), **self.headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        return f"HTTP/1.1 {self.status} Answer\r\n{lines}\r\n".encode() + self.body[: self.cut_at]


def refusal(code: str, status: int = 400, message: str = "No.") -> Answer:
    """An error as DynamoDB words it."""
    said = {"__type": f"com.amazonaws.dynamodb.v20120810#{code}", "message": message}
    return Answer(status, orjson.dumps(said))


THROTTLED = refusal("ProvisionedThroughputExceededException")


@dataclass
class HttpWire(Wire):
    """A proxy that speaks DynamoDB's HTTP, and can answer in its place."""

    answers: list[Answer] = field(default_factory=list)
    """What is answered to the next requests in DynamoDB's place."""
    always: Answer | None = None
    """What is answered to every request in DynamoDB's place."""
    processes_at_most: int | None = None
    """How many keys of a BatchGetItem are passed on; the rest is answered as unprocessed."""
    keys: Mapping[str, str] | None = None
    """Access and secret keys: what none of them has signed is refused."""
    headers: list[dict[str, str]] = field(default_factory=list)
    """The headers of each request that came in."""
    requests: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    """The operation and the body of each request that came in."""
    _news: asyncio.Condition = field(default_factory=asyncio.Condition)

    @property
    def endpoint(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    async def heard(self, count: int) -> None:
        """Wait until so many requests have come in."""
        async with self._news:
            await self._news.wait_for(lambda: len(self.requests) >= count)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := await _head(reader):
            body = await reader.readexactly(int(_headers(head)["content-length"]))
            answer = await self._answer(head, body)
            writer.write(answer.sent)
            await writer.drain()
            if answer.cut_at is not None:
                return

    async def _answer(self, head: bytes, body: bytes) -> Answer:
        operation = _headers(head)["x-amz-target"].rpartition(".")[2]
        asked = orjson.loads(body)
        self.requests.append((operation, asked))
        self.headers.append(_headers(head))
        async with self._news:
            self._news.notify_all()
        if self.stalled:
            await asyncio.Event().wait()
        if self.keys is not None and not is_signed(_headers(head), body, self.keys):
            return refusal("UnrecognizedClientException")
        if self.answers:
            return self.answers.pop(0)
        if self.always is not None:
            return self.always
        if operation != "BatchGetItem" or self.processes_at_most is None:
            return await self._ask(head, body)
        ((table, wanted),) = asked["RequestItems"].items()
        now, later = _split(wanted, self.processes_at_most)
        answer = await self._ask(head, orjson.dumps({**asked, "RequestItems": {table: now}}))
        unprocessed = {table: later} if later["Keys"] else {}
        merged = {**orjson.loads(answer.body), "UnprocessedKeys": unprocessed}
        return Answer(answer.status, orjson.dumps(merged))

    async def _ask(self, head: bytes, body: bytes) -> Answer:
        """The engine's own answer, on a connection of its own."""
        reader, writer = await asyncio.open_connection(*self.target)
        try:
            kept = {
                name: value
                for name, value in _headers(head).items()
                if name not in ("connection", "content-length")
            }
            headers = {**kept, "connection": "close", "content-length": str(len(body))}
            lines = [f"{name}: {value}" for name, value in headers.items()]
            writer.write("\r\n".join(["POST / HTTP/1.1", *lines, "", ""]).encode() + body)
            answered = await _head(reader)
            length = int(_headers(answered)["content-length"])
            return Answer(int(answered.split()[1]), await reader.readexactly(length))
        finally:
            writer.close()
            await writer.wait_closed()


async def _head(reader: asyncio.StreamReader) -> bytes:
    """The lines up to the empty one, or nothing where the other side has gone."""
    try:
        return await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return b""


def _headers(head: bytes) -> dict[str, str]:
    lines = head.decode("latin-1").split("\r\n")[1:]
    pairs = (line.partition(":") for line in lines if line)
    return {name.lower(): value.strip() for name, _, value in pairs}


def _split(wanted: dict[str, Any], count: int) -> tuple[dict[str, Any], dict[str, Any]]:
    keys = wanted["Keys"]
    return {**wanted, "Keys": keys[:count]}, {**wanted, "Keys": keys[count:]}


@asynccontextmanager
async def wire_to(url: str) -> AsyncIterator[Wire]:
    """A wire to the server behind a URL."""
    async with _listening(Wire(_server_of(url))) as wire:
        yield wire


@asynccontextmanager
async def http_wire_to(url: str, tls: ssl.SSLContext | None = None) -> AsyncIterator[HttpWire]:
    """A wire to a DynamoDB, over TLS where it is given."""
    async with _listening(HttpWire(_server_of(url), tls=tls)) as wire:
        yield wire


@asynccontextmanager
async def _listening(wire: Any) -> AsyncIterator[Any]:
    await wire.listen()
    try:
        yield wire
    finally:
        await wire.refuse()


def _server_of(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname is not None
    assert parts.port is not None
    return parts.hostname, parts.port
