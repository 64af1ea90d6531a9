"""Reports that were withdrawn: when, why and by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0006_withdrawals"
down_revision = "0005_outcome_revision"


def upgrade() -> None:
    op.add_column("report", sa.Column("withdrawn_at", sa.DateTime(timezone=True)))
    op.add_column("report", sa.Column("withdrawn_because", sa.String))
    op.add_column("report", sa.Column("withdrawn_by", sa.Uuid))
