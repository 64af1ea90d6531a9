"""Which reports were withdrawn, also those that this service has not heard of yet."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "withdrawal",
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("withdrawn_at", sa.DateTime(timezone=True), nullable=False),
        comment="Reports that were withdrawn; it may come before the report itself, when that was set aside",
    )
