"""When many practices join an area, all of its charts are judged otherwise, whatever their own counts: so it is kept by what they were."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("watched_subject", sa.Column("judged_from", sa.Date))
    op.add_column("watched_subject", sa.Column("rebased_on", sa.Date))
