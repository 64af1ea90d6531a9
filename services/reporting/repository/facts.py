"""Keeping the read model: one statement for each table and batch, never one for each row."""

import json
from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from sqlalchemy import RowMapping, Table, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting import tables
from services.reporting.domain.known import (
    Known,
    MessageEnd,
    Progress,
    Reported,
    Theme,
    Verdict,
    Withdrawal,
)
from services.reporting.repository.locks import Lock
from shared.contracts.cases import (
    ActionCompleted,
    ActionPlanned,
    CaseFact,
    CaseState,
    ClosedBecause,
)
from shared.contracts.messages import MessageKind, MessageState
from shared.contracts.reports import Harm, Kind, Rating, Source, Tenet, WithdrawalReason
from shared.contracts.themes import DecidedBy, ThemesAssigned
from shared.platform.database import insert_rows

"""Advisory lock. Facts of one report come from several topics, and every batch moves the same few cells of the current month:
writers would wait for each other's rows anyway, and in no common order. Taking turns makes "read, join, write" exact."""

_COMPLETING = """
    ON CONFLICT (action_id) DO UPDATE SET
        due_on = coalesce(action_fact.due_on, excluded.due_on),
        completed_on = least(action_fact.completed_on, excluded.completed_on)
"""
"""Of planning and completing, whichever is heard first; `least` passes over what is not known."""

_LOAD = text("""
    SELECT wanted.id,
           r.reference, r.kind, r.tenet, r.source, r.reporter, r.provider, r.service, r.happened_on, r.submitted_at,
           r.reported_on, r.harm, r.rating, r.historic, r.past_action_on, r.past_outcome_on,
           v.revision AS verdict_revision, v.tenet AS verdict_tenet, v.themes::text AS themes, v.decided_by,
           c.revision AS case_revision, c.state, c.due_at, c.due_revision, c.acknowledged_at, c.acknowledged_late,
           c.learning_at, c.action_planned_at, c.action_completed_on, c.outcome_at, c.disputed_at, c.confirmed_at,
           c.closed_at, c.closed_because,
           w.withdrawn_at, w.reason AS withdrawn_because
    FROM unnest(CAST(:ids AS uuid[])) AS wanted(id)
    LEFT JOIN report_fact r ON r.report_id = wanted.id
    LEFT JOIN verdict_fact v ON v.report_id = wanted.id
    LEFT JOIN case_fact c ON c.report_id = wanted.id
    LEFT JOIN withdrawal_fact w ON w.report_id = wanted.id
""")


def _replacing(table: Table, *, where: str = "") -> str:
    """The clause that lets a newer row take an older one's place."""
    key = ", ".join(column.name for column in table.primary_key)
    values = ", ".join(
        f"{column.name} = excluded.{column.name}"
        for column in table.columns
        if not column.primary_key
    )
    return f"ON CONFLICT ({key}) DO UPDATE SET {values} {where}"


def _row(value: Reported | Progress | Withdrawal | MessageEnd) -> dict[str, object]:
    """The value by column. As `dataclasses.asdict`, without its copying of every field, which costs more than the statement."""
    return {name: getattr(value, name) for name in value.__dataclass_fields__}


async def take_turn(connection: AsyncConnection) -> None:
    """Wait until no other transaction writes the read model; ours is the only one until it ends."""
    # Of the schema: a second copy of the read model that is being made has turns of its own.
    mine = "SELECT pg_advisory_xact_lock(hashtextextended(current_schema(), :key))"
    await connection.execute(text(mine), {"key": Lock.WRITERS})


async def load(connection: AsyncConnection, ids: Collection[UUID]) -> dict[UUID, Known]:
    """What is known of each of the reports; a report never heard of is there with nothing known."""
    rows = await connection.execute(_LOAD, {"ids": list(ids)})
    return {row["id"]: _known(row) for row in rows.mappings()}


def _known(row: RowMapping) -> Known:
    return Known(
        None if row["reference"] is None else _reported(row),
        None if row["verdict_revision"] is None else _verdict(row),
        None if row["case_revision"] is None else _progress(row),
        None
        if row["withdrawn_at"] is None
        else Withdrawal(row["withdrawn_at"], WithdrawalReason(row["withdrawn_because"])),
    )


def _reported(row: RowMapping) -> Reported:
    return Reported(
        reference=row["reference"],
        kind=Kind(row["kind"]),
        tenet=Tenet(row["tenet"]),
        source=Source(row["source"]),
        reporter=row["reporter"],
        provider=row["provider"],
        service=row["service"],
        happened_on=row["happened_on"],
        submitted_at=row["submitted_at"],
        reported_on=row["reported_on"],
        harm=None if row["harm"] is None else Harm(row["harm"]),
        rating=None if row["rating"] is None else Rating(row["rating"]),
        historic=row["historic"],
        past_action_on=row["past_action_on"],
        past_outcome_on=row["past_outcome_on"],
    )


def _verdict(row: RowMapping) -> Verdict:
    return Verdict(
        row["verdict_revision"],
        Tenet(row["verdict_tenet"]),
        tuple(Theme(each["theme"], each["sub_theme"]) for each in json.loads(row["themes"])),
        DecidedBy(row["decided_by"]),
    )


def _progress(row: RowMapping) -> Progress:
    because = row["closed_because"]
    return Progress(
        revision=row["case_revision"],
        state=CaseState(row["state"]),
        due_at=row["due_at"],
        due_revision=row["due_revision"],
        acknowledged_at=row["acknowledged_at"],
        acknowledged_late=row["acknowledged_late"],
        learning_at=row["learning_at"],
        action_planned_at=row["action_planned_at"],
        action_completed_on=row["action_completed_on"],
        outcome_at=row["outcome_at"],
        disputed_at=row["disputed_at"],
        confirmed_at=row["confirmed_at"],
        closed_at=row["closed_at"],
        closed_because=None if because is None else ClosedBecause(because),
    )


async def save_reports(connection: AsyncConnection, reports: Mapping[UUID, Reported]) -> None:
    """Reports not known before."""
    await insert_rows(
        connection,
        tables.report_fact,
        [
            _row(report)
            | {"report_id": key, "month": report.month, "reported_month": report.reported_month}
            for key, report in reports.items()
        ],
    )


async def save_withdrawals(
    connection: AsyncConnection, withdrawals: Mapping[UUID, Withdrawal]
) -> None:
    """Withdrawals not known before."""
    await insert_rows(
        connection,
        tables.withdrawal_fact,
        [_row(each) | {"report_id": key} for key, each in withdrawals.items()],
    )


async def save_verdicts(connection: AsyncConnection, verdicts: Mapping[UUID, Verdict]) -> None:
    """New verdicts, and those that supersede what is kept."""
    await insert_rows(
        connection,
        tables.verdict_fact,
        [
            {
                "report_id": key,
                "revision": verdict.revision,
                "tenet": verdict.tenet,
                "themes": json.dumps(
                    [{"theme": each.slug, "sub_theme": each.sub_theme} for each in verdict.themes]
                ),
                "decided_by": verdict.decided_by,
            }
            for key, verdict in verdicts.items()
        ],
        _replacing(tables.verdict_fact),
    )


async def save_titles(connection: AsyncConnection, verdicts: Sequence[ThemesAssigned]) -> None:
    """What themes are called, by the newest verdict that names them."""
    titles: dict[tuple[str, str], tuple[object, str]] = {}
    for verdict in verdicts:
        for each in verdict.themes:
            named = [(each.theme, "", each.title)]
            if each.sub_theme is not None:
                title = each.sub_theme_title or each.sub_theme
                named.append((each.theme, each.sub_theme, title))
            for theme, sub_theme, title in named:
                key, value = (theme, sub_theme), (verdict.occurred_at, title)
                titles[key] = max(titles.get(key, value), value)
    newer = "WHERE (excluded.named_at, excluded.title) > (theme_title.named_at, theme_title.title)"
    await insert_rows(
        connection,
        tables.theme_title,
        [
            {"theme": theme, "sub_theme": sub_theme, "title": title, "named_at": named_at}
            for (theme, sub_theme), (named_at, title) in sorted(titles.items())
        ],
        _replacing(tables.theme_title, where=newer),
    )


async def save_progress(
    connection: AsyncConnection, progress: Mapping[UUID, Progress], facts: Mapping[UUID, CaseFact]
) -> None:
    """How far each case has come; the facts say whose case it is."""
    await insert_rows(
        connection,
        tables.case_fact,
        [
            _row(each)
            | {
                "report_id": key,
                "reporter": facts[key].reporter,
                "provider": facts[key].provider,
            }
            for key, each in progress.items()
        ],
        _replacing(tables.case_fact),
    )


async def save_actions(connection: AsyncConnection, facts: Sequence[CaseFact]) -> None:
    """The actions that these facts plan or complete."""
    rows: dict[UUID, dict[str, object]] = {}
    for fact in facts:
        if not isinstance(fact, (ActionPlanned, ActionCompleted)):
            continue
        row = rows.setdefault(
            fact.action_id,
            {
                "action_id": fact.action_id,
                "report_id": fact.report_id,
                "reporter": fact.reporter,
                "provider": fact.provider,
                "due_on": None,
                "completed_on": None,
            },
        )
        if isinstance(fact, ActionPlanned):
            row["due_on"] = fact.due_on
        else:
            row["completed_on"] = fact.completed_on
    await insert_rows(connection, tables.action_fact, list(rows.values()), _COMPLETING)


async def load_messages(
    connection: AsyncConnection, ids: Collection[UUID]
) -> dict[UUID, MessageEnd]:
    """How each of the messages ended, as far as it is known; unknown ones are left out."""
    table = tables.message_fact
    rows = await connection.execute(select(table).where(table.c.message_id.in_(ids)))
    return {
        row["message_id"]: MessageEnd(
            message_id=row["message_id"],
            report_id=row["report_id"],
            kind=MessageKind(row["kind"]),
            recipient=row["recipient"],
            state=MessageState(row["state"]),
            settled_at=row["settled_at"],
        )
        for row in rows.mappings()
    }


async def save_messages(connection: AsyncConnection, ends: Sequence[MessageEnd]) -> None:
    await insert_rows(
        connection,
        tables.message_fact,
        [_row(end) for end in ends],
        _replacing(tables.message_fact),
    )
