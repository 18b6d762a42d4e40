"""Calls to a DynamoDB that throttles, hides, hangs or refuses: repeated, and given up in time."""

import asyncio
import dataclasses
import time
from collections.abc import AsyncIterator
from zlib import crc32

import orjson
import pytest

from gateway.demo.data.people import ADA
from gateway.demo.data.stream import account_id, movie_id
from loaders.access import one, page
from loaders.errors import DeadlineExceeded, GatewayError, Internal, SourceUnavailable
from loaders.stores import http_client
from loaders.stores.dynamo import CALLS_AT_ONCE, DynamoStore
from loaders.stores.dynamo_client import DynamoAddress, open_client
from loaders.stores.interface import Window
from loaders.tables import stream
from loaders.tables.dynamodb import index
from tests.engines import (
    TABLE_NAMES,
    THROTTLED,
    Addresses,
    Answer,
    HttpWire,
    delete_index,
    delete_table,
    http_wire_to,
    local,
    refusal,
)
from tests.loaders.asking import Reading

pytestmark = pytest.mark.slow

MOVIE = one(stream.movies, by="movieId").route
ANOTHER_GENRE = index("GenreIndex", "director", "releaseYear")
GENRE = page(stream.movies, by="genre", order="releaseYear").route
HISTORY = page(stream.watch_history, by="accountId", order="-watchedAt").route

MISSING = "stream: a table or an index is missing; `gateway create` makes it"
OTHER = "stream: a table is not as declared; `gateway doctor` tells what mends it"

KEYS = [(movie_id(number),) for number in range(1, 101)]
SHORT = 0.4
LATE = 5.0
"""Far later than SHORT, on a machine that does much else too."""


@pytest.fixture
async def wire(engines: Addresses) -> AsyncIterator[HttpWire]:
    """A wire to the engine."""
    async with http_wire_to(engines.dynamodb) as wire:
        yield wire


@pytest.fixture
async def store(wire: HttpWire) -> AsyncIterator[DynamoStore]:
    """A store at the end of the wire."""
    store = await DynamoStore.open(stream.PRODUCT, local(wire.endpoint), TABLE_NAMES["stream"])
    yield store
    await store.close()


@pytest.mark.parametrize(
    "trouble",
    [
        THROTTLED,
        refusal("ThrottlingException"),
        refusal("RequestLimitExceeded"),
        refusal("InternalServerError", 500),
        refusal("ServiceUnavailable", 503),
        Answer(502, b"<html>Bad gateway</html>"),
    ],
    ids=lambda trouble: f"{trouble.status} {trouble.body[:60].decode()}",
)
async def test_a_call_that_may_be_repeated_is(
    store: DynamoStore, wire: HttpWire, reading: Reading, trouble: Answer
) -> None:
    wire.answers = [trouble] * 3
    assert await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE)) == [{"movieId": movie_id(1)}]
    assert len(wire.requests) == 4


async def test_throttling_without_end_is_given_up_at_the_deadline(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    wire.always = THROTTLED
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded) as late:
        await store.find(MOVIE, KEYS, reading.terms(MOVIE, seconds=SHORT))
    assert SHORT * 0.9 < time.monotonic() - started < LATE
    assert str(late.value) == "stream: DynamoDB did not answer in time"
    assert late.value.extensions == {
        "code": "DEADLINE_EXCEEDED",
        "product": "stream",
        "retryable": True,
    }


async def test_what_was_left_unprocessed_is_asked_for_again(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    wire.processes_at_most = 30
    rows = await store.find(MOVIE, KEYS, reading.terms(MOVIE, "title"))
    assert [row and row["movieId"] for row in rows] == [movie for (movie,) in KEYS]
    assert all(row and row["title"] for row in rows)
    assert [(len(call.keys), call.rows) for call in reading.calls] == [
        (100, 30),
        (70, 30),
        (40, 30),
        (10, 10),
    ]


async def test_what_stays_unprocessed_is_given_up_at_the_deadline(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    wire.always = Answer(
        200,
        orjson.dumps(
            {
                "Responses": {},
                "UnprocessedKeys": {
                    TABLE_NAMES["stream"]["MovieTable"]: {"Keys": [{"movieId": {"S": movie_id(1)}}]}
                },
            }
        ),
    )
    with pytest.raises(DeadlineExceeded) as late:
        await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE, seconds=SHORT))
    assert late.value.product == "stream"


async def test_a_connection_that_was_cut_is_made_anew(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    before = await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE))
    await wire.drop()
    assert await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE)) == before
    assert wire.connections == 2


async def test_a_call_whose_connection_dies_is_repeated(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    wire.stalled = True
    call = asyncio.ensure_future(store.find(MOVIE, KEYS[:1], reading.terms(MOVIE)))
    await wire.heard(1)
    wire.stalled = False
    await wire.drop()
    assert await call == [{"movieId": movie_id(1)}]
    assert len(wire.requests) == 2


DAMAGED = [
    Answer(200, b'{"Responses": {}}', {"x-amz-crc32": "1"}),
    Answer(400, refusal("ValidationException").body, {"x-amz-crc32": "1"}),
    Answer(200, b'{"Responses": {}}', cut_at=5),
    Answer(200, b'{"Responses": {}}', cut_at=0),
]


@pytest.mark.parametrize("damaged", DAMAGED)
async def test_an_answer_that_was_damaged_on_its_way_is_asked_for_again(
    store: DynamoStore, wire: HttpWire, reading: Reading, damaged: Answer
) -> None:
    wire.answers = [damaged] * 2
    assert await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE)) == [{"movieId": movie_id(1)}]
    wire.always = damaged
    with pytest.raises(SourceUnavailable, match=r"^stream: DynamoDB cannot be reached$"):
        await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE))
    assert len(wire.requests) == 6


async def test_an_answer_with_its_checksum_is_read(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    body = b'{"Responses": {}}'
    wire.always = Answer(200, body, {"x-amz-crc32": str(crc32(body))})
    assert await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE)) == [None]


@pytest.mark.parametrize("body", [b"", b"<html>Welcome</html>"])
async def test_an_answer_that_is_no_json_is_nobody_s_fault_but_ours(
    store: DynamoStore, wire: HttpWire, reading: Reading, body: bytes
) -> None:
    wire.always = Answer(200, body)
    with pytest.raises(orjson.JSONDecodeError):
        await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE))
    assert len(wire.requests) == 1


async def test_connections_are_kept(store: DynamoStore, wire: HttpWire, reading: Reading) -> None:
    for key in KEYS[:5]:
        await store.find(MOVIE, [key], reading.terms(MOVIE))
    assert wire.connections == 1


async def test_a_refused_connection_is_an_unavailable_source(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    await wire.refuse()
    with pytest.raises(SourceUnavailable) as unavailable:
        await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE))
    assert str(unavailable.value) == "stream: DynamoDB cannot be reached"
    assert unavailable.value.extensions == {
        "code": "SOURCE_UNAVAILABLE",
        "product": "stream",
        "retryable": True,
    }
    await wire.listen()
    assert await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE)) == [{"movieId": movie_id(1)}]


async def test_an_endpoint_that_hangs_is_given_up_at_the_deadline(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    wire.stalled = True
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await store.listing(
            HISTORY, [(account_id(ADA),)], Window(5), reading.terms(HISTORY, seconds=SHORT)
        )
    assert SHORT * 0.9 < time.monotonic() - started < LATE
    assert [(call.operation, call.rows, call.error) for call in reading.calls] == [
        ("Query", 0, "DeadlineExceeded")
    ]


async def test_a_call_that_hears_nothing_is_repeated_before_the_deadline(
    wire: HttpWire, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http_client, "READ_SECONDS", SHORT)
    store = await DynamoStore.open(stream.PRODUCT, local(wire.endpoint), TABLE_NAMES["stream"])
    wire.stalled = True
    try:
        with pytest.raises(SourceUnavailable) as unavailable:
            await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE))
        assert str(unavailable.value) == "stream: DynamoDB cannot be reached"
        assert len(wire.requests) == 3
    finally:
        await store.close()


async def test_one_table_has_so_many_calls_at_once(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    wire.stalled = True
    keys = [(f"genre {number}",) for number in range(3 * CALLS_AT_ONCE)]
    with pytest.raises(DeadlineExceeded):
        # Long enough for all of them to arrive on a busy machine.
        await store.listing(GENRE, keys, Window(5), reading.terms(GENRE, seconds=5 * SHORT))
    assert len(wire.requests) == CALLS_AT_ONCE


async def test_waiting_for_a_turn_ends_at_the_deadline_too(
    store: DynamoStore, wire: HttpWire, reading: Reading
) -> None:
    wire.stalled = True
    keys = [(f"genre {number}",) for number in range(CALLS_AT_ONCE)]
    patient = asyncio.ensure_future(store.listing(GENRE, keys, Window(5), reading.terms(GENRE)))
    await wire.heard(CALLS_AT_ONCE)
    started = time.monotonic()
    with pytest.raises(DeadlineExceeded):
        await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE, seconds=SHORT))
    assert time.monotonic() - started < LATE
    patient.cancel()
    await asyncio.wait([patient])
    assert patient.cancelled()


@pytest.mark.parametrize(
    ("answer", "error", "message"),
    [
        (
            refusal("UnrecognizedClientException"),
            SourceUnavailable,
            "stream: DynamoDB refused the gateway's credentials",
        ),
        (
            refusal("AccessDeniedException"),
            SourceUnavailable,
            "stream: DynamoDB refused the gateway's credentials",
        ),
        (refusal("ValidationException"), Internal, "stream: DynamoDB refused a call"),
        (Answer(400, b""), Internal, "stream: DynamoDB refused a call"),
        (Answer(403, b"<html>No.</html>"), Internal, "stream: DynamoDB refused a call"),
        (
            Answer(307, b"", {"Location": "http://127.0.0.1/"}),
            Internal,
            "stream: DynamoDB refused a call",
        ),
    ],
)
async def test_another_refusal_is_not_repeated(
    store: DynamoStore,
    wire: HttpWire,
    reading: Reading,
    answer: Answer,
    error: type[GatewayError],
    message: str,
) -> None:
    wire.always = answer
    with pytest.raises(error) as refused:
        await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE))
    assert str(refused.value) == message
    assert refused.value.product == "stream"
    assert len(wire.requests) == 1


async def test_a_missing_table_says_what_makes_it(
    writable_dynamodb: DynamoAddress, reading: Reading
) -> None:
    await delete_table(writable_dynamodb, "MovieTable")
    store = await DynamoStore.open(stream.PRODUCT, writable_dynamodb, TABLE_NAMES["stream"])
    try:
        with pytest.raises(SourceUnavailable) as missing:
            await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE))
        assert str(missing.value) == MISSING
    finally:
        await store.close()


async def test_a_missing_index_says_what_makes_it(
    writable_dynamodb: DynamoAddress, reading: Reading
) -> None:
    await delete_index(writable_dynamodb, "MovieTable", "GenreIndex")
    store = await DynamoStore.open(stream.PRODUCT, writable_dynamodb, TABLE_NAMES["stream"])
    try:
        with pytest.raises(SourceUnavailable) as missing:
            await store.listing(GENRE, [("Drama",)], Window(5), reading.terms(GENRE))
        assert str(missing.value) == MISSING
    finally:
        await store.close()


async def test_a_table_of_another_key_says_what_tells_more(
    writable_dynamodb: DynamoAddress, reading: Reading
) -> None:
    other = dataclasses.replace(stream.movies, key=("title", "movieId"), indexes=(ANOTHER_GENRE,))
    await delete_table(writable_dynamodb, "MovieTable")
    async with open_client(writable_dynamodb) as client:
        await client.create_table(**other.create_table(TABLE_NAMES["stream"]["MovieTable"]))
    store = await DynamoStore.open(stream.PRODUCT, writable_dynamodb, TABLE_NAMES["stream"])
    try:
        with pytest.raises(SourceUnavailable) as unlike:
            await store.find(MOVIE, KEYS[:1], reading.terms(MOVIE))
        assert str(unlike.value) == OTHER
        with pytest.raises(SourceUnavailable) as unlike:
            await store.listing(GENRE, [("Drama",)], Window(5), reading.terms(GENRE))
        assert str(unlike.value) == OTHER
    finally:
        await store.close()
