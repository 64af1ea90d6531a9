"""Signals, and messages that are about no report."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.alter_column("message", "report_id", nullable=True)
    op.alter_column("message", "reference", nullable=True)
    op.create_table(
        "signal",
        sa.Column("signal_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("raised", sa.Boolean, nullable=False),
        sa.Column("area", sa.String),
        sa.Column("provider", sa.String),
        sa.Column("theme", sa.String, nullable=False),
        sa.Column("title", sa.String, nullable=False),
        sa.Column("tenets", sa.String, nullable=False),
        sa.Column("rule", sa.String, nullable=False),
        sa.Column("movement", sa.String, nullable=False),
        sa.Column("bearing", sa.String, nullable=False),
        sa.Column("point_of", sa.String, nullable=False),
        sa.Column("point", sa.Date, nullable=False),
        sa.Column("since", sa.Date, nullable=False),
        sa.Column("mail_id", sa.Uuid),
    )
    told, untold = sa.text("mail_id IS NOT NULL"), sa.text("raised AND mail_id IS NULL")
    op.create_index("signal_mail", "signal", ["mail_id"], postgresql_where=told)
    op.create_index("signal_untold", "signal", ["area"], postgresql_where=untold)
