"""Reporting's read model. Facts of each topic fill a table of their own, so that none waits for another and most are written once;
the aggregates are kept from them as they arrive (`domain.counts`)."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

metadata = MetaData()

_MOMENT = DateTime(timezone=True)

report_fact = Table(
    "report_fact",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("reference", String, nullable=False),
    Column("kind", String, nullable=False),
    Column("tenet", String, nullable=False),
    Column("source", String, nullable=False),
    Column("reporter", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("service", String, nullable=False),
    Column("happened_on", Date, nullable=False),
    Column("month", Date, nullable=False),
    Column("reported_month", Date, nullable=False),
    Column("submitted_at", _MOMENT, nullable=False),
    Column("harm", String),
    Column("rating", String),
    Column("historic", Boolean, nullable=False),
    # Lists of reports are newest first, of everybody, a practice or a provider.
    Index("report_fact_happened", "happened_on", "report_id"),
    Index("report_fact_reporter", "reporter", "happened_on", "report_id"),
    Index("report_fact_provider", "provider", "happened_on", "report_id"),
)

verdict_fact = Table(
    "verdict_fact",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("revision", Integer, nullable=False),
    Column("tenet", String, nullable=False),
    Column("themes", JSONB, nullable=False),  # [{"theme": slug, "sub_theme": slug or null}, ...]
    Column("decided_by", String, nullable=False),
    Index(
        "verdict_fact_themes",
        "themes",
        postgresql_using="gin",
        postgresql_ops={"themes": "jsonb_path_ops"},
    ),
)

case_fact = Table(
    "case_fact",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("reporter", String, nullable=False),
    Column("provider", String, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("state", String, nullable=False),
    Column("due_at", _MOMENT),
    Column("due_revision", Integer, nullable=False),
    Column("acknowledged_at", _MOMENT),
    Column("acknowledged_late", Boolean),
    Column("learning_at", _MOMENT),
    Column("action_planned_at", _MOMENT),
    Column("action_completed_on", Date),
    Column("outcome_at", _MOMENT),
    Column("disputed_at", _MOMENT),
    Column("confirmed_at", _MOMENT),
    Column("closed_at", _MOMENT),
    Column("closed_because", String),
    # "What is overdue, what is due soon?" looks at open cases only, which are few however many there have been.
    Index("case_fact_open_due", "due_at", postgresql_where=text("state = 'open'")),
)

message_fact = Table(
    "message_fact",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False),
    Column("kind", String, nullable=False),
    Column("recipient", String, nullable=False),
    Column("state", String, nullable=False),
    Column("settled_at", _MOMENT, nullable=False),
)

theme_title = Table(
    "theme_title",
    metadata,
    Column("theme", String, primary_key=True),
    Column("sub_theme", String, primary_key=True),  # empty for the theme itself
    Column("title", String, nullable=False),
    Column("named_at", _MOMENT, nullable=False),
)

trend_count = Table(
    "trend_count",
    metadata,
    # The key's order serves the pages: one measure, all themes or one, a range of months.
    Column("measure", String, primary_key=True),
    Column("sub_theme", String, primary_key=True),  # empty: all of the theme
    Column("month", Date, primary_key=True),
    Column("theme", String, primary_key=True),  # empty: all reports
    Column("provider", String, primary_key=True),
    Column("reporter", String, primary_key=True),
    Column("tenet", String, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
    Index("trend_count_theme", "theme", "sub_theme", "month"),
)

tally = Table(
    "tally",
    metadata,
    Column("name", String, primary_key=True),
    Column("number", BigInteger, nullable=False),
)

dead_letter_fact = Table(
    "dead_letter_fact",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("consumer", String, nullable=False),
    Column("cause", String, nullable=False),
    Column("detail", String, nullable=False),
    Column("origin_topic", String, nullable=False),
    Column("origin_partition", Integer, nullable=False),
    Column("origin_offset", BigInteger, nullable=False),
    Column("occurred_at", _MOMENT, nullable=False),
    Index("dead_letter_fact_newest", "occurred_at"),
)
