"""What the products' documents leave unsaid: there the declaration is ours, and a doctor's advice.

An index or a trigger of ours says so itself, by its `reason`.
"""

from __future__ import annotations

from collections.abc import Mapping

from loaders.tables import family, social, stream

STATES_NO_NOT_NULL = frozenset({family.PRODUCT})
"""Products whose document gives neither NOT NULL nor a default; keys aside, these are ours."""

BILLING = "off without it: a burst of requests is throttled at the provisioned capacity"
ENCRYPTION = "off without it: the key is AWS's alone, and no record shows its use"
RECOVERY = "off without it: rows that are lost by mistake cannot be brought back"

UNSAID_OF_DYNAMODB: Mapping[str, frozenset[str]] = {
    stream.PRODUCT: frozenset({BILLING}),
    social.PRODUCT: frozenset({ENCRYPTION, RECOVERY}),
}
"""What a product's document does not ask of its tables."""


def without(product: str, aspect: str) -> str | None:
    """What is off where a product's tables lack this; None where its document asks for it."""
    return aspect if aspect in UNSAID_OF_DYNAMODB.get(product, ()) else None
