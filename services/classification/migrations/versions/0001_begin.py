"""Reports and their verdicts begin."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "report",
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("reference", sa.String, nullable=False, unique=True),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("reporter", sa.String, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("question", sa.Text, nullable=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("certainty", sa.Float, nullable=False),
    )
    op.create_index("report_to_review", "report", ["decided_by", "certainty", "report_id"])
    op.create_index("report_reporter", "report", ["reporter"])
    op.create_index("report_provider", "report", ["provider"])
    op.create_table(
        "verdict",
        sa.Column("report_id", sa.Uuid, sa.ForeignKey("report.report_id"), primary_key=True),
        sa.Column("revision", sa.Integer, primary_key=True),
        sa.Column("tenet", sa.String, nullable=False),
        sa.Column("themes", JSONB, nullable=False),
        sa.Column("sentiment", sa.Integer, nullable=True),
        sa.Column("hints", JSONB, nullable=False),
        sa.Column("decided_by", sa.String, nullable=False),
        sa.Column("member_id", sa.Uuid, nullable=True),
        sa.Column("person", sa.String, nullable=True),
        sa.Column("reason", sa.Text, nullable=True),
        sa.Column("taxonomy_version", sa.String, nullable=False),
        sa.Column("model_version", sa.String, nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=False),
    )
