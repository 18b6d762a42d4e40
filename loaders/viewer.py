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


@dataclass(frozen=True)
class Viewer:
    """The person or service behind a request; without an e-mail, anonymous.

    `email` is verified. `roles` are those of the token: `support`, `admin`.
    """

    email: str | None = None
    roles: frozenset[str] = frozenset()

    @property
    def is_staff(self) -> bool:
        return not self.roles.isdisjoint(("support", "admin"))

    @property
    def sees_personal_data(self) -> bool:
        """Whether personal data of others is shown as it is stored."""
        return "admin" in self.roles

    @property
    def emails(self) -> tuple[str, ...]:
        """The forms under which this person's accounts are looked up: as given, in lower case."""
        if self.email is None:
            return ()
        return tuple(dict.fromkeys((self.email, folded(self.email))))


ANONYMOUS = Viewer()
