"""API keys: shown once, kept only as a digest."""

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from uuid import UUID

_SHAPE = re.compile(r"insight_([0-9a-f]{32})_([A-Za-z0-9_-]{43})")


@dataclass(frozen=True, slots=True)
class NewKey:
    key_id: UUID
    shown: str
    """The key itself: for the answer to whoever asked for it, and nowhere else."""
    digest: bytes


def make_key(key_id: UUID) -> NewKey:
    """256 random bits, under an id that says which digest to compare with."""
    secret = secrets.token_urlsafe(32)
    return NewKey(key_id, f"insight_{key_id.hex}_{secret}", _digest(secret))


def read_key(shown: str) -> tuple[UUID, bytes] | None:
    """The id and digest of a key as somebody sent it; None when it has not the shape of one."""
    match = _SHAPE.fullmatch(shown)
    return (UUID(match[1]), _digest(match[2])) if match else None


def same_secret(one: bytes, other: bytes) -> bool:
    """In a time that does not tell how much of it was right."""
    return hmac.compare_digest(one, other)


def _digest(secret: str) -> bytes:
    # A plain digest is enough: there is no dictionary of 256-bit random numbers to slow an attacker down in.
    return hashlib.sha256(secret.encode()).digest()
