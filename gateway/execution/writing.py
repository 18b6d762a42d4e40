"""From values to the bytes of JSON, once."""

from __future__ import annotations

from typing import Any

import msgspec

_BUILT_IN = (str, int, float)


def _as_json(value: Any) -> Any:
    """A value of a class that was made from one that JSON has."""
    for type_ in _BUILT_IN:
        if isinstance(value, type_):
            return type_(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")


to_bytes = msgspec.json.Encoder(enc_hook=_as_json, decimal_format="number").encode
"""JSON; numbers keep their digits."""
