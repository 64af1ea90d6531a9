"""Reports, what became of them, and API keys."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.execute(
        sa.schema.CreateSequence(
            sa.Sequence("reference_number", minvalue=0, start=0, maxvalue=(1 << 30) - 1)
        )
    )
    op.create_table(
        "report",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("reference", sa.String, nullable=False, unique=True),
        sa.Column("reporter", sa.String, nullable=False),
        sa.Column("provider", sa.String, nullable=False),
        sa.Column("kind", sa.String, nullable=False),
        sa.Column("tenet", sa.String, nullable=False),
        sa.Column("source", sa.String, nullable=False),
        sa.Column("service", sa.String, nullable=False),
        sa.Column("happened_on", sa.Date, nullable=False),
        sa.Column("harm", sa.String),
        sa.Column("rating", sa.String),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("question", sa.Text),
        sa.Column("historic", sa.Boolean, nullable=False),
        sa.Column("submitted_by", sa.Uuid),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("masked", JSONB, nullable=False),
        sa.Column("idempotency_key", sa.String, nullable=False),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sa.UniqueConstraint("reporter", "idempotency_key"),
    )
    op.create_index("report_reporter_id", "report", ["reporter", "id"])
    op.create_table(
        "case_status",
        sa.Column("report_id", sa.Uuid, primary_key=True),
        sa.Column("revision", sa.Integer, nullable=False),
        sa.Column("state", sa.String, nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True)),
        sa.Column("overdue", sa.Boolean),
        sa.Column("late", sa.Boolean),
        sa.Column("owner", sa.String),
        sa.Column("next_step", sa.String),
        sa.Column("outcome", sa.Text),
    )
    op.create_table(
        "api_key",
        sa.Column("id", sa.Uuid, primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("organisation", sa.String, nullable=False),
        sa.Column("label", sa.String, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )
