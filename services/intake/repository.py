"""Every statement on intake's own tables. Free text goes in and out here and is never part of a statement's words."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, RowMapping, and_, func, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from services.intake.domain.receipts import Receipt
from services.intake.domain.submissions import Submission
from services.intake.tables import api_key, case_status, reference_number, report
from shared.contracts.cases import CaseState
from shared.directory.tables import organisation
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


@dataclass(frozen=True, slots=True)
class CaseNews:
    """What a fact says about a case's status; None is "says nothing about it"."""

    report_id: UUID
    revision: int
    state: CaseState
    changed_at: datetime
    due_at: datetime | None = None
    overdue: bool | None = None
    late: bool | None = None
    owner: str | None = None
    next_step: str | None = None
    outcome: str | None = None


_SAID = ("due_at", "overdue", "late", "owner", "next_step", "outcome")
_IF_NEWER = (
    "ON CONFLICT (report_id) DO UPDATE SET"
    " revision = excluded.revision, state = excluded.state, changed_at = excluded.changed_at, "
    + ", ".join(f"{name} = COALESCE(excluded.{name}, case_status.{name})" for name in _SAID)
    + " WHERE case_status.revision < excluded.revision"
)


async def record_news(connection: AsyncConnection, news: Sequence[CaseNews]) -> None:
    """One statement; at most one piece of news of a report. Older revisions change nothing."""
    columns = ("report_id", "revision", "state", "changed_at", *_SAID)
    rows = [{name: getattr(each, name) for name in columns} for each in news]
    await insert_rows(connection, case_status, rows, _IF_NEWER)


@dataclass(frozen=True, slots=True)
class MyReport:
    """A report as its own organisation sees it, with what became of it; without case fields until actions has opened it."""

    id: UUID
    reference: str
    reporter: str
    provider: str
    provider_name: str
    kind: str
    tenet: str
    service: str
    happened_on: date
    historic: bool
    submitted_at: datetime
    masked: Mapping[str, int]
    state: CaseState | None
    due_at: datetime | None
    overdue: bool
    late: bool
    owner: str | None
    next_step: str | None
    outcome: str | None


_MINE = (
    select(
        report.c.id,
        report.c.reference,
        report.c.reporter,
        report.c.provider,
        func.coalesce(organisation.c.name, report.c.provider).label("provider_name"),
        report.c.kind,
        report.c.tenet,
        report.c.service,
        report.c.happened_on,
        report.c.historic,
        report.c.submitted_at,
        report.c.masked,
        case_status.c.state,
        case_status.c.due_at,
        func.coalesce(case_status.c.overdue, False).label("overdue"),
        func.coalesce(case_status.c.late, False).label("late"),
        case_status.c.owner,
        case_status.c.next_step,
        case_status.c.outcome,
    )
    .outerjoin(case_status, case_status.c.report_id == report.c.id)
    .outerjoin(organisation, organisation.c.code == report.c.provider)
)


def _mine(row: RowMapping) -> MyReport:
    state = row["state"]
    return MyReport(**{**row, "state": CaseState(state) if state else None})


@dataclass(frozen=True, slots=True)
class Filter:
    """Which of an organisation's reports to show."""

    states: frozenset[CaseState] = frozenset()
    """Empty: any. A report whose case is not open yet counts as open."""
    provider: str | None = None
    reference: str | None = None


def _conditions(reporter: str, wanted: Filter) -> ColumnElement[bool]:
    conditions: list[ColumnElement[bool]] = [report.c.reporter == reporter]
    if wanted.states:
        of_states = case_status.c.state.in_(wanted.states)
        waiting = CaseState.OPEN in wanted.states
        conditions.append(or_(of_states, case_status.c.state.is_(None)) if waiting else of_states)
    if wanted.provider:
        conditions.append(report.c.provider == wanted.provider)
    if wanted.reference:
        conditions.append(report.c.reference == wanted.reference)
    return and_(*conditions)


async def reports_of(
    connection: AsyncConnection, reporter: str, wanted: Filter, *, limit: int, offset: int
) -> list[MyReport]:
    """The organisation's own reports, newest first."""
    rows = await connection.execute(
        _MINE.where(_conditions(reporter, wanted))
        .order_by(report.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    return [_mine(row) for row in rows.mappings()]


async def count_reports_of(connection: AsyncConnection, reporter: str, wanted: Filter) -> int:
    return (
        await connection.execute(
            select(func.count())
            .select_from(report.outerjoin(case_status, case_status.c.report_id == report.c.id))
            .where(_conditions(reporter, wanted))
        )
    ).scalar_one()


async def my_report(
    connection: AsyncConnection, reference: str, *, reporter: str | None
) -> MyReport | None:
    """The report, if it is this organisation's; any organisation's for None, which is for administrators' keys only."""
    condition = report.c.reference == reference
    if reporter is not None:
        condition = and_(condition, report.c.reporter == reporter)
    row = (await connection.execute(_MINE.where(condition))).mappings().one_or_none()
    return _mine(row) if row is not None else None


async def lock_organisation(connection: AsyncConnection, code: str) -> None:
    """Until the transaction ends, nobody else changes this organisation: a new one has no row that could be locked."""
    await connection.execute(
        select(func.pg_advisory_xact_lock(func.hashtextextended(f"organisation {code}", 0)))
    )


@dataclass(frozen=True, slots=True)
class OrganisationLine:
    """One line of the administrators' list."""

    code: str
    name: str
    kind: str
    status: str


def _found(words: str) -> ColumnElement[bool]:
    return or_(
        organisation.c.code == words.upper(),
        organisation.c.name.icontains(words, autoescape=True),
    )


async def find_organisations(
    connection: AsyncConnection, words: str, *, limit: int, offset: int
) -> list[OrganisationLine]:
    """Organisations with this code, or with these words in their name; all for no words. By name."""
    columns = (
        organisation.c.code,
        organisation.c.name,
        organisation.c.kind,
        organisation.c.status,
    )
    rows = await connection.execute(
        select(*columns)
        .where(_found(words))
        .order_by(organisation.c.name, organisation.c.code)
        .limit(limit)
        .offset(offset)
    )
    return [OrganisationLine(*row) for row in rows.tuples()]


async def count_organisations(connection: AsyncConnection, words: str) -> int:
    return (
        await connection.execute(
            select(func.count()).select_from(organisation).where(_found(words))
        )
    ).scalar_one()


async def add_key(
    connection: AsyncConnection,
    *,
    key_id: UUID,
    digest: bytes,
    organisation: str,
    label: str,
    now: datetime,
) -> None:
    await connection.execute(
        api_key.insert().values(
            id=key_id, digest=digest, organisation=organisation, label=label, created_at=now
        )
    )


async def live_key(connection: AsyncConnection, key_id: UUID) -> tuple[bytes, str] | None:
    """The digest and organisation of a key that has not been revoked."""
    row = (
        await connection.execute(
            select(api_key.c.digest, api_key.c.organisation).where(
                api_key.c.id == key_id, api_key.c.revoked_at.is_(None)
            )
        )
    ).one_or_none()
    return (row.digest, row.organisation) if row is not None else None


async def revoke_key(connection: AsyncConnection, key_id: UUID, now: datetime) -> bool:
    """Whether there is such a key; revoking it again changes nothing."""
    changed = await connection.execute(
        update(api_key)
        .where(api_key.c.id == key_id)
        .values(revoked_at=func.coalesce(api_key.c.revoked_at, now))
    )
    return changed.rowcount > 0


async def counts(connection: AsyncConnection) -> dict[str, int]:
    """What intake has done, for its status."""
    accepted = (await connection.execute(select(func.count()).select_from(report))).scalar_one()
    return {"reports_accepted": accepted}
