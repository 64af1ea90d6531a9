"""API keys: what each may do, until when; shown once, kept only as a digest."""

import hashlib
import hmac
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from services.intake.domain.submissions import LONDON

LONGEST_LIFE = timedelta(days=5 * 366)


class Scope(StrEnum):
    """One thing that a key may do for its organisation."""

    REPORTS_WRITE = "reports:write"
    REPORTS_READ = "reports:read"
    REPORTS_IMPORT = "reports:import"
    DIRECTORY_READ = "directory:read"


MEANINGS: Mapping[Scope, str] = {
    Scope.REPORTS_WRITE: "Send reports, one by one or many at once, and withdraw them",
    Scope.REPORTS_READ: "Read how the organisation's own reports stand",
    Scope.REPORTS_IMPORT: "Send reports as history, which alert nobody; needs reports:write too",
    Scope.DIRECTORY_READ: "Read the organisation's own record, and the providers that can be reported about",
}
USUAL = frozenset({Scope.REPORTS_WRITE, Scope.REPORTS_READ})
"""What most partner systems need, and what every key could do before there were scopes."""


class KeyState(StrEnum):
    LIVE = "live"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class KeyDetails:
    """What an administrator decides about a key."""

    organisation: str
    label: str
    scopes: frozenset[Scope]
    last_day: date | None = None
    """The last day it works, London's; none: until it is revoked."""


def problem_with_last_day(last_day: date | None, today: date) -> str | None:
    """What is wrong with the day, in words."""
    if last_day is None or today <= last_day <= today + LONGEST_LIFE:
        return None
    if last_day < today:
        return "The last day must be today or later"
    return f"The last day must be before {today + LONGEST_LIFE:%d %B %Y}".replace(" 0", " ")


def expiry_of(last_day: date | None) -> datetime | None:
    """The moment the key stops working: the midnight, in London, that ends its last day."""
    if last_day is None:
        return None
    return datetime.combine(last_day + timedelta(days=1), time(), LONDON)


def last_day_of(expires_at: datetime | None) -> date | None:
    """The day that `expiry_of` was given."""
    if expires_at is None:
        return None
    return (expires_at - timedelta(microseconds=1)).astimezone(LONDON).date()


def state_of(revoked_at: datetime | None, expires_at: datetime | None, now: datetime) -> KeyState:
    if revoked_at is not None:
        return KeyState.REVOKED
    return KeyState.EXPIRED if expires_at is not None and expires_at <= now else KeyState.LIVE


class KeysUsed:
    """Which keys were used and not yet written down, with the latest time of each: noted by requests, taken by a worker."""

    def __init__(self) -> None:
        self._noted: dict[UUID, datetime] = {}

    def note(self, key_id: UUID, at: datetime) -> None:
        self._noted[key_id] = max(at, self._noted.get(key_id, at))

    def take(self) -> dict[UUID, datetime]:
        """All of them; they are noted no longer."""
        noted, self._noted = self._noted, {}
        return noted


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
