"""Input that cannot be used is a clear error with a code and the argument; the rest is answered."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from loaders.sealing import encode
from tests.operations.asking import ADMIN, NOBODY, Asker

MOVIE_ID = encode(b'1["Movie","movie-0001"]')
KID_ID = encode(b'1["KidProfile",1]')
BESIDE = 'beside: title(by: { movieId: "movie-0001" }) { title }'
"""What is asked for beside the bad input, and answered."""
INTACT = {"beside": {"title": "Metropolis"}}
LONG = "x" * 1_025
NO_ID = "is no id of this gateway: give one that a field `id` answered"


def forged(*parts: object) -> str:
    """An id of the right form that no field answered."""
    return encode(b"1" + orjson.dumps(parts))


def bad(argument: str, message: str, *path: str | int) -> dict[str, Any]:
    """The error of an argument."""
    return {
        "message": f"{argument} {message}",
        "path": list(path),
        "code": "BAD_USER_INPUT",
        "argument": argument,
    }


@pytest.mark.parametrize(
    ("id_", "message"),
    [
        ("", NO_ID),
        ("no id", NO_ID),
        ("ünïcode", NO_ID),
        ("nul\0", NO_ID),
        (MOVIE_ID[:-1], NO_ID),
        (MOVIE_ID + "=", NO_ID),
        (MOVIE_ID.swapcase(), NO_ID),
        (encode(b'9["Movie","movie-0001"]'), NO_ID),
        (encode(b'1{"Movie":"movie-0001"}'), NO_ID),
        (encode(b"1[]"), NO_ID),
        ("2" + MOVIE_ID, NO_ID),
        (forged("Movie"), NO_ID),
        (forged("Movie", 5), NO_ID),
        (forged("Movie", None), NO_ID),
        (forged("Movie", "movie-0001", "more"), NO_ID),
        (forged("TmdbTitle", "1"), NO_ID),
        (forged("TmdbTitle", True), NO_ID),
        (forged("TmdbTitle", 1.0), NO_ID),
        (forged("WatchEvent", "one", 2), NO_ID),
        (forged("Movie", ""), "must not be empty"),
        (forged("Movie", "a\0b"), "must not hold a NUL character"),
        (forged("Movie", LONG), "is longer than 1024 bytes"),
        (forged("TmdbTitle", 2**31), "is beyond what 32 bits hold"),
    ],
    ids=repr,
)
async def test_an_id_that_no_field_answered(id_: str, message: str, ask: Asker) -> None:
    answer = await ask(
        f"""
        query ($id: ID!, $ids: [ID!]!) {{
          node(id: $id) {{ id }}
          nodes(ids: $ids) {{ id }}
          {BESIDE}
        }}
        """,
        NOBODY,
        id=id_,
        ids=[MOVIE_ID, id_],
    )
    assert answer.data == {"node": None, "nodes": [{"id": MOVIE_ID}, None], **INTACT}
    assert answer.errors == [bad("id", message, "node"), bad("ids.1", message, "nodes", 1)]


@pytest.mark.parametrize(
    ("field", "id_", "message"),
    [
        ("title", KID_ID, "is an id of the type KidProfile; it takes Movie or TmdbTitle"),
        (
            "account",
            MOVIE_ID,
            "is an id of the type Movie; it takes StreamAccount or FamilyAccount or StudioAccount "
            "or CreatorAccount or LearnerAccount",
        ),
        ("profile", MOVIE_ID, "is an id of the type Movie; it takes StreamProfile or KidProfile"),
        ("device", MOVIE_ID, "is an id of the type Movie; it takes Device"),
        ("episode", MOVIE_ID, "is an id of the type Movie; it takes Episode"),
        ("contentTag", MOVIE_ID, "is an id of the type Movie; it takes ContentTag"),
        ("title", "no id", NO_ID),
    ],
)
async def test_the_id_of_something_else(field: str, id_: str, message: str, ask: Asker) -> None:
    query = f"query ($id: ID!) {{ found: {field}(by: {{ id: $id }}) {{ __typename }} {BESIDE} }}"
    answer = await ask(query, id=id_)
    assert answer.data == {"found": None, **INTACT}
    assert answer.errors == [bad("by.id", message, "found")]


async def test_more_ids_than_a_hundred_cost_their_field_alone(ask: Asker) -> None:
    answer = await ask(
        f"query ($ids: [ID!]!) {{ nodes(ids: $ids) {{ id }} {BESIDE} }}",
        NOBODY,
        ids=[MOVIE_ID] * 101,
    )
    assert answer.data == {"nodes": None, **INTACT}
    assert answer.errors == [bad("ids", "holds more than 100 ids", "nodes")]


@pytest.mark.parametrize(
    ("paging", "argument", "message"),
    [
        ("first: 0", "first", "first must be from 1 to 100"),
        ("first: -1", "first", "first must be from 1 to 100"),
        ("first: 101", "first", "first must be from 1 to 100"),
        ("last: 0", "last", "last must be from 1 to 100"),
        ("last: -5", "last", "last must be from 1 to 100"),
        ("last: 101", "last", "last must be from 1 to 100"),
        ("first: 1, last: 1", "last", "give either first or last, not both"),
        ('after: "x", before: "y"', "before", "give either after or before, not both"),
        ('first: 1, before: "x"', "before", "before goes with last; first goes with after"),
        ('last: 1, after: "x"', "after", "after goes with first; last goes with before"),
    ],
)
@pytest.mark.parametrize(
    "field", ["contentTags(%s)", 'movies(genre: "Drama", %s)', 'titles(named: "Wings", %s)']
)
async def test_paging_that_names_no_page(
    field: str, paging: str, argument: str, message: str, ask: Asker
) -> None:
    answer = await ask(
        f"{{ page: {field % paging} {{ pageInfo {{ endCursor }} }} {BESIDE} }}", NOBODY
    )
    assert answer.data == {"page": None, **INTACT}
    assert answer.errors == [
        {"message": message, "path": ["page"], "code": "BAD_USER_INPUT", "argument": argument}
    ]


async def test_a_cursor_that_was_tampered_with_or_is_another_lists(ask: Asker) -> None:
    tags = await ask.data("{ contentTags(first: 1) { pageInfo { endCursor } } }", NOBODY)
    cursor = tags["contentTags"]["pageInfo"]["endCursor"]
    query = f"""
    query ($after: String, $genre: String!) {{
      contentTags(first: 1, after: $after) {{ nodes {{ tag }} }}
      movies(genre: $genre, first: 1, after: $after) {{ nodes {{ movieId }} }}
      titles(named: "Wings", first: 1, after: $after) {{ nodes {{ title }} }}
      {BESIDE}
    }}
    """
    message = "is no cursor of this list: give one that its pageInfo or edges answered"
    another = [bad("after", message, field) for field in ("movies", "titles")]
    good = await ask(query, NOBODY, after=cursor, genre="Drama")
    assert good.data["contentTags"] == {"nodes": [{"tag": "bullying"}]}
    assert good.errors == another
    changed = ("A" if cursor[5] != "A" else "B").join((cursor[:5], cursor[6:]))
    for tampered in (changed, cursor[:-2], cursor + "A", "", "no cursor", "ü"):
        answer = await ask(query, NOBODY, after=tampered, genre="Drama")
        assert answer.data == dict.fromkeys(["contentTags", "movies", "titles"]) | INTACT
        assert answer.errors == [bad("after", message, "contentTags"), *another]


async def test_before_takes_no_tampered_cursor_either(ask: Asker) -> None:
    answer = await ask('{ contentTags(last: 1, before: "x") { nodes { tag } } }', NOBODY)
    (found,) = answer.errors
    assert found["argument"] == "before"


NUMBERS = [
    ("account(by: { familyAccountId: $id })", "by.familyAccountId"),
    ("profile(by: { kidProfileId: $id })", "by.kidProfileId"),
    ("title(by: { tmdbTitleId: $id })", "by.tmdbTitleId"),
    ("title(by: { tmdbId: $id })", "by.tmdbId"),
    ("episode(by: { episodeId: $id })", "by.episodeId"),
    ("episode(by: { tmdbEpisodeId: $id })", "by.tmdbEpisodeId"),
    (
        "episode(by: { number: { titleId: $id, seasonNumber: 1, episodeNumber: 1 } })",
        "by.number.titleId",
    ),
]


@pytest.mark.parametrize(
    ("id_", "message"),
    [
        ("seven", "must be a whole number"),
        ("", "must be a whole number"),
        (" 7", "must be a whole number"),
        ("+7", "must be a whole number"),
        ("1_0", "must be a whole number"),
        ("٣", "must be a whole number"),
        ("1e3", "must be a whole number"),
        ("7\0", "must be a whole number"),
        ("2147483648", "is beyond what 32 bits hold"),
        ("-2147483649", "is beyond what 32 bits hold"),
        ("9" * 5_000, "is beyond what 32 bits hold"),
        (2**31, "is beyond what 32 bits hold"),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_a_number_of_postgres_that_is_none(id_: str | int, message: str, ask: Asker) -> None:
    query = f"query ($id: ID!) {{ found: title(by: {{ tmdbId: $id }}) {{ title }} {BESIDE} }}"
    answer = await ask(query, ADMIN, id=id_)
    assert answer.data == {"found": None, **INTACT}
    assert answer.errors == [bad("by.tmdbId", message, "found")]


@pytest.mark.parametrize(("field", "argument"), NUMBERS, ids=[name for _, name in NUMBERS])
async def test_every_number_names_its_argument(field: str, argument: str, ask: Asker) -> None:
    query = f"query ($id: ID!) {{ found: {field} {{ __typename }} {BESIDE} }}"
    answer = await ask(query, ADMIN, id="seven")
    assert answer.data == {"found": None, **INTACT}
    assert answer.errors == [bad(argument, "must be a whole number", "found")]


async def test_a_number_beyond_32_bits_written_in_the_document(ask: Asker) -> None:
    answer = await ask(
        f"{{ found: title(by: {{ tmdbTitleId: 2147483648 }}) {{ title }} {BESIDE} }}", NOBODY
    )
    assert answer.data == {"found": None, **INTACT}
    assert answer.errors == [bad("by.tmdbTitleId", "is beyond what 32 bits hold", "found")]


TEXTS = [
    ("person(email: $text)", "email", "String!"),
    ("account(by: { streamAccountId: $text })", "by.streamAccountId", "ID!"),
    ("account(by: { streamEmail: $text })", "by.streamEmail", "String!"),
    ("account(by: { familyEmail: $text })", "by.familyEmail", "String!"),
    ("serviceSubscriptions(serviceType: $text)", "serviceType", "String!"),
    ("usageEvents(serviceType: $text)", "serviceType", "String!"),
    ("profile(by: { streamProfileId: $text })", "by.streamProfileId", "ID!"),
    (
        'profile(by: { streamProfileKey: { accountId: "any", profileId: $text } })',
        "by.streamProfileKey.profileId",
        "ID!",
    ),
    ("device(by: { deviceId: $text })", "by.deviceId", "ID!"),
    ("title(by: { movieId: $text })", "by.movieId", "ID!"),
    ("titles(named: $text)", "named", "String!"),
    ("movies(genre: $text)", "genre", "String!"),
    ("contentTag(by: { tag: $text })", "by.tag", "String!"),
]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "must not be empty"),
        ("a\0b", "must not hold a NUL character"),
        (LONG, "is longer than 1024 bytes"),
        ("ü" * 513, "is longer than 1024 bytes"),
    ],
    ids=["empty", "nul", "long", "long in bytes"],
)
async def test_a_text_that_no_key_can_be(text: str, message: str, ask: Asker) -> None:
    query = f"query ($text: String!) {{ found: titles(named: $text) {{ __typename }} {BESIDE} }}"
    answer = await ask(query, ADMIN, text=text)
    assert answer.data == {"found": None, **INTACT}
    assert answer.errors == [bad("named", message, "found")]


@pytest.mark.parametrize(("field", "argument", "kind"), TEXTS, ids=[name for name, *_ in TEXTS])
async def test_every_text_names_its_argument(
    field: str, argument: str, kind: str, ask: Asker
) -> None:
    query = f"query ($text: {kind}) {{ found: {field} {{ __typename }} {BESIDE} }}"
    answer = await ask(query, ADMIN, text="a\0b")
    assert answer.data == {"found": None, **INTACT}
    assert answer.errors == [bad(argument, "must not hold a NUL character", "found")]


OF_ACCOUNT = """
query ($it: %s) {
  found: account(by: { streamAccountId: "123e4567-e89b-12d3-a456-426614174000" }) {
    ... on StreamAccount { accountId it: %s }
  }
}
"""
OF_MOVIE = """
query ($it: %s) {
  found: title(by: { movieId: "movie-0001" }) { ... on Movie { movieId it: %s } }
}
"""
OF_KID = """
query ($it: %s) {
  found: profile(by: { kidProfileId: 1 }) { ... on KidProfile { databaseId it: %s } }
}
"""
OF_EPISODE = "query ($it: %s) { found: episode(by: { episodeId: 1 }) { databaseId it: %s } }"


@pytest.mark.parametrize(
    ("within", "kind", "field", "argument"),
    [
        (OF_ACCOUNT, "ID!", "watchlistItem(movieId: $it) { movieId }", "movieId"),
        (OF_ACCOUNT, "ID!", "subscription(subscriptionId: $it) { plan }", "subscriptionId"),
        (OF_ACCOUNT, "String", "subscriptions(status: $it) { nodes { plan } }", "status"),
        (OF_ACCOUNT, "String", "usage(serviceType: $it) { nodes { details } }", "serviceType"),
        (OF_MOVIE, "ID!", "inWatchlist(profileId: $it)", "profileId"),
        (OF_EPISODE, "String", "links(platform: $it) { nodes { url } }", "platform"),
    ],
    ids=lambda value: value.partition("(")[0].strip(),
)
async def test_a_text_further_down_costs_its_field_alone(
    within: str, kind: str, field: str, argument: str, ask: Asker
) -> None:
    answer = await ask(within % (kind, field), ADMIN, it="a\0b")
    (key, it) = answer.data["found"].values()
    assert key
    assert it is None
    assert answer.errors == [bad(argument, "must not hold a NUL character", "found", "it")]


async def test_a_number_further_down_costs_its_field_alone(ask: Asker) -> None:
    answer = await ask(OF_KID % ("ID!", "policyFor(titleId: $it) { policy }"), ADMIN, it="one")
    assert answer.data == {"found": {"databaseId": 1, "it": None}}
    assert answer.errors == [bad("titleId", "must be a whole number", "found", "it")]


@pytest.mark.parametrize(
    ("field", "argument", "low", "high"),
    [
        ('movies(genre: "Drama", releaseYears: $range)', "releaseYears", 2000, 1999),
        (
            "pairingCodes(expires: $range)",
            "expires",
            "2025-09-20T12:00:00Z",
            "2025-09-20T11:59:59.999Z",
        ),
        (
            'usageEvents(serviceType: "stream", between: $range)',
            "between",
            "2025-09-20T12:00:00Z",
            "2025-09-20T12:00:00+00:01",
        ),
    ],
)
async def test_a_range_that_ends_before_it_begins(
    field: str, argument: str, low: Any, high: Any, ask: Asker
) -> None:
    kind = "YearRange" if argument == "releaseYears" else "TimeRange"
    query = f"query ($range: {kind}) {{ found: {field} {{ nodes {{ id }} }} {BESIDE} }}"
    answer = await ask(query, ADMIN, range={"from": low, "to": high})
    assert answer.data == {"found": None, **INTACT}
    assert answer.errors == [bad(argument, "ends before it begins", "found")]


@pytest.mark.parametrize(
    "ends",
    [
        {"from": "0001-01-01T00:00:00+14:00", "to": "9999-12-31T23:59:59.999999-14:00"},
        {"from": None, "to": None},
        {},
        None,
    ],
    ids=["the ends of the calendar", "two open ends", "none", "no range"],
)
async def test_the_widest_range_holds_everything(ends: Any, ask: Asker) -> None:
    query = """
    query ($range: TimeRange) {
      pairingCodes(expires: $range) { totalCount }
      inputRecords(between: $range, first: 100) { nodes { createdAt } }
      usageEvents(serviceType: "stream", between: $range, first: 100) { nodes { timestamp } }
    }
    """
    data = await ask.data(query, ADMIN, range=ends)
    assert data["pairingCodes"]["totalCount"] == 40
    assert len(data["inputRecords"]["nodes"]) == 100
    assert len(data["usageEvents"]["nodes"]) == 100


ONE_OF = (
    "Within OneOf Input Object type 'TitleBy', exactly one field must be specified, and the value"
    " for that field must be non-null."
)


@pytest.mark.parametrize("by", ['{ movieId: "movie-0001", tmdbId: 1 }', "{}", "{ movieId: null }"])
async def test_by_takes_exactly_one_member(by: str, ask: Asker) -> None:
    """As the specification has it, by validation."""
    answer = await ask(f"{{ title(by: {by}) {{ title }} }}", NOBODY)
    assert answer.errors == [{"message": ONE_OF, "code": "BAD_USER_INPUT"}]
    assert answer.calls == {}


@pytest.mark.parametrize(
    ("declared", "value", "message"),
    [
        (
            "$by: TitleBy!",
            {"movieId": "movie-0001", "tmdbId": 1},
            f"Variable '$by' has invalid value: {ONE_OF}",
        ),
        ("$by: TitleBy!", {}, f"Variable '$by' has invalid value: {ONE_OF}"),
        ("$by: TitleBy!", {"movieId": None}, "Variable '$by' has invalid value at .movieId:"),
        ("$by: TitleBy!", None, "Variable '$by' has invalid value"),
    ],
)
async def test_a_variable_that_is_not_of_its_type_is_refused_before_anything_is_read(
    declared: str, value: Any, message: str, ask: Asker
) -> None:
    answer = await ask(f"query ({declared}) {{ title(by: $by) {{ title }} }}", NOBODY, by=value)
    (found,) = answer.errors
    assert found["code"] == "BAD_USER_INPUT"
    assert found["message"].startswith(message)
    assert (answer.data, answer.calls) == (None, {})


@pytest.mark.parametrize(
    ("kind", "value", "said"),
    [
        ("Int", 2**31, "Int cannot represent non 32-bit signed integer value"),
        ("Int", 1.5, "Int cannot represent non-integer value"),
        ("Int", "1", "Int cannot represent non-integer value"),
        ("TimeRange", {"from": "2025-02-30T00:00:00Z"}, "at .from: Expected value of type"),
        ("TimeRange", {"from": "2025-02-20"}, "is no date and time such as"),
        ("TimeRange", {"to": 5}, "is no date and time such as"),
        ("TimeRange", {"until": None}, "not to include unknown field 'until'"),
    ],
)
async def test_a_variable_that_its_scalar_refuses_is_named(
    kind: str, value: Any, said: str, ask: Asker
) -> None:
    argument = "first" if kind == "Int" else "expires"
    query = f"query ($it: {kind}) {{ pairingCodes({argument}: $it) {{ totalCount }} }}"
    answer = await ask(query, ADMIN, it=value)
    (found,) = answer.errors
    assert found["code"] == "BAD_USER_INPUT"
    assert found["message"].startswith("Variable '$it' has invalid value")
    assert said in found["message"]
    assert (answer.data, answer.calls) == (None, {})


@pytest.mark.parametrize(
    ("document", "said"),
    [
        ("{ titles(named: 5) { nodes { title } } }", "String cannot represent"),
        ("{ movies(genre: 5) { nodes { title } } }", "String cannot represent"),
        ("{ contentTags(first: 2147483648) { nodes { tag } } }", "non 32-bit signed integer"),
        ("{ titleReports(status: OPEN) { totalCount } }", "does not exist in 'ReportStatus' enum"),
        ("{ nothing }", "Cannot query field 'nothing'"),
        ("{ titles", "Syntax Error"),
    ],
)
async def test_a_document_that_is_wrong_is_refused_with_its_place(
    document: str, said: str, ask: Asker
) -> None:
    answer = await ask(document, ADMIN)
    (found,) = answer.body["errors"]
    assert said in found["message"]
    assert found["extensions"] == {"code": "BAD_USER_INPUT"}
    assert found["locations"]
    assert "data" not in answer.body
