"""What the shapes M1 to M4 find in memory, the same for every server."""

from __future__ import annotations

from typing import Any

ITEMS = 100
FAMILIES = 1_000
MEMBERS_EACH = 10
RECORDS = 10_000

Stored = dict[str, Any]


def memory() -> dict[str, list[Stored]]:
    """All things by their kind."""
    return {
        "items": [{"itemId": f"item-{n}", **_common(n)} for n in range(ITEMS)],
        "families": [{"familyId": f"family-{n}", **_common(n)} for n in range(FAMILIES)],
        "members": [
            {
                "memberId": f"member-{n}",
                "familyId": f"family-{n // MEMBERS_EACH}",
                "name": f"Member {n}",
                "age": n % 90,
                "active": n % 3 == 0,
                "city": _city(n),
            }
            for n in range(FAMILIES * MEMBERS_EACH)
        ],
        "records": [
            {"recordId": f"record-{n}", **_common(n), "origin": f"origin {n % 11}", "weight": 7 * n}
            for n in range(RECORDS)
        ],
    }


def _common(n: int) -> Stored:
    return {
        "name": f"Name {n}",
        "code": f"C-{n % 97}",
        "rank": n,
        "active": n % 2 == 0,
        "city": _city(n),
        "note": None if n % 5 == 0 else f"Note {n}, as long as notes are",
        "stock": None if n % 7 == 0 else 3 * n,
    }


def _city(n: int) -> str | None:
    return None if n % 13 == 0 else f"City {n % 13}"
