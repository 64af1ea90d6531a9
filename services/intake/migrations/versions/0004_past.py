"""What became of imported history before it came here."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004_past"
down_revision = "0003_directory_imports"


def upgrade() -> None:
    op.add_column("report", sa.Column("past", JSONB))
