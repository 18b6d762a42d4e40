"""Those who ask: each as the gateway knows them, and as the inventory does."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from loaders.viewer import ANONYMOUS, Subject, Viewer, service
from tests.matrix.seeds import DORA, NINA, OLGA, PAUL, Owner
from tests.matrix.words import PRODUCTS, Who

UNKNOWN = "unknown@example.com"
"""By which an admin finds a person who has no account."""


@dataclass(frozen=True)
class Asking:
    """Somebody who asks; an admin finds them by this e-mail."""

    viewer: Viewer
    who: Who
    email: str = UNKNOWN


def _person(owner: Owner) -> Asking:
    return Asking(Viewer(owner.email), Who(owner.keys, owner.email), owner.email)


def _by_subject(owner: Owner, product: str) -> Asking:
    """A token of the product's own issuer, which tells no e-mail, gives that product's account."""
    key = owner.keys[product]
    viewer = Viewer(subject=Subject(product, str(key)))
    return Asking(viewer, Who({product: key}), owner.email)


def _service(product: str) -> Asking:
    return Asking(Viewer(roles=frozenset({service(product)})), Who({}, reads=frozenset({product})))


ADMIN = Asking(
    Viewer("root@example.com", frozenset({"admin"})),
    Who({}, "root@example.com", PRODUCTS),
    "root@example.com",
)
"""Sees all that anybody does: the others' answers are held against this one's."""
SUPPORT = Asking(
    Viewer("sam@example.com", frozenset({"support"})),
    Who({}, "sam@example.com", PRODUCTS, masked=True),
    "sam@example.com",
)
NOBODY = Asking(ANONYMOUS, Who({}))
OWNER = _person(OLGA)
ANOTHER = _person(PAUL)

VIEWERS: Mapping[str, Asking] = {
    "anonymous": NOBODY,
    "owner": OWNER,
    "another person": ANOTHER,
    # A token whose e-mail is not verified has none to go by.
    "the owner's e-mail, not verified": Asking(
        Viewer(subject=Subject(None, "a subject of nobody's own issuer")), Who({})
    ),
    "the same numbers at other products": _person(NINA),
    "an account at another product, a suspended one at this": _person(DORA),
    "support": SUPPORT,
    "support who is the owner": Asking(
        Viewer(OLGA.email, frozenset({"support"})),
        Who(OLGA.keys, OLGA.email, PRODUCTS, masked=True),
        OLGA.email,
    ),
    "admin": ADMIN,
    **{f"known to {product} alone": _by_subject(OLGA, product) for product in ("stream", "studio")},
    **{f"a service of {product}": _service(product) for product in ("prep", "studio")},
}
