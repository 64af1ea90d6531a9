"""A draft as it is kept: what may be kept of a form, and its encryption.

The key is derived from the session key (HKDF, SHA-256), so that there is no second secret to look after, and a copy of the database
alone says nothing. A changed session key makes old drafts unreadable, which counts as having none.
"""

import json
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import timedelta

from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from shared.web.forms import PostedValues

LARGEST = 256 * 1024
"""Bytes of what was typed: the longest form of ours, twice over, in an alphabet of four bytes a letter."""
_PURPOSE = b"insight drafts v1"
_NEVER = ("password", "passwd", "secret", "token")


@dataclass(frozen=True)
class Place:
    """Whose draft of which form: one person acting for one organisation at one address."""

    subject: str
    organisation: str
    form: str


@dataclass(frozen=True)
class Drafts:
    """What an application keeps its drafts with, and for how long."""

    cipher: "Cipher"
    keep: timedelta

    @classmethod
    def of(cls, session_key: str, keep: timedelta) -> "Drafts":
        return cls(Cipher(session_key), keep)


class TooLong(Exception):
    """More was typed than is kept."""


class Cipher:
    """Locks what was typed together with its place, so that a row moved to another person's place opens nothing."""

    def __init__(self, session_key: str) -> None:
        key = HKDF(SHA256(), 32, salt=None, info=_PURPOSE).derive(session_key.encode())
        self._fernet = Fernet(urlsafe_b64encode(key))

    def lock(self, place: Place, values: PostedValues) -> bytes:
        """Raises `TooLong`."""
        text = json.dumps([_names(place), values.pairs], ensure_ascii=False).encode()
        if len(text) > LARGEST:
            raise TooLong
        return self._fernet.encrypt(text)

    def unlock(self, place: Place, content: bytes) -> PostedValues | None:
        """None for what another key, or for another place, was locked with."""
        try:
            names, pairs = json.loads(self._fernet.decrypt(content))
        except InvalidToken:
            return None
        if names != _names(place):
            return None
        return PostedValues(tuple((key, value) for key, value in pairs))


def _names(place: Place) -> list[str]:
    return [place.subject, place.organisation, place.form]


def worth_keeping(values: PostedValues, machinery: frozenset[str]) -> PostedValues:
    """Without the form's `machinery` (its proof, its buttons), and without what sounds like a secret."""
    pairs = [
        (name, value)
        for name, value in values.pairs
        if name not in machinery and not any(word in name.lower() for word in _NEVER)
    ]
    return PostedValues(tuple(pairs))
