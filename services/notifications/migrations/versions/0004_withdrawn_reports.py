"""Reports that were withdrawn, about which nobody is told anything more."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_table("withdrawn_report", sa.Column("report_id", sa.Uuid, primary_key=True))
