"""The floor's statements: what each service writes for a fact, by hand, in raw SQL."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from shared.platform.audit.chain import CONTENT, Entry

Row = Mapping[str, Any]
Value = Callable[[Row], object]


@dataclass(frozen=True)
class Insert:
    """One `INSERT ... SELECT FROM unnest` for a batch of facts: for each column its SQL type and where its value is found."""

    table: str
    columns: Mapping[str, tuple[str, Value]]
    after: str = ""

    @property
    def sql(self) -> str:
        arrays = ", ".join(
            f"${number}::{kind}[]" for number, (kind, _) in enumerate(self.columns.values(), 1)
        )
        return f"INSERT INTO {self.table} ({', '.join(self.columns)}) SELECT * FROM unnest({arrays}) {self.after}"  # noqa: S608 - our own names

    def values(self, rows: Sequence[Row]) -> list[list[object]]:
        return [[value(row) for row in rows] for _, value in self.columns.values()]


@dataclass(frozen=True)
class Entries:
    """An entry of the history for each fact of a batch, by the function that adds them for everybody."""

    kind: str
    step: str
    record_id: Callable[[Row], str]
    after: Callable[[Row], dict[str, object]]
    before: Callable[[Row], dict[str, object]] = lambda _: {}

    sql = (
        "SELECT append_audit($1::text[], $2::text[], $3::text[], $4::text[], $5::text[],"
        " $6::text[], $7::text[], $8::text[], $9::text[], $10::bytea[])"
    )

    def values(self, rows: Sequence[Row]) -> list[list[object]]:
        entries = [self._entry(row) for row in rows]
        columns: list[list[object]] = [
            [getattr(entry, name) for entry in entries] for name in CONTENT
        ]
        return [*columns, [entry.digest for entry in entries]]

    def _entry(self, row: Row) -> Entry:
        before, after = json.dumps(self.before(row)), json.dumps(self.after(row))
        about = (self.kind, self.record_id(row), self.step, "system", None, "floor", None)
        return Entry(now(), *about, before, after)


def now() -> datetime:
    return datetime.now(UTC)


def _of(name: str) -> Value:
    return lambda row: row[name]


def _id(row: Row) -> UUID:
    return UUID(row["report_id"])


def _day(row: Row) -> date:
    return date.fromisoformat(row["happened_on"])


def _at(row: Row) -> datetime:
    return datetime.fromisoformat(row["occurred_at"])


def _json(value: object) -> Value:
    text = json.dumps(value)
    return lambda _: text


def _always(value: object) -> Value:
    return lambda _: value


def _columns(*names: str) -> dict[str, tuple[str, Value]]:
    return {name: ("text", _of(name)) for name in names}


ID = {"report_id": ("uuid", _id)}
THEMES = [{"theme": "discharge", "sub_theme": None}]
VERDICT_THEMES = [
    {
        "theme": "discharge",
        "title": "Discharge and discharge summaries",
        "sub_theme": None,
        "sub_theme_title": None,
        "confidence": 0.8,
        "evidence": [{"start": 0, "end": 17}],
    }
]

REPORT = Insert(
    "report",
    {"id": ("uuid", _id)}
    | _columns(
        "reference", "reporter", "provider", "kind", "tenet", "source", "service", "harm", "text"
    )
    | {
        "happened_on": ("date", _day),
        "historic": ("bool", _of("historic")),
        "submitted_at": ("timestamptz", _at),
        "masked": ("jsonb", _json({})),
        "idempotency_key": ("text", _of("report_id")),
        "fingerprint": ("bytea", lambda row: row["report_id"].encode()),
    },
    "ON CONFLICT (reporter, idempotency_key) DO NOTHING RETURNING id",
)
CASE_STATUS = Insert(
    "case_status",
    ID
    | _columns("state")
    | {"revision": ("int", _of("revision")), "changed_at": ("timestamptz", _at)},
    "ON CONFLICT (report_id) DO UPDATE SET revision = excluded.revision, state = excluded.state",
)
CLASSIFIED = (
    Insert(
        "report",
        ID
        | _columns("reference", "kind", "reporter", "provider", "text")
        | {
            "happened_on": ("date", _day),
            "revision": ("int", _always(1)),
            "decided_by": ("text", _always("model")),
            "certainty": ("float8", _always(0.8)),
            "version": ("text", _always("floor")),
        },
        "ON CONFLICT (report_id) DO NOTHING RETURNING report_id",
    ),
    Insert(
        "verdict",
        ID
        | _columns("tenet")
        | {
            "revision": ("int", _always(1)),
            "themes": ("jsonb", _json(VERDICT_THEMES)),
            "hints": ("jsonb", _json([])),
            "decided_by": ("text", _always("model")),
            "taxonomy_version": ("text", _always("floor")),
            "model_version": ("text", _always("floor")),
            "decided_at": ("timestamptz", _at),
        },
    ),
)
CASES = (
    Insert(
        "case_",
        ID
        | _columns("reference", "kind", "harm", "reporter", "provider", "tenet", "service")
        | {
            "state": ("text", _always("history")),
            "revision": ("int", _always(1)),
            "opened_at": ("timestamptz", _at),
            "due_soon_raised": ("bool", _always(False)),
            "overdue_raised": ("bool", _always(False)),
            "happened_on": ("date", _day),
            "report_text": ("text", _of("text")),
            "reported_at": ("timestamptz", _at),
        },
        "ON CONFLICT (report_id) DO NOTHING RETURNING report_id",
    ),
)
CASE_TIMERS = tuple(
    Insert(
        "timer",
        {"kind": ("text", _always(kind)), "subject": ("uuid", _id), "due_at": ("timestamptz", _at)},
    )
    for kind in ("floor-1", "floor-2")
)
CASE_THEMES = Insert(
    "case_themes",
    ID
    | _columns("tenet")
    | {"revision": ("int", _of("revision")), "themes": ("jsonb", _json(VERDICT_THEMES))},
    "ON CONFLICT (report_id) DO UPDATE SET revision = excluded.revision, themes = excluded.themes",
)
MESSAGES = Insert(
    "message",
    {
        "message_id": ("uuid", lambda _: uuid4()),
        "fact_id": ("uuid", lambda row: UUID(row["event_id"])),
    }
    | ID
    | _columns("reference")
    | {
        "kind": ("text", _always("alert")),
        "recipient": ("text", _of("provider")),
        "address": ("text", _always("alerts@floor.example")),
        "state": ("text", _always("pending")),
        "next_attempt_at": ("timestamptz", _at),
        "created_at": ("timestamptz", _at),
    },
    "ON CONFLICT DO NOTHING RETURNING message_id",
)
REPORTED = Insert(
    "report_fact",
    ID
    | _columns("reference", "kind", "tenet", "source", "reporter", "provider", "service", "harm")
    | {
        "happened_on": ("date", _day),
        "month": ("date", lambda row: _day(row).replace(day=1)),
        "reported_on": ("date", _day),
        "reported_month": ("date", lambda row: _day(row).replace(day=1)),
        "submitted_at": ("timestamptz", _at),
        "historic": ("bool", _of("historic")),
    },
)
VERDICT_FACT = Insert(
    "verdict_fact",
    ID
    | _columns("tenet")
    | {
        "revision": ("int", _of("revision")),
        "themes": ("jsonb", _json(THEMES)),
        "decided_by": ("text", _always("model")),
    },
    "ON CONFLICT (report_id) DO UPDATE SET revision = excluded.revision, themes = excluded.themes",
)
CASE_FACT = Insert(
    "case_fact",
    ID
    | _columns("reporter", "provider", "state")
    | {"revision": ("int", _of("revision")), "due_revision": ("int", _of("revision"))},
    "ON CONFLICT (report_id) DO UPDATE SET revision = excluded.revision, state = excluded.state",
)
MESSAGE_FACT = Insert(
    "message_fact",
    ID
    | {
        "message_id": ("uuid", lambda row: UUID(row["message_id"])),
        "kind": ("text", _always("alert")),
        "recipient": ("text", _of("recipient")),
        "state": ("text", _always("sent")),
        "settled_at": ("timestamptz", _at),
    },
    "ON CONFLICT (message_id) DO NOTHING",
)


_TOLD = (
    "reference",
    "kind",
    "harm",
    "tenet",
    "reporter",
    "provider",
    "service",
    "happened_on",
)


def _fingerprint(text: str) -> dict[str, object]:
    return {"characters": len(text), "sha256": hashlib.sha256(text.encode()).hexdigest()}


def _report_told(row: Row) -> dict[str, object]:
    """As long as what the services tell of a report or a case at its beginning."""
    told = {name: row[name] for name in _TOLD if name in row}
    return told | {"text": _fingerprint(row["text"]), "historic": row["historic"]}


ACCEPTED = Entries("report", "accepted", lambda row: row["report_id"], _report_told)
OPENED = Entries("case", "opened", lambda row: row["report_id"], _report_told)
ASSIGNED = Entries(
    "verdict",
    "themes assigned",
    lambda row: row["report_id"],
    lambda row: {
        "revision": 1,
        "decided_by": "model",
        "themes": ["discharge"],
        "tenet": row["tenet"],
        "certainty": 0.8,
        "taxonomy_version": "floor",
        "model_version": "floor",
    },
)
ADDED = Entries(
    "message",
    "added",
    lambda _: str(uuid4()),
    lambda row: {
        "state": "pending",
        "kind": "alert",
        "recipient": row["provider"],
        "address": "a***@floor.example",
        "report_id": row["report_id"],
        "reference": row["reference"],
        "due_at": row["occurred_at"],
    },
)
SENT = Entries(
    "message",
    "sent",
    lambda row: row["message_id"],
    lambda _: {"state": "sent"},
    lambda _: {"state": "sending"},
)


LISTED = Insert(
    "listed_report",
    ID
    | _columns("provider", "reporter", "tenet", "kind", "harm")
    | {"theme": ("text", _always("")), "happened_on": ("date", _day)},
)
LISTED_BY_THEME = Insert(
    "listed_report",
    ID
    | _columns("provider", "reporter", "tenet", "kind", "harm")
    | {"theme": ("text", _always("discharge")), "happened_on": ("date", _day)},
    "ON CONFLICT (report_id, theme) DO UPDATE SET tenet = excluded.tenet",
)
