"""Imports of the directory, shown before they are applied; reports by provider."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0003_directory_imports"
down_revision = "0002_key_scopes"


def upgrade() -> None:
    op.create_table(
        "directory_import",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("file_name", sa.String, nullable=False),
        sa.Column("sort", sa.String, nullable=False),
        sa.Column("plan", JSONB, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("created_by", sa.String, nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True)),
    )
    op.create_index("report_provider", "report", ["provider"])
