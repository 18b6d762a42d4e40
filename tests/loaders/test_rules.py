"""Who may take a way to rows."""

from collections.abc import Callable
from typing import Any

import pytest

from gateway.demo.data.family import user_id
from gateway.demo.data.people import ADA, BEN
from gateway.demo.data.stream import account_id
from loaders import rules
from loaders.access import Access, many, one, page
from loaders.errors import Forbidden, Internal
from loaders.request import Request
from loaders.rules import Scope
from loaders.tables import family, prep, stream
from loaders.tables.dynamodb import DynamoTable, columns, text
from loaders.tables.facts import Read, StoredTable
from loaders.viewer import Subject, Viewer
from tests.loaders.asking import Asker


def log(read: Read) -> DynamoTable:
    """A table that this may be read by, which no product has yet."""
    return DynamoTable(
        product="stream",
        name="LogTable",
        setting="STREAM_LOG_TABLE",
        key=("accountId", "at"),
        columns=columns(text("accountId", references=stream.accounts), text("at")),
        indexes=(),
        read=read,
        max_item_bytes=1_000,
    )


@pytest.mark.parametrize(
    ("access", "scope"),
    [
        # A public table's rows are anyone's.
        (one(stream.movies, by="movieId"), Scope.ANYONE),
        (page(family.titles), Scope.ANYONE),
        # A single row leads to one owner, whatever it is found by.
        (one(stream.profiles, by="profileId"), Scope.OWNER),
        (one(family.devices, by="device_id"), Scope.OWNER),
        (one(family.kid_profiles_titles, by="id"), Scope.OWNER),
        (one(stream.profile_settings, by="profileId"), Scope.OWNER),
        # So do rows by their owner's key, or by that of a row which has an owner.
        (page(stream.watchlist, by="accountId", order="movieId"), Scope.OWNER),
        (page(family.kid_profiles, by="family_id", order="created_at"), Scope.OWNER),
        (page(family.kid_profiles_titles, by="kid_profile_id", order="created_at"), Scope.OWNER),
        (page(family.devices, by="kid_profile_id", order="paired_at"), Scope.OWNER),
        (page(stream.watchlist, by="profileId", order="movieId"), Scope.OWNER),
        # Accounts by e-mail are decided by the viewer's own.
        (many(stream.accounts, by="email", at_most=5), Scope.EMAIL),
        (one(family.users, by="email"), Scope.EMAIL),
        (many(family.users, by="email", at_most=5, folded=True), Scope.EMAIL),
        # Anything else ranges over many owners.
        (page(family.users), Scope.SPANNING),
        (page(family.users, by="role"), Scope.SPANNING),
        (page(family.pairing_codes, order="expires_at"), Scope.SPANNING),
        (page(family.content_reports, by="title_id", order="created_at"), Scope.SPANNING),
        (page(stream.watch_history, by="movieId", order="watchedAt"), Scope.SPANNING),
        (page(stream.subscriptions, by="serviceType", order="accountId"), Scope.SPANNING),
        # Some tables are for everybody with an account, or for staff, by whichever way.
        (one(log(Read.SIGNED_IN), by=("accountId", "at")), Scope.SIGNED_IN),
        (page(log(Read.SIGNED_IN), by="accountId", order="at"), Scope.SIGNED_IN),
        (one(log(Read.STAFF), by=("accountId", "at")), Scope.STAFF),
        (page(log(Read.STAFF), by="accountId", order="at"), Scope.STAFF),
        (page(prep.devops_actions, by="status", order="timestamp"), Scope.SPANNING),
    ],
    ids=str,
)
def test_the_scope_follows_from_the_declarations(access: Access, scope: Scope) -> None:
    assert access.scope is scope


@pytest.mark.parametrize("roles", [(), ("parent",)])
async def test_many_owners_are_for_staff_alone(ask: Asker, roles: tuple[str, ...]) -> None:
    request = ask(ADA.email, *roles).context
    with pytest.raises(Forbidden) as refused:
        rules.refuse_unless_allowed(Scope.SPANNING, request, stream.watchlist)
    assert str(refused.value) == "this ranges over many owners: it is for staff alone"
    for scope in set(Scope) - {Scope.SPANNING}:
        rules.refuse_unless_allowed(scope, request, stream.watchlist)
    for role in ("support", "admin", "service:stream"):
        rules.refuse_unless_allowed(Scope.SPANNING, ask(None, role).context, stream.watchlist)


@pytest.mark.parametrize("scope", [Scope.OWNER, Scope.SIGNED_IN, Scope.STAFF, Scope.SPANNING])
async def test_a_service_reads_all_of_its_product_and_of_others_what_anybody_does(
    ask: Asker, scope: Scope
) -> None:
    request = ask(None, "service:stream").context
    assert await rules.owners(scope, request, stream.watchlist) is None
    for elsewhere in (family.devices, prep.assessments):
        assert await rules.owners(scope, request, elsewhere) == NOBODY
        if scope is Scope.SPANNING:
            with pytest.raises(Forbidden):
                rules.refuse_unless_allowed(scope, request, elsewhere)


NOBODY: frozenset[Any] = frozenset()
ADAS = frozenset({account_id(ADA)})


@pytest.mark.parametrize(
    ("scope", "of_nobody", "of_ada", "of_a_stranger"),
    [
        (Scope.ANYONE, None, None, None),
        (Scope.EMAIL, None, None, None),
        (Scope.SIGNED_IN, NOBODY, None, NOBODY),
        (Scope.OWNER, NOBODY, ADAS, NOBODY),
        (Scope.STAFF, NOBODY, NOBODY, NOBODY),
        (Scope.SPANNING, NOBODY, NOBODY, NOBODY),
    ],
)
async def test_the_owners_whose_rows_a_viewer_sees(
    ask: Asker,
    scope: Scope,
    of_nobody: frozenset[Any] | None,
    of_ada: frozenset[Any] | None,
    of_a_stranger: frozenset[Any] | None,
) -> None:
    async def seen_by(*viewer: str) -> frozenset[Any] | None:
        return await rules.owners(scope, ask(*viewer).context, stream.watchlist)

    assert await seen_by() == of_nobody
    assert await seen_by(ADA.email) == of_ada
    assert await seen_by("stranger@example.com") == of_a_stranger
    assert await seen_by("stranger@example.com", "support") is None


@pytest.mark.parametrize(
    ("scope", "of_nobody", "of_ada", "of_a_stranger"),
    [
        (Scope.ANYONE, "owners:", "owners:", "owners:"),
        (Scope.EMAIL, "owners:", f"email:{ADA.email}", "email:stranger@example.com"),
        (Scope.SIGNED_IN, "owners:", f"owners:{user_id(ADA)}", "owners:"),
        (Scope.OWNER, "owners:", f"owners:{user_id(ADA)}", "owners:"),
        (Scope.STAFF, "owners:", "owners:", "owners:"),
        (Scope.SPANNING, "owners:", "owners:", "owners:"),
    ],
)
async def test_what_policies_are_told_of_a_viewer(
    ask: Asker, scope: Scope, of_nobody: str, of_ada: str, of_a_stranger: str
) -> None:
    async def told(*viewer: str) -> str:
        return await rules.told_to_policies(scope, ask(*viewer).context, family.users)

    assert await told() == of_nobody
    assert await told(ADA.email.upper()) == of_ada
    assert await told("stranger@example.com") == of_a_stranger
    assert await told("stranger@example.com", "support") == "all"
    assert await told("stranger@example.com", "service:family") == "all"
    assert await told("stranger@example.com", "service:studio") == of_a_stranger


async def test_e_mails_of_others_are_not_looked_up(ask: Asker) -> None:
    keys: list[tuple[Any, ...]] = [("Ada@example.com",), (BEN.email,), (ADA.email,)]
    own = [("Ada@example.com",), (ADA.email,)]

    def asked(request: Request, scope: Scope = Scope.EMAIL) -> list[tuple[Any, ...]]:
        return rules.own_keys(scope, request, stream.accounts, keys)

    assert asked(ask(ADA.email).context) == own
    assert asked(ask(ADA.email.upper()).context) == own
    assert asked(ask().context) == []
    assert asked(ask(None, "support").context) == keys
    assert asked(ask(None, "service:stream").context) == keys
    assert asked(ask(None, "service:prep").context) == []
    assert asked(ask(ADA.email).context, Scope.OWNER) == keys


def by_subject(product: str | None, name: str, email: str | None = None) -> Viewer:
    return Viewer(email, subject=Subject(product, name))


async def test_a_subject_is_looked_up_at_its_own_product_alone(ask: Asker) -> None:
    keys: list[tuple[Any, ...]] = [(7,), (8,)]
    for product, own in (("family", [(7,)]), ("studio", []), (None, [])):
        request = ask(viewer=by_subject(product, "7")).context
        assert rules.own_keys(Scope.SUBJECT, request, family.users, keys) == own
        assert rules.is_refused(Scope.SUBJECT, request.viewer, family.users) is not bool(own)


@pytest.mark.parametrize(
    ("product", "name", "told"),
    [
        ("family", "7", "owners:7"),
        ("family", "7,8", "owners:"),
        ("studio", "7", "owners:"),
        (None, "7", "owners:"),
    ],
)
async def test_policies_are_told_of_a_subject_at_its_own_product_alone(
    ask: Asker, product: str | None, name: str, told: str
) -> None:
    request = ask(viewer=by_subject(product, name)).context
    assert await rules.told_to_policies(Scope.SUBJECT, request, family.users) == told


@pytest.mark.parametrize(
    ("viewer", "guarded"),
    [
        (by_subject("stream", account_id(ADA), BEN.email), True),
        (by_subject("family", "7", BEN.email), False),
        (by_subject(None, account_id(ADA), BEN.email), False),
    ],
)
async def test_where_an_issuer_names_the_subject_an_e_mail_gives_no_right(
    ask: Asker, viewer: Viewer, *, guarded: bool
) -> None:
    request = ask(viewer=viewer).context
    assert rules.is_guarded(Scope.EMAIL, viewer, stream.accounts) is guarded
    assert (await rules.owners(Scope.EMAIL, request, stream.accounts) == ADAS) is guarded
    assert not rules.is_guarded(Scope.EMAIL, viewer, prep.users)


@pytest.mark.parametrize(
    ("table", "row"),
    [
        (stream.watchlist, {"accountId": "ben"}),
        (stream.accounts, {"accountId": "ben"}),
    ],
    ids=str,
)
def test_a_row_of_somebody_else_is_a_fault_of_a_store(
    table: StoredTable, row: dict[str, Any]
) -> None:
    check: Callable[..., None] = rules.assert_owned
    with pytest.raises(Internal, match=f"^a row of {table} came back that its rule keeps out$"):
        check([table.row(row)], table, frozenset({"ada"}))
    check([table.row(row)], table, frozenset({"ada", "ben"}))


def test_a_row_owned_through_its_parent_was_judged_before() -> None:
    rules.assert_owned([stream.profile_settings.row()], stream.profile_settings, frozenset({"ada"}))
