"""Completed actions by their reports: a theme's page of few reports asks for theirs."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "action_fact_report",
        "action_fact",
        ["report_id"],
        postgresql_where=sa.text("completed_on IS NOT NULL"),
    )
