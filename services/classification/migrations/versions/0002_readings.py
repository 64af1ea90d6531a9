"""Second readings of decided reports, and how each decision came to be made."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "reading",
        sa.Column("report_id", sa.Uuid, sa.ForeignKey("report.report_id"), primary_key=True),
        sa.Column("member_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("themes", JSONB, nullable=False),
        sa.Column("tenet", sa.String, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.add_column("verdict", sa.Column("chosen_from", sa.String, nullable=True))
    op.create_index("report_by_lot", "report", ["decided_by", sa.text("md5(report_id::text)")])
    op.create_index(
        "verdict_of_people",
        "verdict",
        ["report_id", "revision"],
        postgresql_where=sa.text("decided_by = 'person'"),
    )
