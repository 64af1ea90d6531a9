"""What an entry says, and how it is chained to the one before.

An entry's digest is SHA-256 over its content as a JSON array; its hash is SHA-256 over the hash before it (32 bytes, zeros before
the first), its number (8 bytes, big-endian) and its digest. PostgreSQL computes the hash (function `append_audit`), this module
the digest; `link` is the same formula for whoever verifies.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from pydantic_core import to_json

FIRST_HASH = bytes(32)
"""What the first entry follows."""
CONTENT = (
    "kind",
    "record_id",
    "step",
    "author_kind",
    "author_id",
    "author_name",
    "acting_for",
    "before",
    "after",
)
"""What an entry says besides when, in the order in which it is hashed, and handed to `append_audit`."""


class RecordKind(StrEnum):
    """What was changed, and what its record is called by. What belongs to an organisation begins with its code, so that the
    organisation's history finds it."""

    REPORT = "report"
    """The report's id; a case and a verdict are their report's, too."""
    CASE = "case"
    VERDICT = "verdict"
    TAXONOMY = "taxonomy"
    """The kind of reports it is for: `event`, `feedback`."""
    ORGANISATION = "organisation"
    """Its code."""
    MEMBER = "member"
    """`CODE/member id`."""
    POLICY = "policy"
    """The code of whose it is."""
    KEY = "key"
    """`CODE/key id`."""
    MESSAGE = "message"
    """The message's id."""
    SIGNAL = "signal"
    """The id of what the signals are of: a theme somewhere."""
    DEAD_LETTER = "dead letter"
    """Its id: that of the fact that told of it."""


class AuthorKind(StrEnum):
    PERSON = "person"
    PROGRAM = "program"
    """Somebody's program, by its API key."""
    COMMAND = "command"
    """Whoever runs the `insight` command with the databases' own rights, by the name that they give."""
    SYSTEM = "system"
    """Insight itself: a fact or a timer led to the change."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who made a change, and for which organisation."""

    kind: AuthorKind
    name: str
    identity: str | None = None
    """A member's or a key's id."""
    acting_for: str | None = None
    """An organisation's code."""


SYSTEM = Author(AuthorKind.SYSTEM, "Insight")


@dataclass(frozen=True, slots=True)
class Change:
    """One record's change. `before` and `after` hold the fields that changed, and nothing on a side where there was no record."""

    kind: RecordKind
    record_id: str
    step: str
    """What happened, in the past tense: `acknowledged`, `member removed`."""
    before: Mapping[str, object]
    after: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Entry:
    """A change as it is kept: with its author and time, and both sides as JSON text, to the letter what was hashed."""

    at: datetime
    kind: str
    record_id: str
    step: str
    author_kind: str
    author_id: str | None
    author_name: str
    acting_for: str | None
    before: str
    after: str

    @property
    def digest(self) -> bytes:
        at = self.at.astimezone(UTC).isoformat(timespec="microseconds")
        content = [at, *(getattr(self, name) for name in CONTENT)]
        return hashlib.sha256(json.dumps(content, separators=(",", ":")).encode()).digest()


def fingerprint(text: str) -> dict[str, object]:
    """What an entry holds in place of a text that its record keeps: enough to prove that the record still says it, and nothing to
    erase when the text must go."""
    return {"characters": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def difference(
    before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Both sides of a change, with only the fields that changed, and of what is made of parts only the parts that did."""
    old: dict[str, object] = {}
    new: dict[str, object] = {}
    for name in {**before, **after}:
        was, now = before.get(name), after.get(name)
        if was == now:
            continue
        if isinstance(was, Mapping) and isinstance(now, Mapping):
            was, now = difference(was, now)
        if name in before:
            old[name] = was
        if name in after:
            new[name] = now
    return old, new


def entry_of(change: Change, author: Author, at: datetime) -> Entry:
    return Entry(
        at=at,
        kind=change.kind,
        record_id=change.record_id,
        step=change.step,
        author_kind=author.kind,
        author_id=author.identity,
        author_name=author.name,
        acting_for=author.acting_for,
        before=to_json(change.before).decode(),
        after=to_json(change.after).decode(),
    )


def link(previous: bytes, number: int, digest: bytes) -> bytes:
    """The hash of entry `number`, which follows the entry with hash `previous`."""
    return hashlib.sha256(previous + number.to_bytes(8, "big", signed=True) + digest).digest()
