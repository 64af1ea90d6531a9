"""Who had a message sent again is told by its history; what the messages and attempts said of it moves there."""

from collections.abc import Iterator

import sqlalchemy as sa
from alembic import op

from shared.platform.audit import Author, AuthorKind, Change, RecordKind
from shared.platform.audit.carrying import carry_over
from shared.platform.audit.chain import Entry, entry_of

revision = "0002"
down_revision = "0001"

# Only what had failed, or was unknown, could be sent again: attempts after such a one were asked for, and so is what waits after it.
_ASKED = sa.text(
    "SELECT asked.message_id, asked.at, asked.asked_by, asked.asked_by_name, former.state, former.reason, former.smtp_code"
    " FROM (SELECT message_id, number, coalesce(claimed_at, ended_at) AS at, asked_by, asked_by_name FROM attempt"
    "       UNION ALL"
    "       SELECT message_id, attempts + 1, next_attempt_at, asked_by, asked_by_name FROM message"
    "       WHERE state = 'pending') AS asked"
    " JOIN attempt AS former ON former.message_id = asked.message_id AND former.number = asked.number - 1"
    " WHERE asked.asked_by_name IS NOT NULL AND former.state IN ('failed', 'unknown')"
    " ORDER BY asked.at, asked.message_id"
)


def upgrade() -> None:
    connection = op.get_bind()
    carry_over(connection, _entries(connection))
    for table in ("message", "attempt"):
        op.drop_column(table, "asked_by")
        op.drop_column(table, "asked_by_name")


def _entries(connection: sa.Connection) -> Iterator[Entry]:
    for row in connection.execute(_ASKED).all():
        before = {"state": row.state, "reason": row.reason, "smtp_code": row.smtp_code}
        change = Change(
            RecordKind.MESSAGE,
            str(row.message_id),
            "queued again",
            {name: value for name, value in before.items() if value is not None},
            {"state": "pending"},
        )
        identity = str(row.asked_by) if row.asked_by else None
        yield entry_of(change, Author(AuthorKind.PERSON, row.asked_by_name, identity), row.at)
