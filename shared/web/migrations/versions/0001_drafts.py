"""Drafts begin."""

import sqlalchemy as sa
from alembic import op

revision = "web_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "draft",
        sa.Column(
            "subject", sa.Text, primary_key=True, comment="Who typed it: the sign-in's `sub`"
        ),
        sa.Column("organisation", sa.Text, primary_key=True, comment="For whom"),
        sa.Column("form", sa.Text, primary_key=True, comment="The address of the form's page"),
        sa.Column(
            "content",
            sa.LargeBinary,
            nullable=False,
            comment="Encrypted: what was typed, and whose",
        ),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=False),
        comment="What was typed and not sent; deleted when it is sent, and after some days",
    )
    op.create_index("draft_saved_at", "draft", ["saved_at"])
