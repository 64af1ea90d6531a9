"""Messages, attempts and the tally of what was sent."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    _message()
    op.create_table(
        "attempt",
        sa.Column("message_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("smtp_code", sa.SmallInteger),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("asked_by_name", sa.String),
    )
    op.create_table(
        "tally",
        sa.Column("state", sa.String, primary_key=True),
        sa.Column("messages", sa.BigInteger, nullable=False),
    )


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("message_id", sa.Uuid, primary_key=True),
        sa.Column("fact_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("recipient", sa.String, nullable=False),
        sa.Column("address", sa.String),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("reference", sa.String, nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("report_kind", sa.String),
        sa.Column("traceparent", sa.String),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("reason", sa.String),
        sa.Column("smtp_code", sa.SmallInteger),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("claim", sa.Uuid),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("begun_at", sa.DateTime(timezone=True)),
        sa.Column("asked_by", sa.Uuid),
        sa.Column("asked_by_name", sa.String),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
        sa.UniqueConstraint(
            "fact_id", "address", name="message_once", postgresql_nulls_not_distinct=True
        ),
    )
    waiting = sa.text("state = 'pending' AND address IS NOT NULL")
    claimed = sa.text("state = 'sending'")
    held = sa.text("address IS NULL")
    not_sent = sa.text("state <> 'sent'")
    op.create_index("message_waiting", "message", ["next_attempt_at"], postgresql_where=waiting)
    op.create_index("message_claimed", "message", ["claimed_at"], postgresql_where=claimed)
    op.create_index("message_held", "message", ["recipient"], postgresql_where=held)
    op.create_index(
        "message_not_sent", "message", ["state", "message_id"], postgresql_where=not_sent
    )
