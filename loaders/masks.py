"""Masked forms: what is left of a value for those who may not see it as it is stored."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from enum import Enum
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from types import MappingProxyType
from typing import Any


class Mask(Enum):
    """What a masked value still shows."""

    TEXT = "its first letter"
    EMAIL = "its first letter and its domain"
    NUMBER = "its last four characters"
    NETWORK = "the network of an address: /24, or /48 of IPv6"
    CLIENT = "the family of a browser or an app"


HIDDEN = "•••"
"""Stands for what is not shown, and alone for a value that is not what its mask is made for."""

_NUMBER_SHOWN = 4
_NUMBER_AT_LEAST = 8
"""Of a shorter one the end would tell too much."""
_NETWORK_BITS = MappingProxyType({IPv4Address: 24, IPv6Address: 48})

_CLIENTS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Opera", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("Chrome/", "Chrome"),
    ("CriOS/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("okhttp/", "okhttp"),
    ("CFNetwork/", "CFNetwork"),
    ("Dalvik/", "Android"),
)
"""What the user agents of a family contain; one that claims to be several is the first of them."""
_OTHER_CLIENT = "other"


def mask(value: Any, form: Mask) -> Any:
    """The masked form of a value; None where there is nothing, or no text, to mask."""
    return _FORMS[form](value) if isinstance(value, str) and value else None


def digest(secret: Any) -> str:
    """What stands for a secret where its row has to be named."""
    return f"sha256:{hashlib.sha256(str(secret).encode()).hexdigest()[:12]}"


def _text(value: str) -> str:
    return value[0] + HIDDEN


def _email(value: str) -> str:
    local, at, domain = value.rpartition("@")
    return f"{local[0]}{HIDDEN}@{domain}" if at and local else HIDDEN


def _number(value: str) -> str:
    return HIDDEN + value[-_NUMBER_SHOWN:] if len(value) >= _NUMBER_AT_LEAST else HIDDEN


def _network(value: str) -> str:
    try:
        address = ip_address(value.strip())
        if isinstance(address, IPv6Address):
            address = address.ipv4_mapped or address
        return str(ip_network(f"{address}/{_NETWORK_BITS[type(address)]}", strict=False))
    except ValueError:
        return HIDDEN


def _client(value: str) -> str:
    return next((family for sign, family in _CLIENTS if sign in value), _OTHER_CLIENT)


_FORMS: Mapping[Mask, Callable[[str], str]] = MappingProxyType(
    {
        Mask.TEXT: _text,
        Mask.EMAIL: _email,
        Mask.NUMBER: _number,
        Mask.NETWORK: _network,
        Mask.CLIENT: _client,
    }
)
