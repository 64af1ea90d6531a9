"""Limits may begin anew several times: practices join and fall silent over the years."""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        "ALTER TABLE watched_subject ALTER COLUMN rebased_on TYPE varchar USING to_char(rebased_on, 'YYYY-MM-DD')"
    )
