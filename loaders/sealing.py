"""Texts that only this gateway can make and read: cursors, and ids that would show an e-mail."""

from __future__ import annotations

import base64
import binascii
import hashlib

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESSIV


class Seal:
    """AES-SIV under a key derived from a secret: the same content gives the same text."""

    def __init__(self, secret: str) -> None:
        self._cipher = AESSIV(hashlib.sha512(secret.encode()).digest())

    def close(self, content: bytes, purpose: str) -> str:
        """The text that opens to this content again, for this purpose alone."""
        return encode(self._cipher.encrypt(content, [purpose.encode()]))

    def open(self, text: str, purpose: str) -> bytes:
        """The content of a sealed text; ValueError where it was not closed for this purpose."""
        try:
            return self._cipher.decrypt(decode(text), [purpose.encode()])
        except InvalidTag:
            raise ValueError("not sealed here") from None


def encode(content: bytes) -> str:
    """URL-safe base64 without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def decode(text: str) -> bytes:
    """The bytes behind `encode`; ValueError where there are none."""
    try:
        raw = text.encode("ascii")
        content = base64.b64decode(raw + b"=" * (-len(raw) % 4), altchars=b"-_", validate=True)
    except (UnicodeEncodeError, binascii.Error):
        raise ValueError("not base64") from None
    if encode(content) != text:
        raise ValueError("not base64 as it is written here")
    return content
