"""The read model of ended sessions begins."""

import sqlalchemy as sa
from alembic import op

revision = "sessions_0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "session_ending",
        sa.Column("handle", sa.Text, primary_key=True),
        sa.Column(
            "signed_in_until",
            sa.DateTime(timezone=True),
            comment="None: whenever it was signed in",
        ),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        comment="Sessions that ended before their time; forgotten when they would have ended anyway",
    )
