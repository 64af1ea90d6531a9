"""The read model of the directory begins."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "directory_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "organisation",
        sa.Column("code", sa.String, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("status", sa.String, nullable=False),
        sa.Column("record", JSONB, nullable=False),
    )
    op.create_index(
        "organisation_record",
        "organisation",
        ["record"],
        postgresql_using="gin",
        postgresql_ops={"record": "jsonb_path_ops"},
    )
