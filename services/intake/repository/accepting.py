"""Keeping reports, each once."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.receipts import Receipt
from services.intake.domain.submissions import Submission
from services.intake.tables import reference_number, report
from shared.platform.database import insert_rows


@dataclass(frozen=True, slots=True)
class NewReport:
    """A report about to be kept."""

    id: UUID
    reference: str
    submission: Submission
    masked: Mapping[str, int]
    fingerprint: bytes


@dataclass(frozen=True, slots=True)
class Kept:
    """A report that holds its idempotency key."""

    receipt: Receipt
    fingerprint: bytes


async def draw_numbers(connection: AsyncConnection, count: int) -> list[int]:
    """`count` numbers that nobody else has or will have."""
    drawn = select(reference_number.next_value()).select_from(func.generate_series(1, count))
    return list((await connection.execute(drawn)).scalars())


async def keep_reports(
    connection: AsyncConnection, reports: Sequence[NewReport], now: datetime
) -> set[UUID]:
    """Insert them by one statement, leaving out those whose key is taken, also by a transaction still running: it waits for
    that one's end. Returns the ids of those kept.

    In the order of their keys, so that two batches with common keys wait for each other instead of deadlocking."""
    ordered = sorted(
        reports, key=lambda each: (each.submission.reporter, each.submission.idempotency_key)
    )
    kept = await insert_rows(
        connection,
        report,
        [_row(each, now) for each in ordered],
        'ON CONFLICT ("reporter", "idempotency_key") DO NOTHING RETURNING id',
    )
    return {UUID(str(row["id"])) for row in kept}


def _row(new: NewReport, now: datetime) -> dict[str, object]:
    submission = new.submission
    return {
        "id": new.id,
        "reference": new.reference,
        "reporter": submission.reporter,
        "provider": submission.provider,
        "kind": submission.kind,
        "tenet": submission.tenet,
        "source": submission.source,
        "service": submission.service,
        "happened_on": submission.happened_on,
        "harm": submission.harm,
        "rating": submission.rating,
        "text": submission.text,
        "question": submission.question,
        "historic": submission.historic,
        "past": submission.past.model_dump_json() if submission.past else None,
        "submitted_by": submission.submitted_by,
        "submitted_at": now,
        "masked": json.dumps(dict(new.masked)),
        "idempotency_key": submission.idempotency_key,
        "fingerprint": new.fingerprint,
    }


_HOLDERS = text(
    "SELECT r.reporter, r.idempotency_key, r.id, r.reference, r.submitted_at, r.masked, r.fingerprint FROM report r"
    " JOIN unnest(CAST(:reporters AS text[]), CAST(:keys AS text[])) AS k(reporter, key)"
    " ON r.reporter = k.reporter AND r.idempotency_key = k.key"
).columns(masked=report.c.masked.type)


async def holders_of(
    connection: AsyncConnection, keys: Sequence[tuple[str, str]]
) -> dict[tuple[str, str], Kept]:
    """The reports that hold these (reporter, idempotency key) pairs."""
    rows = await connection.execute(
        _HOLDERS, {"reporters": [key[0] for key in keys], "keys": [key[1] for key in keys]}
    )
    return {
        (row.reporter, row.idempotency_key): Kept(
            Receipt(row.id, row.reference, row.submitted_at, row.masked), row.fingerprint
        )
        for row in rows
    }
