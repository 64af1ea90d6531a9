"""Reports that were withdrawn: they wait for nobody's review."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table("withdrawn_report", sa.Column("report_id", sa.Uuid, primary_key=True))
