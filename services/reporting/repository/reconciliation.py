"""What has come of every report that was submitted by a moment. Reads whole tables: for a check every few minutes, never for a page."""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import TextClause, func, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from services.reporting.domain.letters import LetterState
from services.reporting.domain.reconciliation import (
    MOST_REFERENCES,
    Found,
    Missing,
    Reconciliation,
)
from services.reporting.repository.locks import Lock
from services.reporting.tables import reconciliation
from shared.contracts.cases import CaseState
from shared.contracts.messages import MessageKind

_NOT_APPLIED = [
    state.value for state in LetterState if state not in {LetterState.APPLIED, LetterState.GONE}
]

_SET_ASIDE = """EXISTS (
    SELECT FROM dead_letter_fact AS letter
    WHERE letter.report_id = report.report_id AND letter.consumer = :consumer AND letter.state = ANY(CAST(:states AS text[]))
)"""
_STANDING = text("""
    SELECT known.state, count(*) AS number, count(*) FILTER (WHERE verdict_fact.report_id IS NULL) AS no_verdict
    FROM report_fact AS report
    LEFT JOIN case_fact AS known USING (report_id) LEFT JOIN verdict_fact USING (report_id)
    WHERE report.submitted_at <= :until GROUP BY known.state
""")
"""By the case's state, and none where there is no case: every report once, in one pass."""
_LACKS = """
    SELECT count(*) OVER () AS number, report.reference, report.submitted_at
    FROM report_fact AS report {joined}
    WHERE report.submitted_at <= :until AND {lacks} AND NOT {set_aside}
    ORDER BY report.submitted_at, report.reference LIMIT :most
"""
_NO_CASE = text(
    _LACKS.format(
        joined="",
        lacks="NOT EXISTS (SELECT FROM case_fact WHERE case_fact.report_id = report.report_id)",
        set_aside=_SET_ASIDE,
    )
)
_NO_VERDICT = text(
    _LACKS.format(
        joined="",
        lacks="NOT EXISTS (SELECT FROM verdict_fact WHERE verdict_fact.report_id = report.report_id)",
        set_aside=_SET_ASIDE,
    )
)
_WITHDRAWN = "EXISTS (SELECT FROM withdrawal_fact AS back WHERE back.report_id = known.report_id)"
"""What is withdrawn before its alert has left needs none any more."""
_NO_ALERT = text(
    _LACKS.format(
        joined="JOIN case_fact AS known USING (report_id)",
        lacks=f"known.due_at IS NOT NULL AND NOT {_WITHDRAWN} AND NOT EXISTS ("
        "SELECT FROM message_fact AS told WHERE told.report_id = report.report_id AND told.kind = :alert)",
        set_aside=_SET_ASIDE,
    )
)
_LACK_ALERT = text(f"""
    SELECT count(*) FROM case_fact AS known WHERE known.due_at IS NOT NULL AND NOT {_WITHDRAWN} AND NOT EXISTS (
        SELECT FROM message_fact AS told WHERE told.report_id = known.report_id AND told.kind = :alert
    )
""")  # noqa: S608 - our own words
"""All are counted, as one hash join does. Asked only whether there is one, PostgreSQL hopes to find it soon and goes through the messages
for each case, and mostly there is none: 19 s for 16,000 cases."""
_UNHEARD_SET_ASIDE = text("""
    SELECT count(DISTINCT letter.report_id) FROM dead_letter_fact AS letter
    WHERE letter.report_id IS NOT NULL AND letter.consumer = 'reporting' AND letter.state = ANY(CAST(:states AS text[]))
      AND NOT EXISTS (SELECT FROM report_fact WHERE report_fact.report_id = letter.report_id)
""")
_UNHEARD_KNOWN = text("""
    SELECT EXISTS (
        SELECT FROM case_fact WHERE NOT EXISTS (SELECT FROM report_fact WHERE report_fact.report_id = case_fact.report_id)
    ) OR EXISTS (
        SELECT FROM verdict_fact WHERE NOT EXISTS (SELECT FROM report_fact WHERE report_fact.report_id = verdict_fact.report_id)
    )
""")


async def take_turn(connection: AsyncConnection) -> bool:
    """Whether nobody else checks, who then cannot until this transaction ends."""
    taken = await connection.execute(select(func.pg_try_advisory_xact_lock(Lock.RECONCILIATION)))
    return bool(taken.scalar_one())


async def look(connection: AsyncConnection, until: datetime, accepted: int | None) -> Found:
    """What has come of the reports that were submitted by then; `accepted` is how many they are to be. Call it with a snapshot: its
    statements are to see the same. Asks who they are only where some are missing."""
    rows = (await connection.execute(_STANDING, {"until": until})).all()
    cases = Counter({row.state: row.number for row in rows})
    heard, without = cases.total(), cases.pop(None, 0)
    closed = cases.pop(CaseState.CLOSED, 0)
    imported = cases.pop(CaseState.HISTORY, 0)
    values = {"until": until, "states": _NOT_APPLIED, "alert": MessageKind.ALERT.value}
    no_case = no_verdict = no_alert = Missing()
    set_aside = 0
    if without:
        no_case = await _missing(connection, _NO_CASE, values, "actions")
        set_aside = without - no_case.number
    if any(row.no_verdict for row in rows):
        no_verdict = await _missing(connection, _NO_VERDICT, values, "classification")
    if await _asked(connection, _LACK_ALERT, values):
        no_alert = await _missing(connection, _NO_ALERT, values, "notifications")
    unheard = accepted is not None and accepted > heard
    return Found(
        heard=heard,
        open=cases.total(),
        closed=closed,
        imported=imported,
        set_aside=set_aside,
        no_case=no_case,
        no_verdict=no_verdict,
        no_alert=no_alert,
        unheard_set_aside=await _asked(connection, _UNHEARD_SET_ASIDE, values) if unheard else 0,
        unheard_known=bool(unheard and await _asked(connection, _UNHEARD_KNOWN, {})),
    )


async def _asked(
    connection: AsyncConnection, statement: TextClause, values: Mapping[str, object]
) -> int:
    return int((await connection.execute(statement, dict(values))).scalar_one())


async def _missing(
    connection: AsyncConnection, statement: TextClause, values: Mapping[str, object], consumer: str
) -> Missing:
    """Without those that the consumer set aside."""
    asked = {**values, "consumer": consumer, "most": MOST_REFERENCES}
    rows = (await connection.execute(statement, asked)).all()
    if not rows:
        return Missing()
    return Missing(rows[0].number, rows[0].submitted_at, tuple(row.reference for row in rows))


async def newest(connection: AsyncConnection) -> Reconciliation | None:
    """The last check's; none before the first."""
    found = (await connection.execute(select(reconciliation.c.found))).scalar_one_or_none()
    return None if found is None else Reconciliation.model_validate(found, strict=False)


async def keep(connection: AsyncConnection, found: Reconciliation) -> None:
    """In the place of the one before."""
    values = {"one": True, "found": found.model_dump(mode="json")}
    statement = insert(reconciliation).values(values)
    await connection.execute(
        statement.on_conflict_do_update(index_elements=["one"], set_={"found": values["found"]})
    )
