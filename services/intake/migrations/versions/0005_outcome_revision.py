"""Which revision of the case said the outcome: one that was set aside and is replayed may be older than the one that is known."""

import sqlalchemy as sa
from alembic import op

revision = "0005_outcome_revision"
down_revision = "0004_past"


def upgrade() -> None:
    op.add_column("case_status", sa.Column("outcome_revision", sa.Integer))
    op.execute("UPDATE case_status SET outcome_revision = revision WHERE outcome IS NOT NULL")
