"""Records that were set aside are kept where they were set aside, until somebody has decided about them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "platform_0003"
down_revision = "platform_0002"
branch_labels = None
depends_on = None

_COMMENTS = (
    "What this service set aside; the records themselves are in the dead-letter topic",
    "What this service set aside, and keeps until an operator decides",
)


def upgrade() -> None:
    for column in (
        sa.Column("record_key", sa.LargeBinary),
        sa.Column("record_value", sa.LargeBinary),
        sa.Column(
            "record_headers", JSONB, comment="[[name, base64], ...]; none: the record is not here"
        ),
        sa.Column(
            "outcome", sa.Text, comment="What became of it; none while it waits for a decision"
        ),
        sa.Column("settled_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("dead_letter", column)
    op.create_index(
        "dead_letter_waiting",
        "dead_letter",
        ["event_id"],
        postgresql_where=sa.text("outcome IS NULL"),
    )
    before, after = _COMMENTS
    op.create_table_comment("dead_letter", after, existing_comment=before)
