"""Who is asking."""

from __future__ import annotations

import string
from dataclasses import dataclass

_ASCII_LOWER = str.maketrans(string.ascii_uppercase, string.ascii_lowercase)


def folded(email: str) -> str:
    """An e-mail in lower case, ASCII letters alone.

    Unicode folds the Kelvin sign to k, and so would give somebody another's accounts.
    """
    return email.translate(_ASCII_LOWER)


ROLES = frozenset({"support", "admin"})
"""Both are staff; support sees personal data masked."""


@dataclass(frozen=True)
class Viewer:
    """The person or service behind a request; without an e-mail, anonymous.

    `email` is verified. `roles` are out of `ROLES`.
    """

    email: str | None = None
    roles: frozenset[str] = frozenset()

    @property
    def is_staff(self) -> bool:
        return not self.roles.isdisjoint(ROLES)

    @property
    def sees_personal_data(self) -> bool:
        """Whether personal data of others is shown as it is stored."""
        return "admin" in self.roles

    def has(self, email: str) -> bool:
        """Whether this is the viewer's own e-mail."""
        return self.email is not None and folded(email) == folded(self.email)


ANONYMOUS = Viewer()
