"""Inbox, outbox, timers and the list of what was set aside."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "platform_0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "inbox",
        sa.Column("event_id", sa.Uuid, primary_key=True),
        comment="Events applied in this database: a second copy of one does nothing",
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        sa.Column("topic", sa.Text, nullable=False),
        sa.Column("key", sa.LargeBinary, nullable=False),
        sa.Column("value", sa.LargeBinary, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        comment="Facts to publish, in order; the relay deletes what Kafka has acknowledged",
    )
    op.create_table(
        "timer",
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("subject", sa.Uuid, primary_key=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("traceparent", sa.Text),
        sa.Column("problem", sa.Text, comment="Why it could not fire; an operator looks at it"),
        comment="Things to do later; deleted by the transaction that does them",
    )
    op.create_index("timer_due", "timer", ["due_at"], postgresql_where=sa.text("problem IS NULL"))
    op.create_table(
        "dead_letter",
        sa.Column("event_id", sa.Uuid, primary_key=True, comment="Of the DeadLetter fact"),
        sa.Column("origin_topic", sa.Text, nullable=False),
        sa.Column("origin_partition", sa.Integer, nullable=False),
        sa.Column("origin_offset", sa.BigInteger, nullable=False),
        sa.Column("cause", sa.Text, nullable=False),
        sa.Column(
            "recorded_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
        ),
        comment="What this service set aside; the records themselves are in the dead-letter topic",
    )
