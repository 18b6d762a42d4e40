"""Who is asking."""

from __future__ import annotations

import string
from dataclasses import dataclass
from functools import cached_property

from loaders.masks import digest

_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(email: str) -> str:
    """An e-mail in lower case, ASCII letters alone.

    Unicode folds the Kelvin sign to k, and so would give somebody another's accounts.
    """
    return email.lower() if email.isascii() else email.translate(_ASCII_LOWER)


STAFF = frozenset({"support", "admin"})
"""The roles of staff; support sees personal data masked."""


def service(product: str) -> str:
    """The role of a product's own services, which read all of that product."""
    return f"service:{product}"


@dataclass(frozen=True)
class Subject:
    """How an issuer names somebody, and the product that it issues for, if it is one's own."""

    product: str | None
    name: str

    def __repr__(self) -> str:
        return f"Subject({self.product}, {digest(self.name)})"


@dataclass(frozen=True)
class Viewer:
    """The person or service behind a request; without an e-mail and a subject, anonymous.

    `email` is verified. `roles` are those of staff and of services.
    """

    email: str | None = None
    roles: frozenset[str] = frozenset()
    subject: Subject | None = None

    def __repr__(self) -> str:
        email = None if self.email is None else digest(self.email)
        return f"Viewer({email}, {sorted(self.roles)}, {self.subject})"

    @property
    def is_anonymous(self) -> bool:
        return self.email is None and self.subject is None

    @cached_property
    def is_staff(self) -> bool:
        return not self.roles.isdisjoint(STAFF)

    def reads_all(self, product: str) -> bool:
        """Whether the rows of others at a product are theirs to read."""
        return bool(self.roles) and (self.is_staff or service(product) in self.roles)

    @property
    def sees_personal_data(self) -> bool:
        """Whether personal data of others is shown as it is stored, at every product."""
        return "admin" in self.roles

    def sees_masked(self, product: str) -> bool:
        """Whether personal data of others at a product is masked for them."""
        masked = self.is_staff and not self.sees_personal_data
        return masked and service(product) not in self.roles

    def subject_at(self, product: str) -> str | None:
        """How a product's own issuer names them; None where another's does."""
        if self.subject is None or self.subject.product != product:
            return None
        return self.subject.name

    def has(self, email: str) -> bool:
        """Whether this is the viewer's own e-mail."""
        return self.email is not None and folded(email) == folded(self.email)


ANONYMOUS = Viewer()
