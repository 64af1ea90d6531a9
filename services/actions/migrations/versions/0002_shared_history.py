"""The cases' history moves into the one that all records have, with its own times; none stays behind."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from alembic import op

from shared.platform.audit import Author, AuthorKind, Change, RecordKind
from shared.platform.audit.carrying import carry_over
from shared.platform.audit.chain import SYSTEM, Entry, entry_of

revision = "0002"
down_revision = "0001"

_AT_A_TIME = 2_000
_STEPS = {
    "due-soon": "became due soon",
    "overdue": "became overdue",
    "learning-response-recorded": "learning response recorded",
    "action-planned": "action planned",
    "action-completed": "action completed",
    "outcome-recorded": "outcome recorded",
    "outcome-confirmed": "outcome confirmed",
    "outcome-disputed": "outcome disputed",
    "closed-unanswered": "closed unanswered",
}
"""Words for what used to be slugs; the others were words already."""
_OLD = sa.text("SELECT * FROM history WHERE id > :after ORDER BY id LIMIT :limit")


def upgrade() -> None:
    connection = op.get_bind()
    carry_over(connection, _entries(connection))
    op.drop_table("history")
    op.execute("DROP FUNCTION history_is_append_only")


def _entries(connection: sa.Connection) -> Iterator[Entry]:
    after = 0
    while rows := connection.execute(_OLD, {"after": after, "limit": _AT_A_TIME}).all():
        for row in rows:
            yield entry_of(_change(row), _author(row), row.at)
        after = rows[-1].id


def _change(row: sa.Row[Any]) -> Change:
    step = _STEPS.get(row.step, row.step)
    if row.step == "learning-response-recorded" and row.before.get("learning"):
        step = "learning response changed"
    return Change(RecordKind.CASE, str(row.report_id), step, row.before, row.after)


def _author(row: sa.Row[Any]) -> Author:
    if row.name is None:
        return SYSTEM
    identity = str(row.member_id) if row.member_id else None
    return Author(AuthorKind.PERSON, row.name, identity, row.acting_for)
