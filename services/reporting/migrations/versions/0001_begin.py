"""Reporting's read model: facts by topic, the aggregates kept from them, and what was set aside."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "report_fact",
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("tenet", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("reporter", sa.String, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("service", sa.String, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("month", sa.Date, nullable=False),
        sa.Column("reported_month", sa.Date, nullable=False),
        sa.Column("submitted_at", _MOMENT, nullable=False),
        sa.Column("harm", sa.String),
        sa.Column("rating", sa.String),
        sa.Column("historic", sa.Boolean, nullable=False),
    )
    op.create_index("report_fact_happened", "report_fact", ["happened_on", "report_id"])
    op.create_index("report_fact_reporter", "report_fact", ["reporter", "happened_on", "report_id"])
    op.create_index("report_fact_provider", "report_fact", ["provider", "happened_on", "report_id"])
    op.create_table(
        "verdict_fact",
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("tenet", sa.String, nullable=False),
        sa.Column("themes", JSONB, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
    )
    op.create_index(
        "verdict_fact_themes",
        "verdict_fact",
        ["themes"],
        postgresql_using="gin",
        postgresql_ops={"themes": "jsonb_path_ops"},
    )
    op.create_table(
        "case_fact",
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("reporter", sa.String, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("due_at", _MOMENT),
        sa.Column("due_revision", sa.Integer, nullable=False),
        sa.Column("acknowledged_at", _MOMENT),
        sa.Column("acknowledged_late", sa.Boolean),
        sa.Column("learning_at", _MOMENT),
        sa.Column("action_planned_at", _MOMENT),
        sa.Column("action_completed_on", sa.Date),
        sa.Column("outcome_at", _MOMENT),
        sa.Column("disputed_at", _MOMENT),
        sa.Column("confirmed_at", _MOMENT),
        sa.Column("closed_at", _MOMENT),
        sa.Column("closed_because", sa.String),
    )
    op.create_index(
        "case_fact_open_due", "case_fact", ["due_at"], postgresql_where=sa.text("state = 'open'")
    )
    op.create_table(
        "message_fact",
        sa.Column("message_id", sa.Uuid, primary_key=True),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("settled_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "theme_title",
        sa.Column("theme", sa.String, primary_key=True),
        sa.Column("sub_theme", sa.String, primary_key=True),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("named_at", _MOMENT, nullable=False),
    )
    op.create_table(
        "trend_count",
        sa.Column("measure", sa.String, primary_key=True),
        sa.Column("sub_theme", sa.String, primary_key=True),
        sa.Column("month", sa.Date, primary_key=True),
        sa.Column("theme", sa.String, primary_key=True),
        sa.Column("provider", sa.String, primary_key=True),
        sa.Column("reporter", sa.String, primary_key=True),
        sa.Column("tenet", sa.String, primary_key=True),
        sa.Column("kind", sa.String, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_index("trend_count_theme", "trend_count", ["theme", "sub_theme", "month"])
    op.create_table(
        "tally",
        sa.Column("name", sa.String, primary_key=True),
        sa.Column("number", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "dead_letter_fact",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        sa.Column("consumer", sa.String, nullable=False),
        sa.Column("cause", sa.String, nullable=False),
        sa.Column("detail", sa.String, nullable=False),
        sa.Column("origin_topic", sa.String, nullable=False),
        sa.Column("origin_partition", sa.Integer, nullable=False),
        sa.Column("origin_offset", sa.BigInteger, nullable=False),
        sa.Column("occurred_at", _MOMENT, nullable=False),
    )
    op.create_index("dead_letter_fact_newest", "dead_letter_fact", ["occurred_at"])
