"""The database of actions. `migrations/` makes exactly this."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.contracts.cases import CaseState

metadata = MetaData()

_IS_OPEN = text(f"state = '{CaseState.OPEN}'")

case_ = Table(
    "case_",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("reference", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("harm", Text),
    Column("reporter", Text, nullable=False),
    Column("provider", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("opened_at", DateTime(timezone=True), nullable=False),
    Column("due_at", DateTime(timezone=True)),
    Column("due_soon_at", DateTime(timezone=True)),
    Column("close_unanswered_after_days", Integer),
    Column("due_soon_raised", Boolean, nullable=False),
    Column("overdue_raised", Boolean, nullable=False),
    Column("acknowledged_at", DateTime(timezone=True)),
    Column("acknowledged_by", Text),
    Column("late", Boolean),
    Column("owner", Text),
    Column("next_step", Text),
    Column("outcome", Text),
    Column("answered_at", DateTime(timezone=True)),
    Column("close_at", DateTime(timezone=True)),
    Column("dispute_reason", Text),
    Column("disputed_at", DateTime(timezone=True)),
    Column("closed_at", DateTime(timezone=True)),
    Column("closed_because", Text),
    # The report, as the case page shows it.
    Column("tenet", Text, nullable=False),
    Column("service", Text, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("rating", Text),
    Column("question", Text),
    Column("report_text", Text, nullable=False),
    Column("reported_at", DateTime(timezone=True), nullable=False),
    # Lists are read by organisation and state, newest first (report ids rise with time).
    Index("case_of_provider", "provider", "state", "report_id"),
    Index("case_of_reporter", "reporter", "state", "report_id"),
    Index("case_overdue", "due_at", postgresql_where=_IS_OPEN),
)

learning_response = Table(
    "learning_response",
    metadata,
    Column("report_id", Uuid, ForeignKey("case_.report_id"), primary_key=True),
    Column("method", Text, nullable=False),
    Column("what_happened", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("factors", JSONB, nullable=False),
)

action_item = Table(
    "action_item",
    metadata,
    Column("action_id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey("case_.report_id"), nullable=False, index=True),
    Column("description", Text, nullable=False),
    Column("owner", Text, nullable=False),
    Column("due_on", Date, nullable=False),
    Column("completed_on", Date),
)
Index(
    "action_item_outstanding",
    action_item.c.due_on,
    postgresql_where=action_item.c.completed_on.is_(None),
)

case_themes = Table(
    "case_themes",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("tenet", Text, nullable=False),
    Column("themes", JSONB, nullable=False),
    comment="The newest verdict on a report; it may come before the report itself",
)
Index(
    "case_themes_themes",
    case_themes.c.themes,
    postgresql_using="gin",
    postgresql_ops={"themes": "jsonb_path_ops"},
)

withdrawal = Table(
    "withdrawal",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("withdrawn_at", DateTime(timezone=True), nullable=False),
    comment="Reports that were withdrawn; it may come before the report itself, when that was set aside",
)

case_tally = Table(
    "case_tally",
    metadata,
    Column("state", Text, primary_key=True),
    Column("total", BigInteger, nullable=False),
    comment="Cases by state, kept with each change: counting millions of rows every second is no heartbeat",
)
